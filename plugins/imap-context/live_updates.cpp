#include "live_updates.hpp"

#include <algorithm>

#include "postern/imap/ext/engine.hpp"

namespace postern::imap {

namespace {

/// Messages of the view that changed since the searches were looked at last, ascending. All of them are known then, unless
/// some are not in the view yet.
std::vector<mail::Slot> take_changed(Session& session, LiveSearches& searches) {
    const SelectedMailbox& selected = *session.selected();
    if (selected.mailbox->info().highest_modseq <= searches.known) return {};
    const mail::Columns columns = selected.mailbox->columns();
    std::vector<mail::Slot> changed = selected.mailbox->changed_since(searches.known);
    Modseq newest = searches.known;
    for (const mail::Slot slot : changed) newest = std::max(newest, columns.modseq[slot]);
    const auto unseen =
        std::erase_if(changed, [&](mail::Slot slot) { return selected.view->number_of(slot) == 0; });
    searches.known = unseen == 0 ? newest : std::max(searches.known, selected.view->told_modseq());
    return changed;
}

std::vector<mail::Slot> slots_of(Session& session, std::span<const Uid> uids) {
    std::vector<mail::Slot> slots;
    slots.reserve(uids.size());
    for (const Uid uid : uids) {
        const mail::Slot slot = session.selected()->view->slot_of_uid(uid);
        if (slot != mail::no_slot) slots.push_back(slot);
    }
    return slots;
}

/// Numbers of messages that are in the view, in their order.
std::string set_of(Session& session, const LiveSearch& search, std::span<const Uid> uids) {
    const std::vector<mail::Slot> slots = slots_of(session, uids);
    SearchPlan plan(session);
    plan.uid = search.uid;
    plan.sorted = search.order != nullptr;
    return result_set(plan, slots);
}

/// Takes what `gone` says (in step with the result) out of the result. Runs go from the end, so that places before stay.
template <class Numbers>
UpdateList remove(LiveSearch& search, const std::vector<bool>& gone, const Numbers& numbers) {
    UpdateList list;
    std::vector<Uid> all;
    for (std::size_t end = gone.size(); end > 0;) {
        if (!gone[end - 1]) {
            --end;
            continue;
        }
        std::size_t begin = end;
        while (begin > 0 && gone[begin - 1]) --begin;
        const std::span<const Uid> run(search.result.data() + begin, end - begin);
        if (search.order) {
            list.add(begin + 1, numbers(run));
        } else {
            all.insert(all.begin(), run.begin(), run.end());
        }
        end = begin;
    }
    if (!all.empty()) list.add(0, numbers(all));
    std::size_t next = 0;
    std::erase_if(search.result, [&](Uid) { return gone[next++]; });
    return list;
}

/// Places of `added` (ascending) in the result, which holds them already.
UpdateList places(Session& session, const LiveSearch& search, const std::vector<Uid>& added) {
    UpdateList list;
    if (!search.order) {
        if (!added.empty()) list.add(0, set_of(session, search, added));
        return list;
    }
    const auto is_new = [&](Uid uid) { return std::ranges::binary_search(added, uid); };
    for (std::size_t begin = 0; begin < search.result.size(); ++begin) {
        if (!is_new(search.result[begin])) continue;
        std::size_t end = begin;
        while (end < search.result.size() && is_new(search.result[end])) ++end;
        const std::span<const Uid> run(search.result.data() + begin, end - begin);
        list.add(begin + 1, set_of(session, search, run));
        begin = end;
    }
    return list;
}

/// The messages among `changed` that match now.
Task<Result<std::vector<mail::Slot>>> matching(Session* session, SearchNode tree,
                                               std::vector<mail::Slot> changed) {
    SearchPlan plan(*session);
    plan.tree = std::move(tree);
    plan.candidates = std::move(changed);
    auto found = co_await session->engine().search(&plan);
    if (!found) co_return found.error();
    co_return std::move(plan.result);
}

Task<Result<void>> put_in_order(Session* session, std::shared_ptr<SearchOrder> order,
                                std::vector<Uid>* uids) {
    if (!order) {
        std::ranges::sort(*uids);
        co_return Result<void>();
    }
    std::vector<mail::Slot> slots = slots_of(*session, *uids);
    auto sorted = co_await order->sort(session, &slots);
    if (sorted) *uids = uids_of(*session->selected(), slots);
    co_return sorted;
}

/// Looks at the changed messages again. The search is found by its tag after each suspension: a client cannot cancel it
/// meanwhile, but its place may move.
Task<Result<void>> update(Session* session, std::string tag, std::vector<mail::Slot> changed_slots) {
    SearchNode tree = live_searches_of(*session)->find(tag)->tree;
    const std::vector<Uid> changed = uids_of(*session->selected(), changed_slots);
    auto matches = co_await matching(session, std::move(tree), std::move(changed_slots));
    if (!matches) co_return matches.error();
    const std::vector<Uid> matching_uids = uids_of(*session->selected(), *matches);
    LiveSearch& search = *live_searches_of(*session)->find(tag);
    std::vector<bool> gone(search.result.size(), false);
    std::vector<Uid> added;
    const std::vector<std::size_t> places_before = search.find(changed);
    for (std::size_t i = 0; i < changed.size(); ++i) {
        const bool matches_now = std::ranges::binary_search(matching_uids, changed[i]);
        if (places_before[i] < gone.size()) {
            gone[places_before[i]] = !matches_now;
        } else if (matches_now) {
            added.push_back(changed[i]);
        }
    }
    const auto numbers = [&](std::span<const Uid> uids) { return set_of(*session, search, uids); };
    write_update(*session, search, "REMOVEFROM", remove(search, gone, numbers));
    if (added.empty()) co_return Result<void>();
    std::vector<Uid> result = search.result;
    result.insert(result.end(), added.begin(), added.end());
    auto sorted = co_await put_in_order(session, search.order, &result);
    if (!sorted) co_return sorted.error();
    LiveSearch& again = *live_searches_of(*session)->find(tag);
    again.result = std::move(result);
    write_update(*session, again, "ADDTO", places(*session, again, added));
    co_return Result<void>();
}

Task<Result<void>> update_all(Session* session) {
    LiveSearches* searches = live_searches_of(*session);
    if (searches == nullptr) co_return Result<void>();
    const std::vector<mail::Slot> changed = take_changed(*session, *searches);
    if (changed.empty()) co_return Result<void>();
    std::vector<std::string> tags;
    for (const LiveSearch& search : searches->searches) tags.push_back(search.tag);
    for (std::string& tag : tags) {
        std::vector<mail::Slot> slots = changed;
        auto updated = co_await update(session, std::move(tag), std::move(slots));
        if (!updated) co_return updated.error();
    }
    co_return Result<void>();
}

}  // namespace

Task<Result<void>> LiveUpdates::announced(Session* session, const mail::ViewChanges* /*changes*/) {
    auto done = co_await update_all(session);
    co_return done;
}

Task<Result<void>> LiveUpdates::answering(Session* session) {
    auto done = co_await update_all(session);
    co_return done;
}

bool LiveRemovals::write_expunged(Session& session, std::span<const mail::ViewChanges::Expunged> messages,
                                  ResponseWriter& /*out*/) {
    LiveSearches* searches = live_searches_of(session);
    if (searches == nullptr) return false;
    // The view has left them behind: numbers as the client still knows them come from the changes. They ascend, so each
    // told number is less by those told before.
    std::vector<Uid> uids;
    std::vector<std::uint32_t> numbers;
    for (const auto& message : messages) {
        uids.push_back(message.uid);
        numbers.push_back(message.number + static_cast<std::uint32_t>(numbers.size()));
    }
    for (LiveSearch& search : searches->searches) {
        std::vector<bool> gone(search.result.size(), false);
        for (const std::size_t place : search.find(uids)) {
            if (place < gone.size()) gone[place] = true;
        }
        const auto name = [&](std::span<const Uid> run) {
            std::string text;
            NumberSet set;
            for (const Uid uid : run) {
                const auto at = std::ranges::lower_bound(uids, uid) - uids.begin();
                const std::uint32_t number = search.uid ? uid : numbers[static_cast<std::size_t>(at)];
                if (search.order) {
                    text += (text.empty() ? "" : ",") + std::to_string(number);
                } else {
                    set.add(number);
                }
            }
            return search.order ? text : set.to_string();
        };
        write_update(session, search, "REMOVEFROM", remove(search, gone, name));
    }
    return false;
}

}  // namespace postern::imap
