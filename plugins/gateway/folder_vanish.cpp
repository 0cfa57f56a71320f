// What is gone there goes here: last of all, when everything that only moved has been recognised.
#include <algorithm>
#include <iterator>

#include "gateway/folder_sync.hpp"

namespace postern::gateway {

using store::bit;
using store::ReceiptState;

namespace {
constexpr std::size_t most_removed = 500;
}

// As after a crash between a rename there and the note of it: the old folder is gone, its messages are in the new one.
bool FolderSync::is_there_under_another_id(const Work& work, MessageId message) const {
    constexpr store::ReceiptStates there = bit(ReceiptState::stored) | bit(ReceiptState::delete_wanted);
    return std::ranges::any_of(receipts_of(message), [&](const ReceiptIndex index) {
        const auto& receipt = receipts_[index];
        if ((bit(receipt.state) & there) == 0 || missing_.contains(index)) return false;
        const Work* owner = owner_of(receipt);
        return owner != nullptr && !owner->gone_there && owner->state.mailbox == work.state.mailbox;
    });
}

Task<Outcome<void>> FolderSync::expunge_here(Work* work, std::vector<ReceiptIndex> vanished) {
    auto opened = co_await open_mailbox(work);
    if (!opened) co_return opened.error();
    for (std::size_t begin = 0; begin < vanished.size(); begin += most_removed) {
        const std::size_t end = std::min(begin + most_removed, vanished.size());
        mail::ExpungeRequest request;
        request.force = true;
        request.last_copy = store::LastCopy::keep_remote;
        request.fence = context_.fence;
        request.cause = cause("VANISH");
        std::vector<mail::Slot> slots;
        const auto living = placements(*work->mailbox);
        for (std::size_t k = begin; k < end; ++k) {
            const MessageId message = receipts_[vanished[k]].message;
            const bool elsewhere = is_there_under_another_id(*work, message);
            const auto range = living.equal_range(value_of(message));
            for (auto entry = range.first; entry != range.second && !elsewhere; ++entry) {
                // What the user put there and what is not there yet is not meant: of several, or if it is there elsewhere.
                const bool only = std::next(range.first) == range.second && !is_there(message, nullptr);
                const Uid uid = work->mailbox->columns().uid[entry->second];
                if (only || work->state.bound.contains(uid)) slots.push_back(entry->second);
            }
            request.receipts.push_back(move_to(vanished[k], ReceiptState::vanished));
        }
        std::sort(slots.begin(), slots.end());
        slots.erase(std::unique(slots.begin(), slots.end()), slots.end());
        if (slots.empty()) {
            auto written = co_await write(std::move(request.receipts));
            if (!written) co_return written.error();
            continue;
        }
        report_.vanished += slots.size();
        std::vector<Uid> uids;
        for (const mail::Slot slot : slots) uids.push_back(work->mailbox->columns().uid[slot]);
        request.slots = std::move(slots);
        auto expunged = co_await work->mailbox->expunge(std::move(request));
        if (!expunged) co_return store_fault(expunged.error());
        for (const Uid uid : uids) work->state.forget(uid);
    }
    co_return Outcome<void>{};
}

Task<Outcome<void>> FolderSync::apply_vanished() {
    std::map<Work*, std::vector<ReceiptIndex>> vanished;
    std::size_t count = 0;
    std::size_t total = 0;
    for (const auto& [index, work] : missing_) {
        const auto state = receipts_[index].state;
        if (state == ReceiptState::rebound || state == ReceiptState::delete_done) continue;
        if (work->removed_here) continue;
        // The user has it elsewhere, or nowhere: it may have moved there, too.
        if (may_have_moved(index, *work)) {
            look_again(receipts_[index].message, work);
            continue;
        }
        vanished[work].push_back(index);
        ++count;
    }
    for (const auto& work : works_) total += work->state.bound.count();
    const bool held = brake_holds(count, total, policy().vanish_brake, &facts().vanish_held_since,
                                  "so many messages are missing at the provider that none is removed yet");
    for (auto& [work, receipts] : vanished) {
        if (held) work->settled = false;
        if (held) continue;
        auto expunged = co_await expunge_here(work, std::move(receipts));
        if (!expunged) co_return expunged.error();
    }
    auto dropped = co_await drop_gone_folders();
    co_return dropped;
}

Task<Outcome<void>> FolderSync::drop_gone_folders() {
    std::vector<Work*> gone;
    for (const auto& work : works_) {
        if (work->gone_there && work->settled) gone.push_back(work.get());
    }
    std::ranges::reverse(gone);  // what is below before what it is in
    for (Work* work : gone) {
        const auto* info = context_.account->find_mailbox(work->state.mailbox);
        // What lies there only here stays, and so do the mailboxes that every account has. Another folder may be it by now.
        const bool free = info != nullptr && work_of(info->id) == nullptr;
        const bool empty = free && info->total == 0 && info->special_use.empty() && info->name != "INBOX";
        if (empty) {
            std::string name = info->name;
            const mail::Cause why = cause("DELETE");
            auto removed = co_await context_.account->delete_mailbox(std::move(name), why);
            if (!removed && removed.error().code != Errc::invalid && removed.error().code != Errc::not_found)
                co_return store_fault(removed.error());
        }
        auto dropped = co_await drop_folder(work);
        if (!dropped) co_return dropped.error();
        again_ = true;
    }
    co_return Outcome<void>{};
}

}  // namespace postern::gateway
