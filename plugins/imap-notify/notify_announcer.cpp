#include "notify_announcer.hpp"

#include "list_line.hpp"
#include "postern/imap/ext/engine.hpp"

namespace postern::imap {

namespace {

using Items = std::vector<std::string_view>;

/// "* STATUS name (items)" from the counters that are at hand.
void write_counters(Session& session, const mail::MailboxInfo& info, const Items& items) {
    const StatusSource source{session, info};
    ResponseWriter out = session.writer();
    out.untagged().atom("STATUS").mailbox(info.name).open();
    for (const std::string_view name : items) {
        if (StatusItem* item = session.engine().find_status_item(name)) item->write(source, out);
    }
    out.close().end_line();
}

/// "* METADATA name entry entry": which ones, not what they are now (RFC 5464 section 4.4.2).
void write_entries(Session& session, std::string_view name, const std::set<std::string>& entries) {
    ResponseWriter out = session.writer();
    out.untagged().atom("METADATA").mailbox(name);
    for (const std::string& entry : entries) out.astring(entry);
    out.end_line();
}

}  // namespace

void NotifyAnnouncer::collect(const Lookup& lookup) {
    for (const auto& entry : lookup.all<MailboxAttributes>()) attributes_.push_back(entry.object);
    condstore_ = lookup.find<SessionMode>("CONDSTORE");
    metadata_ = lookup.find<CommandHandler>("SETMETADATA") != nullptr;
    access_ = lookup.find<MailboxAccess>();
}

bool NotifyAnnouncer::knows_modseq(Session& session) const {
    return condstore_ != nullptr && session.is_on(*condstore_);
}

bool NotifyAnnouncer::wants_wake(Session& session) const {
    const Watched* watched = find_watched(session);
    return watched != nullptr && !watched->spec.groups.empty();
}

Task<Result<void>> NotifyAnnouncer::tell(Session* session) {
    // Expunges only if adjust() says so.
    auto told = co_await session->announce(true);
    co_return told;
}

void NotifyAnnouncer::adjust(Session& session, SelectedUpdates& updates) const {
    Watched* watched = find_watched(session);
    if (watched == nullptr || !watched->on) return;
    const EventGroup* group = watched->spec.selected();
    updates.messages = updates.messages && group != nullptr && group->events.message_new;
    updates.flags = updates.flags && group != nullptr && group->events.flag_change;
    updates.at_once = updates.at_once || (group != nullptr && group->filter == EventGroup::Filter::selected);
    if (session.selected() != nullptr) watched->last_uid = session.selected()->view->last_uid();
}

bool NotifyAnnouncer::has_more(Session& session) const {
    const Watched* watched = find_watched(session);
    return watched != nullptr && watched->has_news();
}

void NotifyAnnouncer::write_first_status(Session& session, const mail::MailboxInfo& info,
                                         const EventSet& events) const {
    Items items{"MESSAGES"};
    if (events.message_new) items.insert(items.end(), {"UIDNEXT", "UIDVALIDITY"});
    if (events.flag_change && condstore_ != nullptr) items.push_back("HIGHESTMODSEQ");
    write_counters(session, info, items);
}

void NotifyAnnouncer::write_status(Session& session, Watched& watched, const mail::MailboxInfo& info,
                                   const EventSet& events) const {
    Items items;
    if (events.message_new || events.message_expunge) items.insert(items.end(), {"UIDNEXT", "MESSAGES"});
    if (events.flag_change) {
        const auto known = watched.unseen.find(info.id);
        const bool changed = known == watched.unseen.end() || known->second != info.unseen;
        // Without mod-sequences only what has become read is of use.
        if (items.empty() && !changed && !knows_modseq(session)) return;
        items.push_back("UIDVALIDITY");
        items.push_back("UNSEEN");
        watched.unseen[info.id] = info.unseen;
    }
    if (knows_modseq(session)) items.push_back("HIGHESTMODSEQ");
    write_counters(session, info, items);
}

Task<Result<void>> NotifyAnnouncer::tell_more(Session* session) {
    Watched& watched = make_watched(*session);
    if (watched.overflow) {
        watched.forget_news();
        watched.spec = {};
        watched.subscription.reset();
        session->writer().status("", "OK", "NOTIFICATIONOVERFLOW",
                                 "Too much has happened: nothing is told any more");
    }
    const auto mailboxes = std::move(watched.mailboxes);
    const auto names = std::move(watched.names);
    const auto annotations = std::move(watched.annotations);
    watched.forget_news();
    for (const NameNews& news : names) write_list_line(*session, attributes_, news.name, news.old_name);
    const SelectedMailbox* selected = session->selected();
    for (const auto& [id, events] : mailboxes) {
        const mail::MailboxInfo* info = session->account()->find_mailbox(id);
        if (info == nullptr || (selected != nullptr && selected->mailbox->info().id == id)) continue;
        write_status(*session, watched, *info, events);
    }
    for (const auto& [id, entries] : annotations) {
        const mail::MailboxInfo* info = session->account()->find_mailbox(id);
        if (id != MailboxId{} && info == nullptr) continue;
        write_entries(*session, info == nullptr ? std::string_view() : std::string_view(info->name), entries);
    }
    auto sent = co_await session->drain();
    co_return sent;
}

bool NotifyAnnouncer::follows(Session& session) const {
    const Watched* watched = find_watched(session);
    const EventGroup* group = watched == nullptr ? nullptr : watched->spec.selected();
    return group != nullptr && !group->items.empty();
}

Task<Result<void>> NotifyAnnouncer::announced(Session* session, const mail::ViewChanges* changes) {
    if (!changes->exists) co_return Result<void>();
    Watched& watched = make_watched(*session);
    const std::string items = watched.spec.selected()->items;
    ArgumentCursor in(items, session->features());
    auto plan = session->engine().parse_fetch_items(*session, true, in);
    if (!plan) co_return plan.error();
    {
        const SelectedMailbox& selected = *session->selected();
        const mail::Columns columns = selected.mailbox->columns();
        const bool has_own = watched.own_mailbox == selected.mailbox->info().id;
        mail::Slot slot = selected.view->lower_bound(watched.last_uid + 1);
        for (; slot != mail::no_slot; slot = selected.view->next(slot)) {
            const bool own = has_own && watched.own.contains(columns.uid[slot]);
            if (!own) plan->slots.push_back(slot);
        }
        watched.own.clear();
        watched.last_uid = selected.view->last_uid();
    }
    if (plan->slots.empty()) co_return Result<void>();
    auto fetched = co_await session->engine().fetch(&*plan);
    // A message that went away meanwhile is no fault of the command under way.
    if (!fetched && fetched.error().code == Errc::not_found) co_return Result<void>();
    co_return fetched;
}

}  // namespace postern::imap
