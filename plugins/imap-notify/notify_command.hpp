#pragma once
#include "notify_announcer.hpp"
#include "notify_mode.hpp"
#include "postern/imap/ext/command_handler.hpp"

namespace postern::imap {

/// NOTIFY SET and NOTIFY NONE (RFC 5465 section 3.1).
///
///     C: a1 NOTIFY SET STATUS (selected (MessageNew (uid) MessageExpunge)) (subtree Lists (MessageNew MessageExpunge))
///     S: * STATUS Lists/Lemonade (MESSAGES 500 UIDNEXT 9999 UIDVALIDITY 4)
///     S: a1 OK NOTIFY completed
class NotifyCommand final : public CommandHandler {
public:
    NotifyCommand(const NotifyAnnouncer& announcer, NotifyMode& mode) : announcer_(announcer), mode_(mode) {}
    CommandTraits traits() const override { return {.states = in_authenticated}; }
    Task<CommandResult> run(CommandContext* context) override;

private:
    Task<CommandResult> set(CommandContext* context) const;
    void write_no_access(Session& session) const;
    bool may_read(const Session& session, const mail::MailboxInfo& mailbox) const;
    Task<Result<void>> write_status(Session* session) const;

    const NotifyAnnouncer& announcer_;
    NotifyMode& mode_;
};

}  // namespace postern::imap
