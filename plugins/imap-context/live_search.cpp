#include "live_search.hpp"

#include <algorithm>

namespace postern::imap {

std::vector<std::size_t> LiveSearch::find(const std::vector<Uid>& uids) const {
    std::vector<std::size_t> places(uids.size(), result.size());
    if (!order) {
        for (std::size_t i = 0; i < uids.size(); ++i) {
            const auto at = std::ranges::lower_bound(result, uids[i]);
            if (at != result.end() && *at == uids[i])
                places[i] = static_cast<std::size_t>(at - result.begin());
        }
        return places;
    }
    for (std::size_t place = 0; place < result.size(); ++place) {
        const auto at = std::ranges::lower_bound(uids, result[place]);
        if (at != uids.end() && *at == result[place])
            places[static_cast<std::size_t>(at - uids.begin())] = place;
    }
    return places;
}

LiveSearch* LiveSearches::find(std::string_view tag) {
    for (LiveSearch& search : searches) {
        if (search.tag == tag) return &search;
    }
    return nullptr;
}

LiveSearches* live_searches_of(Session& session) {
    SelectedMailbox* selected = session.selected();
    LiveSearches* all = selected == nullptr ? nullptr : selected->slots.find(live_searches);
    return all == nullptr || all->searches.empty() ? nullptr : all;
}

std::vector<Uid> uids_of(const SelectedMailbox& selected, std::span<const mail::Slot> slots) {
    std::vector<Uid> uids;
    uids.reserve(slots.size());
    const mail::Columns columns = selected.mailbox->columns();
    for (const mail::Slot slot : slots) uids.push_back(columns.uid[slot]);
    return uids;
}

Result<SearchNode> without_numbers(Session& session, const SearchNode& tree) {
    const bool numbers = tree.kind == SearchNode::Kind::message_set;
    if (numbers || (tree.kind == SearchNode::Kind::uid_set && tree.set.is_reference())) {
        auto slots = session.resolve(tree.set, !numbers);
        if (!slots) return slots.error();
        if (slots->empty()) return SearchNode::of(SearchNode::Kind::none);
        const UidSet uids = session.numbers_of(*slots, true);
        return SearchNode::of_set(SearchNode::Kind::uid_set, SequenceSet::from(uids));
    }
    SearchNode copy = tree;
    for (SearchNode& child : copy.children) {
        auto replaced = without_numbers(session, child);
        if (!replaced) return replaced.error();
        child = std::move(*replaced);
    }
    return copy;
}

void UpdateList::add(std::size_t position, std::string_view numbers) {
    if (!text_.empty()) text_ += ' ';
    text_ += std::to_string(position);
    text_ += ' ';
    text_ += numbers;
}

void write_update(Session& session, const LiveSearch& search, std::string_view name, const UpdateList& list) {
    if (list.empty()) return;
    ResponseWriter out = session.writer();
    out.untagged().atom("ESEARCH").open().atom("TAG").quoted(search.tag).close();
    if (search.uid) out.atom("UID");
    out.atom(name).encoded(list.to_string()).end_line();
}

}  // namespace postern::imap
