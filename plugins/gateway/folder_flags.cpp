// Flags and keywords, both ways: each flag by itself, by what was agreed last (gateway.md 4.1).
#include <algorithm>
#include <tuple>

#include "gateway/folder_sync.hpp"

namespace postern::gateway {

using store::bit;
using store::ReceiptState;

namespace {
constexpr std::size_t pushed_at_once = 500;
}

std::unordered_map<Uid, FlagState> FolderSync::flags_there(const Work& work) const {
    std::unordered_map<Uid, FlagState> out;
    if (!work.pulled) return out;
    const auto columns = work.mailbox->columns();
    const auto slots = placements(*work.mailbox);
    for (const auto& item : work.page.items) {
        if (!item.flags || item.kind == RemoteItem::Kind::removed) continue;
        const auto index = receipt_of(work.state, item.id);
        if (!index || value_of(receipts_[*index].message) == 0) continue;
        const auto range = slots.equal_range(value_of(receipts_[*index].message));
        for (auto entry = range.first; entry != range.second; ++entry) {
            out[columns.uid[entry->second]] = FlagState{*item.flags, item.keywords};
        }
    }
    return out;
}

Task<Outcome<void>> FolderSync::store_here(Work* work,
                                           std::map<FlagChange, std::vector<mail::Slot>> changes) {
    using Mode = mail::StoreFlagsRequest::Mode;
    const mail::SlotHold hold(work->mailbox);
    for (auto& [change, slots] : changes) {
        std::sort(slots.begin(), slots.end());
        for (const Mode mode : {Mode::add, Mode::remove}) {
            mail::StoreFlagsRequest request;
            request.mode = mode;
            request.flags = mode == Mode::add ? change.set : change.cleared;
            request.keywords = mode == Mode::add ? change.keywords_set : change.keywords_cleared;
            if (request.flags == 0 && request.keywords.empty()) continue;
            request.slots = slots;
            request.cause = cause("FLAGS");
            auto stored = co_await work->mailbox->store_flags(std::move(request));
            if (!stored) co_return store_fault(stored.error());
        }
    }
    co_return Outcome<void>{};
}

Task<Outcome<void>> FolderSync::push_flags(Work* work, std::vector<FlagPush> pushes) {
    // Equal changes beside each other share a command.
    std::stable_sort(pushes.begin(), pushes.end(), [](const FlagPush& a, const FlagPush& b) {
        const auto key = [](const Action& x) {
            return std::tie(x.flags, x.cleared_flags, x.keywords, x.cleared_keywords);
        };
        return key(a.action) < key(b.action);
    });
    for (std::size_t begin = 0; begin < pushes.size(); begin += pushed_at_once) {
        const std::size_t end = std::min(begin + pushed_at_once, pushes.size());
        std::vector<Action> actions;
        for (std::size_t i = begin; i < end; ++i) actions.push_back(pushes[i].action);
        auto results = co_await remote_->push(std::move(actions));
        if (!results) co_return results.error();
        for (std::size_t i = begin; i < end; ++i) {
            const auto& fault = results->at(i - begin).fault;
            const bool hopeless =
                fault && (fault->kind == FaultKind::gone || fault->kind == FaultKind::unsupported);
            if (!fault || hopeless) {
                work->state.agree(pushes[i].uid, pushes[i].merged);
            } else {
                work->settled = false;
            }
        }
    }
    co_return Outcome<void>{};
}

Task<Outcome<void>> FolderSync::merge_folder(Work* work) {
    if (work->gone_there || work->removed_here || !work->state.selectable) co_return Outcome<void>{};
    if (!work->pulled && !changed_here(*work)) co_return Outcome<void>{};
    auto opened = co_await open_mailbox(work);
    if (!opened) co_return opened.error();
    const auto* info = context_.account->find_mailbox(work->state.mailbox);
    if (info == nullptr) co_return Outcome<void>{};
    work->seen = info->highest_modseq;
    const auto there_by_uid = flags_there(*work);
    std::map<FlagChange, std::vector<mail::Slot>> changes;
    std::vector<std::pair<Uid, FlagState>> agreed;
    std::vector<FlagPush> pushes;
    const auto columns = work->mailbox->columns();
    for (mail::Slot slot = 0; slot < work->mailbox->slot_count(); ++slot) {
        if (!columns.is_alive(slot)) continue;
        const Uid uid = columns.uid[slot];
        const auto told = there_by_uid.find(uid);
        const FlagState here = flags_here(*work->mailbox, slot);
        // Stored just before a crash: what was agreed is what the provider has.
        const bool bound = work->state.bound.contains(uid);
        if (!bound && told == there_by_uid.end()) continue;
        const FlagState base = bound ? work->state.agreed(uid) : told->second;
        const FlagState& there = told == there_by_uid.end() ? base : told->second;
        const FlagState merged = merge_flags(base, here, there);
        const FlagChange down = change_between(here, merged);
        const FlagChange up = change_between(there, merged);
        if (!down.empty()) changes[down].push_back(slot);
        if (up.empty()) {
            if (!bound || !change_between(base, merged).empty()) agreed.emplace_back(uid, merged);
            continue;
        }
        const auto receipts = receipts_of(columns.message[slot]);
        const auto found = std::ranges::find_if(receipts, [&](const ReceiptIndex index) {
            return receipts_[index].state == ReceiptState::stored && is_of(receipts_[index], work->state);
        });
        if (found == receipts.end()) continue;
        const auto ref = ref_of(*work, receipts_[*found]);
        if (!ref) continue;
        FlagPush push;
        push.uid = uid;
        push.merged = merged;
        push.action.kind = Action::Kind::set_flags;
        push.action.ref = *ref;
        push.action.flags = up.set;
        push.action.keywords = up.keywords_set;
        push.action.cleared_flags = up.cleared;
        push.action.cleared_keywords = up.keywords_cleared;
        pushes.push_back(std::move(push));
    }
    auto stored = co_await store_here(work, std::move(changes));
    if (!stored) co_return stored.error();
    for (const auto& [uid, state] : agreed) work->state.agree(uid, state);
    auto pushed = co_await push_flags(work, std::move(pushes));
    co_return pushed;
}

}  // namespace postern::gateway
