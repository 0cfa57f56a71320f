// Recognising messages whose ids do not tell (gateway.md 2.6): servers without unique ids, twins, ids used again. Nothing
// is delivered or removed on doubt.
#include <algorithm>
#include <iterator>
#include <set>

#include "gateway/fingerprint.hpp"
#include "gateway/sync_session.hpp"

namespace postern::gateway {

using store::bit;
using store::ReceiptState;

namespace {

constexpr std::size_t most_reused = 50;
constexpr std::size_t renumbering_sample = 10;

}  // namespace

// Gives an id to every item that has none.
Task<Outcome<void>> SyncSession::identify() {
    std::vector<std::size_t> nameless;
    for (std::size_t i = 0; i < page_.items.size(); ++i) {
        if (page_.items[i].id.empty()) nameless.push_back(i);
    }
    ids_made_up_ = !nameless.empty();
    if (ids_made_up_) {
        auto done = co_await fingerprints_of(nameless);
        if (!done) co_return done.error();
        // A message collected while the server still had ids keeps the id it had.
        std::multimap<std::string, std::string> known;
        for (const auto& r : receipts_) {
            const bool active = (bit(r.state) & active_states) != 0;
            if (active && !r.header_fingerprint.empty()) known.emplace(r.header_fingerprint, r.uidl);
        }
        for (const std::size_t item : nameless) {
            const std::string& fingerprint = fingerprints_[item];
            if (fingerprint.empty()) continue;
            const bool unique = known.count(fingerprint) == 1;
            page_.items[item].id = unique ? known.find(fingerprint)->second : made_up_id(fingerprint);
        }
    }
    auto twins = ambiguous_twins(page_.items, receipts_);
    auto looked = co_await fingerprints_of(std::move(twins));
    if (!looked) co_return looked.error();
    reconciled_ = reconcile(page_.items, receipts_, fingerprints_);
    suspect_renumbering_ = looks_renumbered(reconciled_, page_.items.size());
    auto settled = co_await settle_doubtful();
    if (!settled) co_return settled.error();
    auto reused = co_await settle_reused();
    if (!reused) co_return reused.error();
    auto hidden = co_await rather_hidden();
    if (!hidden) co_return hidden.error();
    if (*hidden) suspect_renumbering_ = false;
    auto matched = co_await match_renumbered();
    co_return matched;
}

// Same id, other size: an id that was used again, unless this server's sizes mean nothing.
Task<Outcome<void>> SyncSession::settle_doubtful() {
    auto& known = reconciled_.known;
    const auto doubtful = static_cast<std::size_t>(
        std::count_if(known.begin(), known.end(), [](const Match& m) { return m.doubtful; }));
    if (doubtful == 0) co_return Outcome<void>{};
    const bool sizes_mean_nothing = doubtful > 5 && doubtful * 10 > known.size();
    std::vector<store::ReceiptWrite> writes;
    std::vector<Match> kept;
    for (const Match& match : known) {
        const bool other_state = !has_message(receipts_[match.receipt]);
        bool same = !match.doubtful || sizes_mean_nothing || other_state;
        if (!same) {
            auto fingerprint = co_await fingerprint_of(match.item);
            if (!fingerprint) co_return fingerprint.error();
            const auto& before = receipts_[match.receipt].header_fingerprint;
            same = before.empty() || fingerprint->empty() || *fingerprint == before;
        }
        if (!same) {
            reconciled_.missing.push_back(match.receipt);
            reconciled_.unknown.push_back({match.item, free_occurrence(receipts_[match.receipt].uidl)});
            continue;
        }
        kept.push_back(match);
    }
    known = std::move(kept);
    co_return Outcome<void>{};
}

std::uint32_t SyncSession::free_occurrence(const std::string& uidl) const {
    std::uint32_t free = 0;
    for (const auto& r : receipts_) {
        if (r.uidl == uidl) free = std::max(free, r.occurrence + 1);
    }
    for (const auto& u : reconciled_.unknown) {
        if (page_.items[u.item].id == uidl) free = std::max(free, u.occurrence + 1);
    }
    return free;
}

// An id may name another message now: one that was gone and is there again with the size it had; or one whose deletion
// was asked for and has an outcome that nobody knows.
bool SyncSession::deletion_was_asked(const Match& match) const {
    const auto& receipt = receipts_[match.receipt];
    if (receipt.state == ReceiptState::delete_sent) return true;
    return receipt.state == ReceiptState::delete_wanted && receipt.delete_attempts > 0 &&
           receipt.delete_attempts < policy().delete_attempts;
}

bool SyncSession::was_gone(const Match& match) const {
    const auto& receipt = receipts_[match.receipt];
    const bool gone = receipt.state == ReceiptState::suspect ||
                      (has_message(receipt) && (bit(receipt.state) & tombstone_states) != 0);
    return gone && !match.twin;
}

Task<Outcome<void>> SyncSession::settle_reused() {
    if (ids_made_up_) co_return Outcome<void>{};
    std::vector<Match> back;
    for (const auto* matches : {&reconciled_.known, &reconciled_.returned}) {
        std::copy_if(matches->begin(), matches->end(), std::back_inserter(back),
                     [this](const Match& match) { return was_gone(match); });
    }
    if (back.size() > most_reused) back.clear();  // so many at once are a queue that was restored
    // Where most ids are new, one that is not may have passed to another message.
    std::copy_if(reconciled_.known.begin(), reconciled_.known.end(), std::back_inserter(back),
                 [this](const Match& match) {
                     const bool stored = has_message(receipts_[match.receipt]);
                     return deletion_was_asked(match) || (suspect_renumbering_ && stored);
                 });
    std::vector<std::size_t> items;
    for (const Match& match : back) items.push_back(match.item);
    auto done = co_await fingerprints_of(std::move(items));
    if (!done) co_return done.error();
    for (const Match& match : back) {
        const auto& receipt = receipts_[match.receipt];
        const auto& before = receipt.header_fingerprint;
        const auto& fingerprint = fingerprints_[match.item];
        if (before.empty() || fingerprint.empty() || fingerprint == before) continue;
        const auto same = [&match](const Match& other) { return other.item == match.item; };
        if (std::erase_if(reconciled_.known, same) > 0) reconciled_.missing.push_back(match.receipt);
        std::erase_if(reconciled_.returned, same);
        reconciled_.unknown.push_back({match.item, free_occurrence(receipt.uidl)});
    }
    co_return Outcome<void>{};
}

// A server that hides what was fetched shows nothing but new messages next time, as one does that has renumbered
// everything: some headers tell which it is.
Task<Outcome<bool>> SyncSession::rather_hidden() {
    if (!facts().may_hide_fetched() || !suspect_renumbering_) co_return false;
    std::vector<std::size_t> sample;
    const std::size_t step = std::max<std::size_t>(1, reconciled_.unknown.size() / renumbering_sample);
    for (std::size_t k = 0; k < reconciled_.unknown.size(); k += step) {
        sample.push_back(reconciled_.unknown[k].item);
    }
    auto done = co_await fingerprints_of(sample);
    if (!done) co_return done.error();
    std::set<std::string> missing;
    for (const ReceiptIndex r : reconciled_.missing) missing.insert(receipts_[r].header_fingerprint);
    const bool none = std::none_of(sample.begin(), sample.end(),
                                   [&](std::size_t item) { return missing.contains(fingerprints_[item]); });
    co_return none;
}

}  // namespace postern::gateway
