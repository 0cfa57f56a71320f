#pragma once
#include <map>
#include <memory>
#include <set>
#include <string>

#include "postern/imap/ext/announcer.hpp"
#include "postern/imap/ext/capability.hpp"
#include "postern/imap/ext/mode.hpp"
#include "postern/imap/ext/session.hpp"

namespace postern::imap {

/// The client wants to hear of entries that others change (RFC 5464 section 4.4).
class MetadataMode final : public SessionMode {
public:
    void entered(Session& session) override;
};

/// ENABLE METADATA or METADATA-SERVER.
class MetadataToken final : public EnableToken {
public:
    explicit MetadataToken(MetadataMode& mode) : mode_(mode) {}
    bool enable(Session& session) override {
        session.turn_on(mode_);
        return true;
    }

private:
    MetadataMode& mode_;
};

/// Entries that others changed and the client has not been told of.
struct ChangedEntries {
    std::map<MailboxId, std::set<std::string>> by_mailbox;
    std::unique_ptr<mail::Subscription> watch;
};

/// "* METADATA box entry entry": names without values.
class MetadataAnnouncer final : public Announcer {
public:
    explicit MetadataAnnouncer(const MetadataMode& mode) : mode_(mode) {}
    bool wants_wake(Session& session) const override { return session.is_on(mode_); }
    Task<Result<void>> tell(Session* session) override;
    bool follows(Session& session) const override { return session.is_on(mode_); }
    Task<Result<void>> answering(Session* session) override { return tell(session); }

private:
    const MetadataMode& mode_;
};

}  // namespace postern::imap
