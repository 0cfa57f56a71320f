#include "notify_spec.hpp"

#include <algorithm>

namespace postern::imap {

namespace {

constexpr std::size_t max_groups = 100;
constexpr std::size_t max_names = 1000;

struct NamedEvent {
    std::string_view name;
    bool EventSet::*member;
    bool metadata = false;  ///< known only where there are annotations
};
constexpr NamedEvent known_events[] = {
    {"MessageNew", &EventSet::message_new},
    {"MessageExpunge", &EventSet::message_expunge},
    {"FlagChange", &EventSet::flag_change},
    {"MailboxName", &EventSet::mailbox_name},
    {"SubscriptionChange", &EventSet::subscription_change},
    {"MailboxMetadataChange", &EventSet::mailbox_metadata_change, true},
    {"ServerMetadataChange", &EventSet::server_metadata_change, true},
};

Error bad_event(std::string_view name, bool metadata) {
    std::string text = "[BADEVENT (";
    for (const NamedEvent& event : known_events) {
        if (event.metadata && !metadata) continue;
        if (text.back() != '(') text += ' ';
        text += event.name;
    }
    return {Errc::unsupported, text + ")] Unknown event " + std::string(name)};
}

Error too_much() {
    return {Errc::too_large, "[NOTIFICATIONOVERFLOW] That is too much to watch"};
}

/// `unknown` gets the first name that is no event: the rest has to be read before it can be said.
Result<void> parse_event(ArgumentCursor& in, bool metadata, const TakeItems& take_items, EventGroup& group,
                         std::string& unknown) {
    const auto name = in.atom();
    if (!name) return name.error();
    const auto* event = std::ranges::find_if(known_events, [&](const NamedEvent& known) {
        return equals_ignore_case(known.name, *name) && (metadata || !known.metadata);
    });
    if (event == std::end(known_events)) {
        if (unknown.empty()) unknown = *name;
        return {};
    }
    group.events.*event->member = true;
    if (event->member != &EventSet::message_new) return {};
    const std::size_t mark = in.mark();
    if (!in.skip_space() || in.peek() != '(') {
        in.rewind(mark);
        return {};
    }
    if (!group.is_selected()) return in.error("only the selected mailbox has FETCH items");
    const std::size_t begin = in.mark();
    const std::string_view rest = in.rest();
    if (auto taken = take_items(in); !taken) return taken;
    group.items = rest.substr(0, in.mark() - begin);
    return {};
}

Result<void> parse_events(ArgumentCursor& in, bool metadata, const TakeItems& take_items, EventGroup& group,
                          std::string& unknown) {
    if (in.match_keyword("NONE")) return {};
    if (auto open = in.expect('('); !open) return open;
    for (;;) {
        if (auto event = parse_event(in, metadata, take_items, group, unknown); !event) return event;
        const auto end = in.list_end();
        if (!end) return end.error();
        if (*end) return {};
    }
}

Result<void> parse_names(ArgumentCursor& in, EventGroup& group) {
    if (auto space = in.space(); !space) return space;
    const bool list = in.skip('(');
    for (;;) {
        auto name = in.mailbox();
        if (!name) return name.error();
        group.names.push_back(std::move(*name));
        if (group.names.size() > max_names) return too_much();
        if (!list) return {};
        const auto end = in.list_end();
        if (!end) return end.error();
        if (*end) return {};
    }
}

Result<void> parse_filter(ArgumentCursor& in, EventGroup& group) {
    using Filter = EventGroup::Filter;
    const auto word = in.keyword();
    if (!word) return word.error();
    if (*word == "SELECTED") {
        group.filter = Filter::selected;
    } else if (*word == "SELECTED-DELAYED") {
        group.filter = Filter::selected_delayed;
    } else if (*word == "PERSONAL" || *word == "INBOXES") {
        group.filter = Filter::personal;
    } else if (*word == "SUBSCRIBED") {
        group.filter = Filter::subscribed;
    } else if (*word == "SUBTREE" || *word == "MAILBOXES") {
        group.filter = *word == "SUBTREE" ? Filter::subtree : Filter::mailboxes;
        return parse_names(in, group);
    } else {
        return in.error("unknown mailbox specifier " + *word);
    }
    return {};
}

/// What goes together (sections 5 and 6.1).
Result<void> check(const ArgumentCursor& in, const EventGroup& group) {
    const EventSet& events = group.events;
    if (group.is_selected() && events.any_other())
        return in.error("the selected mailbox has message events only");
    if (events.message_new != events.message_expunge)
        return in.error("MessageNew and MessageExpunge go together");
    if (events.flag_change && !events.message_new)
        return in.error("FlagChange goes with the other message events");
    return {};
}

}  // namespace

void EventSet::add(const EventSet& other) {
    for (const NamedEvent& event : known_events)
        this->*event.member = this->*event.member || other.*event.member;
}

const EventGroup* NotifySpec::selected() const {
    const auto found = std::ranges::find_if(groups, &EventGroup::is_selected);
    return found == groups.end() ? nullptr : &*found;
}

bool NotifySpec::watches_others() const {
    return std::ranges::any_of(groups, [](const EventGroup& group) {
        return !group.is_selected() && (group.events.any_message() || group.events.any_other());
    });
}

bool NotifySpec::watches_server() const {
    return std::ranges::any_of(groups,
                               [](const EventGroup& group) { return group.events.server_metadata_change; });
}

Result<NotifyRequest> parse_notify_set(ArgumentCursor& in, bool metadata, const TakeItems& take_items) {
    NotifyRequest request;
    if (auto space = in.space(); !space) return space.error();
    if (in.match_keyword("STATUS")) {
        request.status = true;
        if (auto space = in.space(); !space) return space.error();
    }
    std::string unknown;
    for (;;) {
        if (auto open = in.expect('('); !open) return open.error();
        EventGroup group;
        if (auto filter = parse_filter(in, group); !filter) return filter.error();
        if (auto space = in.space(); !space) return space.error();
        if (auto events = parse_events(in, metadata, take_items, group, unknown); !events)
            return events.error();
        if (auto close = in.expect(')'); !close) return close.error();
        if (unknown.empty()) {
            if (auto checked = check(in, group); !checked) return checked.error();
        }
        if (group.is_selected() && request.spec.selected() != nullptr)
            return in.error("the selected mailbox can be given once");
        request.spec.groups.push_back(std::move(group));
        if (request.spec.groups.size() > max_groups) return too_much();
        if (in.at_end()) break;
        if (auto space = in.space(); !space) return space.error();
    }
    if (!unknown.empty()) return bad_event(unknown, metadata);
    return request;
}

}  // namespace postern::imap
