#include "watched.hpp"

#include <algorithm>

namespace postern::imap {

namespace {

constexpr SlotKey<Watched> watched_slot{"NOTIFY"};
/// More news than a client that reads would let come together.
constexpr std::size_t max_names_waiting = 1000;
constexpr std::size_t max_entries_waiting = 1000;  ///< of one mailbox

bool is_below(std::string_view name, std::string_view root) {
    return name == root || (name.size() > root.size() && name.starts_with(root) && name[root.size()] == '/');
}

bool covers(const NotifySpec& spec, const EventGroup& group, const mail::Account& account,
            std::string_view name) {
    switch (group.filter) {
        case EventGroup::Filter::personal:
            return spec.others.empty() || !name.starts_with(spec.others);
        case EventGroup::Filter::subscribed:
            return std::ranges::find(account.subscriptions(), name) != account.subscriptions().end();
        case EventGroup::Filter::subtree:
            return std::ranges::any_of(group.names, [&](const auto& root) { return is_below(name, root); });
        case EventGroup::Filter::mailboxes:
            return std::ranges::find(group.names, name) != group.names.end();
        case EventGroup::Filter::selected:
        case EventGroup::Filter::selected_delayed:
            break;
    }
    return false;
}

void note_name(Watched& watched, std::string name, std::string old_name) {
    // The later one says it all; a name that was told before stays where it was renamed from.
    const auto known = std::ranges::find(watched.names, name, &NameNews::name);
    if (known != watched.names.end() && old_name.empty()) return;
    if (watched.names.size() >= max_names_waiting) {
        watched.overflow = true;
        return;
    }
    watched.names.push_back({std::move(name), std::move(old_name)});
}

void note_message_event(Session& session, Watched& watched, const mail::AccountEvent& event) {
    using Kind = mail::AccountEvent::Kind;
    const SelectedMailbox* selected = session.selected();
    const bool is_selected = selected != nullptr && selected->mailbox->info().id == event.mailbox;
    if (event.session == session.id()) {
        if (!is_selected || event.kind != Kind::added) return;
        if (watched.own_mailbox != event.mailbox) watched.own.clear();
        watched.own_mailbox = event.mailbox;
        for (const Uid uid : event.uids) watched.own.add(uid);
        return;
    }
    const mail::MailboxInfo* info = session.account()->find_mailbox(event.mailbox);
    if (is_selected || info == nullptr) return;
    const EventSet wanted = events_of(watched.spec, *session.account(), info->name);
    EventSet happened;
    happened.message_new = wanted.message_new && event.kind == Kind::added;
    happened.message_expunge = wanted.message_expunge && event.kind == Kind::expunged;
    happened.flag_change = wanted.flag_change && event.kind == Kind::flags;
    if (happened.any_message()) watched.mailboxes[event.mailbox].add(happened);
}

void note_name_event(Session& session, Watched& watched, const mail::AccountEvent& event) {
    using Kind = mail::AccountEvent::Kind;
    if (event.kind == Kind::mailbox_deleted) {
        watched.mailboxes.erase(event.mailbox);
        watched.unseen.erase(event.mailbox);
    }
    if (event.session == session.id()) return;
    const auto wanted = [&](std::string_view name) {
        return events_of(watched.spec, *session.account(), name);
    };
    if (event.kind == Kind::subscription) {
        if (wanted(event.name).subscription_change) note_name(watched, event.name, {});
        return;
    }
    if (event.kind == Kind::mailbox_renamed) {
        if (wanted(event.name).mailbox_name || wanted(event.old_name).mailbox_name)
            note_name(watched, event.name, event.old_name);
        return;
    }
    // The parent is affected, too: it may have its first child now, or none any more (section 5.4).
    if (wanted(event.name).mailbox_name) note_name(watched, event.name, {});
    const auto slash = event.name.rfind('/');
    if (slash == std::string::npos) return;
    const std::string parent = event.name.substr(0, slash);
    if (wanted(parent).mailbox_name) note_name(watched, parent, {});
}

void note_annotation(Session& session, Watched& watched, const mail::AccountEvent& event) {
    const std::string_view entry = event.name;
    if (event.session == session.id()) return;
    if (!entry.starts_with("/private/") && !entry.starts_with("/shared/")) return;
    if (event.mailbox == MailboxId{}) {
        if (!watched.spec.watches_server()) return;
    } else {
        const mail::MailboxInfo* info = session.account()->find_mailbox(event.mailbox);
        if (info == nullptr) return;
        if (!events_of(watched.spec, *session.account(), info->name).mailbox_metadata_change) return;
    }
    std::set<std::string>& entries = watched.annotations[event.mailbox];
    entries.insert(event.name);
    watched.overflow = watched.overflow || entries.size() > max_entries_waiting;
}

void note(Session& session, const mail::AccountEvent& event) {
    using Kind = mail::AccountEvent::Kind;
    Watched& watched = make_watched(session);
    switch (event.kind) {
        case Kind::added:
        case Kind::expunged:
        case Kind::flags:
            note_message_event(session, watched, event);
            break;
        case Kind::mailbox_created:
        case Kind::mailbox_renamed:
        case Kind::mailbox_deleted:
        case Kind::subscription:
            note_name_event(session, watched, event);
            break;
        case Kind::attribute:
            note_annotation(session, watched, event);
            break;
        default:
            break;
    }
    if (watched.has_news()) session.wake();
}

}  // namespace

void Watched::forget_news() {
    mailboxes.clear();
    names.clear();
    annotations.clear();
    overflow = false;
}

Watched* find_watched(Session& session) {
    return session.slots().find(watched_slot);
}

Watched& make_watched(Session& session) {
    return session.slots().get(watched_slot);
}

EventSet events_of(const NotifySpec& spec, const mail::Account& account, std::string_view name) {
    EventSet events;
    for (const EventGroup& group : spec.groups) {
        if (covers(spec, group, account, name)) events.add(group.events);
    }
    return events;
}

void watch(Session& session) {
    make_watched(session).subscription =
        session.account()->watch([&session](const mail::AccountEvent& event) { note(session, event); });
}

}  // namespace postern::imap
