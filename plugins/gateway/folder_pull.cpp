// What is new at the provider, folder by folder.
#include <algorithm>

#include "gateway/folder_sync.hpp"

namespace postern::gateway {

using store::bit;
using store::ReceiptState;

namespace {

/// However good the tokens are, everything is looked at that often.
constexpr UnixTime full_listing_every = seconds_per_day;

}  // namespace

Task<Outcome<void>> FolderSync::pull_folder(Work* work) {
    auto& state = work->state;
    if (work->gone_there || (!state.selectable && !state.bound.empty())) {
        // An empty listing that may be believed: what was in it is missing.
        work->page.complete = true;
        work->pulled = true;
        co_return Outcome<void>{};
    }
    if (!state.selectable) co_return Outcome<void>{};
    PullRequest request;
    request.folder = state.remote_id;
    if (now() - state.listed_at < full_listing_every) request.token = state.token;
    auto page = co_await remote_->pull(request);
    if (!page && page.error().kind == FaultKind::reset_required) {
        request.token.clear();
        page = co_await remote_->pull(request);
    }
    if (!page) {
        if (!remote_->alive()) co_return page.error();
        context_.log->warning("a folder cannot be read", {{"login", context_.account->login()},
                                                          {"folder", state.name},
                                                          {"why", page.error().to_string()}});
        work->settled = false;
        co_return Outcome<void>{};
    }
    work->looked_at = true;
    if (page->unchanged) co_return Outcome<void>{};
    work->page = std::move(*page);
    work->pulled = true;
    co_return Outcome<void>{};
}

// Receipts whose message is not there any more.
void FolderSync::find_missing() {
    for (const auto& work : works_) {
        // In what holds no mail any more nothing is, also if it was empty here when it became so.
        if ((!work->pulled || !work->page.complete) && work->state.selectable) continue;
        std::set<ReceiptIndex> listed;
        for (const auto& item : work->page.items) {
            const auto index = receipt_of(work->state, item.id);
            if (!index) continue;
            if (item.kind == RemoteItem::Kind::removed) {
                if ((bit(receipts_[*index].state) & settled_states) != 0)
                    missing_.emplace(*index, work.get());
            } else {
                listed.insert(*index);
            }
        }
        if (!work->page.full) continue;
        for (ReceiptIndex i = 0; i < receipts_.size(); ++i) {
            const bool active = (bit(receipts_[i].state) & settled_states) != 0;
            if (active && is_of(receipts_[i], work->state) && !listed.contains(i))
                missing_.emplace(i, work.get());
        }
    }
}

std::vector<FolderSync::Wanted> FolderSync::plan(Work& work) {
    std::vector<Wanted> out;
    for (std::size_t i = 0; i < work.page.items.size(); ++i) {
        const auto& item = work.page.items[i];
        if (item.kind == RemoteItem::Kind::removed || item.kind == RemoteItem::Kind::changed ||
            item.id.empty()) {
            continue;
        }
        Wanted wanted;
        wanted.item = i;
        if (const auto known = receipt_of(work.state, item.id)) {
            const auto& receipt = receipts_[*known];
            if ((bit(receipt.state) & settled_states) != 0) continue;
            if (receipt.state == ReceiptState::deferred && receipt.next_try > now()) continue;
            wanted.receipt = receipt;
        } else {
            wanted.receipt.source = context_.source->row.id;
            wanted.receipt.uidl = work.state.receipt_id(item.id);
            wanted.receipt.first_seen = now();
        }
        wanted.receipt.state = ReceiptState::listed;
        wanted.receipt.size_listed = item.size.value_or(0);
        out.push_back(std::move(wanted));
    }
    return out;
}

Task<Outcome<void>> FolderSync::collect_folder(Work* work) {
    auto wanted = plan(*work);
    if (wanted.empty()) co_return Outcome<void>{};
    auto opened = co_await open_mailbox(work);
    if (!opened) co_return opened.error();
    auto recognised = co_await recognise(work, &wanted);
    if (!recognised) co_return recognised.error();
    auto fetched = co_await fetch_all(work, std::move(wanted));
    co_return fetched;
}

Task<Outcome<void>> FolderSync::collect() {
    find_missing();
    for (const auto& work : works_) {
        if (!work->pulled || work->gone_there || work->removed_here || !work->state.selectable) continue;
        auto collected = co_await collect_folder(work.get());
        if (!collected) co_return collected.error();
    }
    co_return Outcome<void>{};
}

}  // namespace postern::gateway
