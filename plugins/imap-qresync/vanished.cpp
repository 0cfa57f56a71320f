#include "vanished.hpp"

namespace postern::imap {

UidSet vanished_since(Session& session, Modseq since, const UidSet& known) {
    const mail::VanishedSince vanished = session.selected()->mailbox->vanished_since(since);
    std::vector<NumberRange> ranges;
    ranges.reserve(vanished.ranges.size());
    for (const auto& [first, last] : vanished.ranges) ranges.push_back({first, last});
    return UidSet::from_ranges(std::move(ranges)).intersected(known);
}

void write_vanished_earlier(ResponseWriter& out, const UidSet& uids) {
    if (uids.empty()) return;
    out.untagged().atom("VANISHED").open().atom("EARLIER").close().set(uids).end_line();
}

}  // namespace postern::imap
