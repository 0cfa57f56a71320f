// What was moved on both sides at about the same time (gateway.md 4.1): it goes where the user of this side put it, and is
// there once. That a message is missing where it was does not tell whether it moved, as long as not every folder was looked at
// since; and it may have come as new before it was missed.
#include <algorithm>
#include <array>

#include "gateway/folder_sync.hpp"

namespace postern::gateway {

using store::bit;
using store::ReceiptState;

namespace {
/// What came as new longer ago than this is a copy, not the other end of a move.
constexpr UnixTime move_takes = seconds_per_day;
}  // namespace

bool FolderSync::looked_everywhere() const {
    return !report_.more && std::ranges::all_of(works_, [](const auto& work) {
        const bool never_read = work->state.token.empty() && work->state.bound.empty();
        return work->looked_at || never_read || work->gone_there || work->removed_here ||
               !work->state.selectable;
    });
}

bool FolderSync::is_gone_for_good(ReceiptIndex index) const {
    return looked_for_.contains(index) && looked_everywhere();
}

bool FolderSync::may_have_moved(ReceiptIndex index, const Work& from) const {
    const auto& receipt = receipts_[index];
    const bool known = (bit(receipt.state) & there_states) != 0 && value_of(receipt.message) != 0;
    if (!known || from.removed_here || !from.mailbox || lives_in(from, receipt.message)) return false;
    return !is_there(receipt.message, nullptr) && !is_gone_for_good(index);
}

void FolderSync::look_again(ReceiptIndex index, Work* work) {
    looked_for_now_.insert(index);
    // What cannot be read now is waited for, but not by asking again at once.
    if (!looked_for_.contains(index)) again_ = true;
    work->settled = false;
    if (Work* from = owner_of(receipts_[index])) from->settled = false;
}

bool FolderSync::may_turn_up(MessageId message) const {
    const auto range = by_message_.equal_range(value_of(message));
    return std::any_of(range.first, range.second, [&](const auto& entry) {
        const ReceiptIndex index = entry.second;
        const bool was_there = (bit(receipts_[index].state) & there_states) != 0;
        return was_there && missing_.contains(index) && !is_gone_for_good(index);
    });
}

bool FolderSync::waits_here(MessageId message) const {
    return std::ranges::any_of(works_, [&](const auto& work) {
        if (!work->mailbox || work->removed_here) return false;
        const std::array<MessageId, 1> ids = {message};
        return std::ranges::any_of(work->mailbox->find_messages(ids), [&](const mail::Slot slot) {
            return !work->state.bound.contains(work->mailbox->columns().uid[slot]);
        });
    });
}

// What came from there as new of late and has the same size and header.
std::vector<FolderSync::ReceiptIndex> FolderSync::twins_of(ReceiptIndex gone) const {
    std::vector<ReceiptIndex> out;
    const auto& lost = receipts_[gone];
    if (lost.header_fingerprint.empty()) return out;
    for (ReceiptIndex i = 0; i < receipts_.size(); ++i) {
        const auto& receipt = receipts_[i];
        const bool there = (bit(receipt.state) & there_states) != 0 && !missing_.contains(i);
        const bool fresh = receipt.first_seen >= now() - move_takes;
        const bool same =
            receipt.size_listed == lost.size_listed && receipt.header_fingerprint == lost.header_fingerprint;
        if (there && fresh && same && receipt.message != lost.message) out.push_back(i);
    }
    return out;
}

// Where it came as new it is not another message: what came goes, and its receipt is that of the message the user moved.
Task<Outcome<bool>> FolderSync::join(ReceiptIndex gone, ReceiptIndex twin) {
    Work* work = owner_of(receipts_[twin]);
    if (work == nullptr || !work->mailbox || work->gone_there) co_return false;
    const MessageId message = receipts_[gone].message;
    const MessageId other = receipts_[twin].message;
    std::vector<MessageId> ids = {message, other};
    auto loaded = co_await context_.account->load_messages(std::move(ids));
    if (!loaded) co_return store_fault(loaded.error());
    const bool same = loaded->at(0) != nullptr && loaded->at(1) != nullptr &&
                      loaded->at(0)->content == loaded->at(1)->content;
    const mail::SlotHold hold(work->mailbox);
    const std::array<MessageId, 1> others = {other};
    const auto slots = work->mailbox->find_messages(others);
    // Where the user has done something with it since, it is another message.
    if (!same || slots.size() != 1) co_return false;
    const Uid uid = work->mailbox->columns().uid[slots.front()];
    if (!work->state.bound.contains(uid)) co_return false;
    store::Receipt joined = receipts_[twin];
    joined.message = message;
    mail::ExpungeRequest request;
    request.force = true;
    request.last_copy = store::LastCopy::keep_remote;
    request.slots = std::vector<mail::Slot>(1, slots.front());
    request.fence = context_.fence;
    request.cause = cause("MOVE");
    store::ReceiptWrite write;
    write.receipt = joined;
    request.receipts.push_back(std::move(write));
    request.receipts.push_back(move_to(gone, ReceiptState::rebound));
    auto expunged = co_await work->mailbox->expunge(std::move(request));
    if (!expunged) co_return store_fault(expunged.error());
    work->state.forget(uid);
    add_receipt(std::move(joined));
    missing_.erase(gone);
    ++report_.rebound;
    co_return true;
}

Task<Outcome<void>> FolderSync::join_moved() {
    std::vector<ReceiptIndex> moved;
    for (const auto& [index, from] : missing_) {
        const auto& receipt = receipts_[index];
        if ((bit(receipt.state) & there_states) == 0 || value_of(receipt.message) == 0) continue;
        if (from->mailbox && !lives_in(*from, receipt.message) && waits_here(receipt.message))
            moved.push_back(index);
    }
    for (const ReceiptIndex gone : moved) {
        if (is_there(receipts_[gone].message, nullptr)) continue;
        const auto twins = twins_of(gone);
        for (const ReceiptIndex twin : twins) {
            auto joined = co_await join(gone, twin);
            if (!joined) co_return joined.error();
            if (*joined) break;
        }
    }
    // Before anything about these folders is forgotten.
    for (const auto& [index, from] : missing_) {
        if (may_have_moved(index, *from)) look_again(index, from);
    }
    co_return Outcome<void>{};
}

}  // namespace postern::gateway
