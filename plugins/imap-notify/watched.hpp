#pragma once
// What a session watches, and what has happened that it was not told of.
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "notify_spec.hpp"
#include "postern/imap/ext/session.hpp"

namespace postern::imap {

/// A LIST response to be sent.
struct NameNews {
    std::string name;
    std::string old_name;  ///< it was renamed
};

struct Watched {
    bool on = false;  ///< NOTIFY was used: what is told is no longer up to the server
    NotifySpec spec;
    std::map<MailboxId, EventSet> mailboxes;    ///< other mailboxes in which something has happened
    std::map<MailboxId, std::uint32_t> unseen;  ///< told last
    std::vector<NameNews> names;
    std::map<MailboxId, std::set<std::string>>
        annotations;  ///< entries that changed; mailbox 0: of the server
    bool overflow = false;
    Uid last_uid = 0;  ///< of the selected mailbox before the announcement that is under way
    MailboxId own_mailbox{};
    UidSet own;  ///< messages that the session itself brought there, into the mailbox selected then
    std::unique_ptr<mail::Subscription> subscription;

    bool has_news() const { return overflow || !mailboxes.empty() || !names.empty() || !annotations.empty(); }
    void forget_news();
};

/// Null if NOTIFY was never used.
Watched* find_watched(Session& session);
Watched& make_watched(Session& session);

/// What the groups for other mailboxes say of a name.
EventSet events_of(const NotifySpec& spec, const mail::Account& account, std::string_view name);

/// From now on changes of the account are noted.
void watch(Session& session);

}  // namespace postern::imap
