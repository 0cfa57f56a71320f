#pragma once
#include "postern/imap/ext/access.hpp"
#include "postern/imap/ext/announcer.hpp"
#include "postern/imap/ext/list_option.hpp"
#include "postern/imap/ext/mode.hpp"
#include "watched.hpp"

namespace postern::imap {

/// Tells what NOTIFY asked for, between commands, in IDLE, and with every command.
class NotifyAnnouncer final : public Announcer {
public:
    void collect(const Lookup& lookup);
    /// Annotations can be changed here.
    bool knows_metadata() const { return metadata_; }
    /// Null if users see only their own mailboxes.
    const MailboxAccess* access() const { return access_; }

    bool wants_wake(Session& session) const override;
    Task<Result<void>> tell(Session* session) override;
    void adjust(Session& session, SelectedUpdates& updates) const override;
    bool has_more(Session& session) const override;
    Task<Result<void>> tell_more(Session* session) override;
    bool follows(Session& session) const override;
    Task<Result<void>> announced(Session* session, const mail::ViewChanges* changes) override;

    /// "* STATUS ..." of a mailbox for its events: when NOTIFY STATUS asks (section 3.1).
    void write_first_status(Session& session, const mail::MailboxInfo& info, const EventSet& events) const;

private:
    /// The same for what has happened (sections 5.1 to 5.3).
    void write_status(Session& session, Watched& watched, const mail::MailboxInfo& info,
                      const EventSet& events) const;
    bool knows_modseq(Session& session) const;

    std::vector<MailboxAttributes*> attributes_;
    const SessionMode* condstore_ = nullptr;  ///< null if it is not loaded
    bool metadata_ = false;
    const MailboxAccess* access_ = nullptr;
};

}  // namespace postern::imap
