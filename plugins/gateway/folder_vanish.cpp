// What is gone there goes here: last of all, when everything that only moved has been recognised.
#include <algorithm>
#include <array>

#include "gateway/folder_sync.hpp"

namespace postern::gateway {

using store::bit;
using store::ReceiptState;

namespace {
constexpr std::size_t most_removed = 500;
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
        for (std::size_t k = begin; k < end; ++k) {
            const std::array<MessageId, 1> message = {receipts_[vanished[k]].message};
            for (const mail::Slot slot : work->mailbox->find_messages(message)) {
                // A copy that the user made beside it and that is not there yet is not meant.
                if (work->state.bound.contains(work->mailbox->columns().uid[slot])) slots.push_back(slot);
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

// Nothing is agreed about the folder any more.
Task<Outcome<void>> FolderSync::drop_folder(Work* work) {
    std::vector<store::AttributeWrite> writes(1);
    writes[0].attribute.entry = entry_prefix() + std::to_string(work->state.key);
    writes[0].remove = true;
    const mail::Cause why = cause("AGREE");
    auto written = co_await context_.account->write_attributes(std::move(writes), why);
    if (!written) co_return store_fault(written.error());
    std::erase_if(works_, [work](const auto& other) { return other.get() == work; });
    co_return Outcome<void>{};
}

Task<Outcome<void>> FolderSync::apply_vanished() {
    std::map<Work*, std::vector<ReceiptIndex>> vanished;
    std::size_t count = 0;
    std::size_t total = 0;
    for (const auto& [index, work] : missing_) {
        const auto state = receipts_[index].state;
        if (state == ReceiptState::rebound || state == ReceiptState::delete_done) continue;
        vanished[work].push_back(index);
        ++count;
    }
    for (const auto& work : works_) total += work->state.bound.count();
    const bool held =
        count > 0 && brake_holds(count, total, policy().vanish_brake, &facts().vanish_held_since,
                                 "so many messages are missing at the provider that none is removed yet");
    for (auto& [work, receipts] : vanished) {
        if (held) work->settled = false;
        if (held) continue;
        auto expunged = co_await expunge_here(work, std::move(receipts));
        if (!expunged) co_return expunged.error();
    }
    std::vector<Work*> gone;
    for (const auto& work : works_) {
        if (work->gone_there && work->settled) gone.push_back(work.get());
    }
    for (Work* work : gone) {
        const auto* info = context_.account->find_mailbox(work->state.mailbox);
        // What lies there only here stays, and so do the mailboxes that every account has.
        const bool empty =
            info != nullptr && info->total == 0 && info->special_use.empty() && info->name != "INBOX";
        if (empty) {
            std::string name = info->name;
            const mail::Cause why = cause("DELETE");
            auto removed = co_await context_.account->delete_mailbox(std::move(name), why);
            if (!removed && removed.error().code != Errc::invalid) co_return store_fault(removed.error());
        }
        auto dropped = co_await drop_folder(work);
        if (!dropped) co_return dropped.error();
    }
    co_return Outcome<void>{};
}

}  // namespace postern::gateway
