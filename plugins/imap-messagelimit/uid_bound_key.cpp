#include "uid_bound_key.hpp"

#include <limits>

#include "postern/imap/ext/session.hpp"

namespace postern::imap {

Result<Uid> UidBoundKey::parse_uid(Session& session, ArgumentCursor& in) const {
    if (in.peek() != '$' || reference_ == nullptr) {
        const auto uid = in.nz_number();
        if (!uid) return uid.error();
        return *uid;
    }
    const UidSet saved = reference_->uids(session);
    if (saved.count() != 1) return in.error("$ does not stand for one message");
    in.skip('$');
    return saved.min();
}

Result<SearchNode> UidBoundKey::parse(Session& session, ArgumentCursor& in, SearchParser& /*parser*/) {
    if (auto space = in.space(); !space) return space.error();
    const auto uid = parse_uid(session, in);
    if (!uid) return uid.error();
    constexpr Uid highest = std::numeric_limits<Uid>::max();
    if (*uid == (after_ ? highest : 1)) return SearchNode::of(SearchNode::Kind::none);
    const UidSet range = after_ ? UidSet::of(*uid + 1, highest) : UidSet::of(1, *uid - 1);
    return SearchNode::of_set(SearchNode::Kind::uid_set, SequenceSet::from(range));
}

}  // namespace postern::imap
