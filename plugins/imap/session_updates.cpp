// What a session tells of its mailbox, and how message sets become messages.
#include <algorithm>

#include "server.hpp"
#include "session.hpp"

namespace postern::imap {

Task<Result<void>> ServerSession::drain() {
    if (!urgent_ && !output().full()) co_return Result<void>();
    urgent_ = false;
    auto sent = co_await flush();
    co_return sent;
}

SelectedUpdates ServerSession::wanted_updates() {
    SelectedUpdates wanted;
    for (const Announcer* announcer : registries().announcers.all()) announcer->adjust(*this, wanted);
    return wanted;
}

bool ServerSession::has_more() {
    const auto& announcers = registries().announcers.all();
    return std::ranges::any_of(announcers,
                               [&](const Announcer* announcer) { return announcer->has_more(*this); });
}

Task<Result<void>> ServerSession::announce(bool numbers_stay) {
    if (selected_) {
        auto told = co_await announce_selected(numbers_stay);
        if (!told) co_return told.error();
    }
    for (Announcer* announcer : registries().announcers.all()) {
        if (!announcer->has_more(*this)) continue;
        auto told = co_await announcer->tell_more(this);
        if (!told) co_return told.error();
    }
    co_return Result<void>();
}

Task<Result<void>> ServerSession::announce_selected(bool numbers_stay) {
    SelectedUpdates wanted = wanted_updates();
    if (removed_ && !numbers_stay) {
        // The client waits for what became of the messages it removed, and numbers go with all that came before.
        wanted.messages = true;
        removed_ = false;
    }
    if (wanted.at_once) numbers_stay = false;
    if (!wanted.messages || !selected_->view->has_changes(!numbers_stay)) co_return Result<void>();
    const mail::ViewChanges changes = selected_->view->sync(!numbers_stay);
    write_changes(changes);
    if (wanted.flags) {
        auto told = co_await write_flags(changes.flags, by_uid_);
        if (!told) co_return told.error();
    }
    for (Announcer* announcer : registries().announcers.all()) {
        if (!announcer->follows(*this)) continue;
        auto followed = co_await announcer->announced(this, &changes);
        if (!followed) co_return followed.error();
    }
    auto sent = co_await drain();
    co_return sent;
}

void ServerSession::write_changes(const mail::ViewChanges& changes) {
    ResponseWriter out = writer();
    if (!changes.expunged.empty()) {
        bool written = false;
        for (ResponseFilter* filter : filters_) {
            written = written || filter->write_expunged(*this, changes.expunged, out);
        }
        if (!written) {
            for (const auto& message : changes.expunged)
                out.untagged(message.number).atom("EXPUNGE").end_line();
        }
    }
    if (changes.exists) out.untagged(*changes.exists).atom("EXISTS").end_line();
    if (changes.recent && writer_modes_.recent) out.untagged(*changes.recent).atom("RECENT").end_line();
    if (changes.keywords_changed) write_keywords();
}

void ServerSession::write_keywords() {
    ResponseWriter out = writer();
    Flags flags;
    flags.system = flag_answered | flag_flagged | flag_deleted | flag_seen | flag_draft;
    flags.keywords = selected_->mailbox->keywords();
    out.untagged().atom("FLAGS").flags(flags).end_line();
    write_permanent_flags();
}

void ServerSession::write_permanent_flags() {
    Flags flags;
    if (!selected_->read_only) {
        const MailboxRights may = rights(selected_->mailbox->info());
        flags.system =
            may.flags.flags & (flag_answered | flag_flagged | flag_deleted | flag_seen | flag_draft);
        if (may.flags.keywords) flags.keywords = selected_->mailbox->keywords();
        flags.wildcard = may.flags.keywords;
    }
    const std::string_view text = selected_->read_only ? "No flags can be changed" : "Flags";
    ResponseWriter out = writer();
    out.untagged()
        .atom("OK")
        .open_code()
        .atom("PERMANENTFLAGS")
        .flags(flags)
        .close_code()
        .atom(text)
        .end_line();
}

void ServerSession::begin_fetch(const FetchedMessage& message, ResponseWriter& out) {
    bool written = false;
    for (ResponseFilter* filter : filters_)
        written = written || filter->write_fetch_head(*this, message, out);
    if (!written) out.untagged(message.number).atom("FETCH");
    out.open();
}

Task<Result<void>> ServerSession::write_flags(std::vector<mail::Slot> slots, bool with_uid) {
    auto told = co_await write_fetches(std::move(slots), with_uid, true);
    co_return told;
}

Task<Result<void>> ServerSession::write_filtered(std::vector<mail::Slot> slots, bool with_uid) {
    auto told = co_await write_fetches(std::move(slots), with_uid, false);
    co_return told;
}

Task<Result<void>> ServerSession::write_fetches(std::vector<mail::Slot> slots, bool with_uid,
                                                bool with_flags) {
    for (const ResponseFilter* filter : filters_) {
        with_uid = with_uid || filter->wants_uid() || filter->wants_uid_with_flags();
    }
    std::size_t next = 0;
    while (next < slots.size()) {
        const mail::Columns columns = selected_->mailbox->columns();
        const mail::View& view = *selected_->view;
        ResponseWriter out = writer();
        FetchedMessage message;
        message.mailbox = selected_->mailbox.get();
        message.columns = &columns;
        for (; next < slots.size() && !output().full(); ++next) {
            message.slot = slots[next];
            message.number = view.number_of(message.slot);
            if (message.number == 0) continue;
            message.uid = columns.uid[message.slot];
            begin_fetch(message, out);
            if (with_uid) out.atom("UID").number(message.uid);
            if (with_flags) {
                const bool recent = writer_modes_.recent && view.is_recent(message.slot);
                const std::string_view text = flag_text_.text(*message.mailbox, message.flags(), recent,
                                                              columns.keywords[message.slot]);
                out.atom("FLAGS").open().encoded(text).close();
            }
            for (ResponseFilter* filter : filters_) filter->add_to_flags(*this, message, out);
            out.close().end_line();
        }
        auto sent = co_await drain();
        if (!sent) co_return sent.error();
    }
    co_return Result<void>();
}

Result<NumberSet> ServerSession::resolve_numbers(const SequenceSet& set, bool uid) {
    const mail::View& view = *selected()->view;
    if (set.is_reference()) {
        SetReference* reference = registries().set_reference;
        if (reference == nullptr) return Error(Errc::protocol_violation, "There is no saved set");
        UidSet uids = reference->uids(*this);
        if (uid) return uids;
        NumberSet numbers;
        for (const std::uint32_t one : uids) {
            const mail::Slot slot = view.slot_of_uid(one);
            if (slot != mail::no_slot) numbers.add(view.number_of(slot));
        }
        return numbers;
    }
    if (uid) return set.resolve(view.last_uid());
    // "1:*" of an empty mailbox names no message; clients send it without looking.
    const bool nothing = view.count() == 0 && set.has_star();
    if (!nothing && set.exceeds(view.count())) {
        return Error(Errc::protocol_violation, "There is no message with such a number");
    }
    return set.resolve(view.count());
}

Result<std::vector<mail::Slot>> ServerSession::resolve(const SequenceSet& set, bool uid) {
    uid = uid || set.is_reference();
    auto numbers = resolve_numbers(set, uid);
    if (!numbers) return numbers.error();
    const mail::View& view = *selected()->view;
    const mail::Columns columns = selected()->mailbox->columns();
    std::vector<mail::Slot> slots;
    slots.reserve(std::min<std::uint64_t>(numbers->count(), view.count()));
    for (const NumberRange& range : numbers->ranges()) {
        if (uid) {
            mail::Slot slot = view.lower_bound(range.first);
            for (; slot != mail::no_slot && columns.uid[slot] <= range.last; slot = view.next(slot)) {
                slots.push_back(slot);
            }
            continue;
        }
        mail::Slot slot = view.slot_of_number(range.first);
        for (std::uint64_t left = range.size(); left > 0 && slot != mail::no_slot;
             --left, slot = view.next(slot)) {
            slots.push_back(slot);
        }
    }
    return slots;
}

NumberSet ServerSession::numbers_of(std::span<const mail::Slot> slots, bool uid) {
    std::vector<std::uint32_t> numbers;
    numbers.reserve(slots.size());
    const mail::Columns columns = selected()->mailbox->columns();
    for (const mail::Slot slot : slots) {
        const std::uint32_t number = uid ? columns.uid[slot] : selected()->view->number_of(slot);
        if (number != 0) numbers.push_back(number);
    }
    return NumberSet::from_numbers(std::move(numbers));
}

}  // namespace postern::imap
