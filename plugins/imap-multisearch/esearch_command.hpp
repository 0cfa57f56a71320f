#pragma once
#include "mailbox_scope.hpp"
#include "postern/imap/ext/command_handler.hpp"
#include "postern/imap/ext/search_option.hpp"

namespace postern::imap {

/// ESEARCH: UID SEARCH over many mailboxes (RFC 7377 section 2).
class EsearchCommand final : public CommandHandler {
public:
    CommandTraits traits() const override { return {.states = in_authenticated}; }
    Task<CommandResult> run(CommandContext* context) override;
    /// Knows of other users' mailboxes; null if nobody does.
    void set_access(const MailboxAccess* access) { access_ = access; }

private:
    const MailboxAccess* access_ = nullptr;
    static Result<MailboxScope> parse(CommandContext& context, SearchPlan& plan);
};

}  // namespace postern::imap
