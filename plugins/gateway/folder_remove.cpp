// What the user removed here, removed there: by its id, and only if it is still the message that came from there.
#include <algorithm>

#include "gateway/fingerprint.hpp"
#include "gateway/folder_sync.hpp"

namespace postern::gateway {

using store::bit;
using store::ReceiptState;

// Bound messages that are not here any more.
void FolderSync::forget_dead(Work& work) {
    std::vector<Uid> dead;
    for (const Uid uid : work.state.bound) {
        if (work.mailbox->find(uid) == mail::no_slot) dead.push_back(uid);
    }
    for (const Uid uid : dead) work.state.forget(uid);
}

Task<Outcome<std::vector<FolderSync::ReceiptIndex>>> FolderSync::verified(Work* work,
                                                                          std::vector<ReceiptIndex> wanted) {
    std::vector<ReceiptIndex> out;
    std::vector<std::pair<ReceiptIndex, RemoteRef>> asked;
    for (const ReceiptIndex index : wanted) {
        const auto ref = ref_of(*work, receipts_[index]);
        if (!ref) continue;
        if (receipts_[index].header_fingerprint.empty()) {
            out.push_back(index);
        } else {
            asked.emplace_back(index, *ref);
        }
    }
    std::size_t sent = 0;
    for (std::size_t received = 0; received < asked.size(); ++received) {
        while (sent < asked.size() && sent - received < remote_->fetch_window()) {
            FetchRequest request;
            request.ref = asked[sent++].second;
            request.part = FetchPart::header;
            auto started = co_await remote_->start_fetch(request);
            if (!started) co_return started.error();
        }
        auto fetched = co_await remote_->receive();
        if (!fetched && !remote_->alive()) co_return fetched.error();
        const ReceiptIndex index = asked[received].first;
        // Gone, it may only have moved: where it turns up it is removed.
        if (!fetched && fetched.error().kind == FaultKind::gone) look_again(receipts_[index].message, work);
        const bool same =
            fetched && header_fingerprint(*fetched->content) == receipts_[index].header_fingerprint;
        if (same) out.push_back(index);
        if (fetched && !same) {
            context_.log->warning(
                "a message at the provider is not the one that was meant: it is not removed",
                {{"login", context_.account->login()}, {"id", receipts_[index].uidl}});
        }
    }
    co_return out;
}

Task<Outcome<void>> FolderSync::remove_from(Work* work, std::vector<ReceiptIndex> wanted) {
    auto sure = co_await verified(work, std::move(wanted));
    if (!sure) co_return sure.error();
    std::vector<Action> actions;
    std::vector<ReceiptIndex> sent;
    for (const ReceiptIndex index : *sure) {
        const auto ref = ref_of(*work, receipts_[index]);
        if (!ref) continue;
        Action action;
        action.kind = Action::Kind::remove;
        action.ref = *ref;
        actions.push_back(std::move(action));
        sent.push_back(index);
    }
    if (actions.empty()) co_return Outcome<void>{};
    auto results = co_await remote_->push(std::move(actions));
    if (!results) co_return results.error();
    std::vector<store::ReceiptWrite> writes;
    for (std::size_t i = 0; i < sent.size(); ++i) {
        const auto& fault = results->at(i).fault;
        if (fault) {
            if (fault->kind == FaultKind::gone) look_again(receipts_[sent[i]].message, work);
            work->settled = false;
            continue;
        }
        ++report_.deletes_sent;
        writes.push_back(move_to(sent[i], ReceiptState::delete_done));
    }
    auto written = co_await write(std::move(writes));
    co_return written;
}

Task<Outcome<void>> FolderSync::remove_there() {
    std::map<Work*, std::vector<ReceiptIndex>> wanted;
    std::size_t count = 0;
    std::size_t total = 0;
    for (const auto& work : works_) total += work->state.bound.count();
    const bool never = policy().remote_delete == Policy::RemoteDelete::never;
    for (const ReceiptIndex index : removals_) {
        const bool there = (bit(receipts_[index].state) & there_states) != 0;
        Work* work = owner_of(receipts_[index]);
        if (never || !there || work == nullptr || not_taken_.contains(index)) continue;
        wanted[work].push_back(index);
        ++count;
    }
    const bool held = brake_holds(count, total, policy().delete_brake, &facts().delete_held_since,
                                  "so many messages are to be removed at the provider that none is yet");
    for (auto& [work, receipts] : wanted) {
        if (held) work->settled = false;
        if (held) continue;
        auto removed = co_await remove_from(work, std::move(receipts));
        if (!removed) co_return removed.error();
    }
    for (const auto& work : works_) {
        if (!held && work->settled && work->mailbox && !work->gone_there) forget_dead(*work);
    }
    co_return Outcome<void>{};
}

}  // namespace postern::gateway
