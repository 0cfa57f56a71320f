#include "vanished.hpp"

namespace postern::imap {

namespace {

/// Of removed messages, those the client still sees: another session removed them. They are told without EARLIER, when
/// message numbers may change (RFC 7162 section 3.2.10).
UidSet still_seen(const SelectedMailbox& selected, std::span<const NumberRange> removed) {
    UidSet seen;
    const mail::View& view = *selected.view;
    const mail::Columns columns = selected.mailbox->columns();
    for (const NumberRange& range : removed) {
        mail::Slot slot = view.lower_bound(range.first);
        for (; slot != mail::no_slot && columns.uid[slot] <= range.last; slot = view.next(slot))
            seen.add(columns.uid[slot]);
    }
    return seen;
}

}  // namespace

UidSet vanished_since(Session& session, Modseq since, const UidSet& known) {
    const SelectedMailbox& selected = *session.selected();
    const mail::VanishedSince vanished = selected.mailbox->vanished_since(since);
    std::vector<NumberRange> ranges;
    ranges.reserve(vanished.ranges.size());
    for (const auto& [first, last] : vanished.ranges) ranges.push_back({first, last});
    const UidSet removed = UidSet::from_ranges(std::move(ranges)).intersected(known);
    return removed.without(still_seen(selected, removed.ranges()));
}

void write_vanished_earlier(ResponseWriter& out, const UidSet& uids) {
    if (uids.empty()) return;
    out.untagged().atom("VANISHED").open().atom("EARLIER").close().set(uids).end_line();
}

}  // namespace postern::imap
