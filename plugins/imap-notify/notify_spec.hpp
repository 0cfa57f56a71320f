#pragma once
// What a client has asked to be told of (RFC 5465 sections 5, 6 and 8).
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "postern/imap/argument_cursor.hpp"

namespace postern::imap {

/// Kinds of events. Message events are MessageNew, MessageExpunge and FlagChange.
struct EventSet {
    bool message_new = false;
    bool message_expunge = false;
    bool flag_change = false;
    bool mailbox_name = false;
    bool subscription_change = false;
    bool mailbox_metadata_change = false;
    bool server_metadata_change = false;

    bool any_message() const { return message_new || message_expunge || flag_change; }
    bool any_other() const {
        return mailbox_name || subscription_change || mailbox_metadata_change || server_metadata_change;
    }
    void add(const EventSet& other);
};

/// "(subtree Lists (MessageNew MessageExpunge))"
struct EventGroup {
    enum class Filter { selected, selected_delayed, personal, subscribed, subtree, mailboxes };
    Filter filter = Filter::personal;  ///< INBOXES is as PERSONAL: any mailbox may get mail (section 6.3)
    std::vector<std::string> names;    ///< subtree, mailboxes; UTF-8
    EventSet events;
    std::string items;  ///< selected: "(UID FLAGS)" of MessageNew, or empty

    bool is_selected() const { return filter == Filter::selected || filter == Filter::selected_delayed; }
};

struct NotifySpec {
    std::vector<EventGroup> groups;
    std::string
        others;  ///< what names of other users' mailboxes begin with, which are not PERSONAL; empty: there are none

    /// The group of the selected mailbox, or null.
    const EventGroup* selected() const;
    /// Some group asks for events of other mailboxes.
    bool watches_others() const;
    bool watches_server() const;  ///< for annotations of the server
};

/// [SP "STATUS"] SP event-groups, to the end. unsupported: an event this server does not know, the text carries BADEVENT;
/// too_large: more than it will watch, the text carries NOTIFICATIONOVERFLOW.
struct NotifyRequest {
    bool status = false;
    NotifySpec spec;
};
/// `take_items` takes the FETCH items of MessageNew, a list, and says if they mean nothing.
using TakeItems = std::function<Result<void>(ArgumentCursor& in)>;
/// `metadata`: there are annotations whose changes can be told.
Result<NotifyRequest> parse_notify_set(ArgumentCursor& in, bool metadata, const TakeItems& take_items);

}  // namespace postern::imap
