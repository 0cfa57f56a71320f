// Recognising messages whose ids do not tell (gateway.md 2.6): servers without unique ids, ids used again, and a
// migration that renumbered everything. Nothing is delivered or removed on doubt.
#include <algorithm>
#include <iterator>
#include <random>
#include <set>

#include "gateway/fingerprint.hpp"
#include "gateway/sync_session.hpp"

namespace postern::gateway {

using store::bit;
using store::ReceiptState;

namespace {

constexpr std::size_t most_reused = 50;
constexpr std::size_t renumbering_sample = 10;

void leave_out(const std::vector<std::pair<std::size_t, std::size_t>>& pairs,
               std::vector<std::size_t>& items) {
    std::set<std::size_t> paired;
    for (const auto& pair : pairs) paired.insert(pair.first);
    std::erase_if(items, [&paired](std::size_t item) { return paired.contains(item); });
}

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
    return gone && !match.twin && remote_->facts().header_fetch;
}

Task<Outcome<void>> SyncSession::settle_reused() {
    if (ids_made_up_) co_return Outcome<void>{};
    std::vector<Match> back;
    for (const auto* matches : {&reconciled_.known, &reconciled_.returned}) {
        std::copy_if(matches->begin(), matches->end(), std::back_inserter(back),
                     [this](const Match& match) { return was_gone(match); });
    }
    if (back.size() > most_reused) back.clear();  // so many at once are a queue that was restored
    std::copy_if(reconciled_.known.begin(), reconciled_.known.end(), std::back_inserter(back),
                 [this](const Match& match) { return deletion_was_asked(match); });
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

Task<Outcome<bool>> SyncSession::sample_holds(Pairs pairs) {
    std::mt19937 random(static_cast<std::uint32_t>(now()));
    std::shuffle(pairs.begin() + 1, pairs.end() - 1, random);
    std::swap(pairs[1 % pairs.size()], pairs.back());
    pairs.resize(std::min(pairs.size(), std::max<std::size_t>(10, pairs.size() / 50)));
    std::vector<std::size_t> items;
    for (const auto& pair : pairs) items.push_back(pair.first);
    auto done = co_await fingerprints_of(std::move(items));
    if (!done) co_return done.error();
    const bool holds = std::all_of(pairs.begin(), pairs.end(), [this](const auto& pair) {
        return fingerprints_[pair.first] == receipts_[pair.second].header_fingerprint;
    });
    co_return holds;
}

// Items that may be messages we have: unknown ones, and those that are only written down, because their fetch failed
// before they could be compared, or since before the server lost its ids for a while.
std::vector<std::size_t> SyncSession::unclaimed_items() const {
    std::vector<std::size_t> items;
    for (const auto& u : reconciled_.unknown) items.push_back(u.item);
    const bool ids_are_back = std::any_of(reconciled_.missing.begin(), reconciled_.missing.end(),
                                          [this](ReceiptIndex r) { return is_made_up(receipts_[r].uidl); });
    for (const Match& match : reconciled_.known) {
        const auto& receipt = receipts_[match.receipt];
        const bool compared = receipt.fail_count == 0 && !ids_are_back;
        if (!has_message(receipt) && !compared) items.push_back(match.item);
    }
    std::sort(items.begin(), items.end());
    return items;
}

// What a session that ended well deleted is gone: a message that equals it is another one.
bool SyncSession::may_have_new_id(const store::Receipt& receipt) const {
    const bool deleted = receipt.state == ReceiptState::delete_sent &&
                         context_.source->facts.deletion_was_confirmed(receipt.last_seen);
    return has_message(receipt) && (suspect_renumbering_ || !deleted);
}

// Pairs such items with missing receipts: sizes that occur once on both sides (a sample of them verified), then header
// fingerprints, one to one or k to k in order; what stays open is compared by content when it is fetched.
Task<Outcome<void>> SyncSession::match_renumbered() {
    auto items = unclaimed_items();
    if (items.empty() || reconciled_.missing.empty()) co_return Outcome<void>{};
    if (!page_.complete && suspect_renumbering_) {
        co_return Fault(FaultKind::transient, "ids changed in a listing that is not complete");
    }
    Pairs pairs;
    if (suspect_renumbering_) {
        auto by_size = co_await pair_by_size(items);
        if (!by_size) co_return by_size.error();
        pairs = std::move(*by_size);
    } else {
        std::set<std::uint64_t> sizes;
        for (const ReceiptIndex r : reconciled_.missing) {
            if (may_have_new_id(receipts_[r])) sizes.insert(receipts_[r].size_listed);
        }
        std::erase_if(items, [&](std::size_t i) { return !sizes.contains(page_.items[i].size.value_or(0)); });
    }
    leave_out(pairs, items);
    auto by_header = co_await pair_by_header(items, pairs);
    if (!by_header) co_return by_header.error();
    leave_out(*by_header, items);
    pairs.insert(pairs.end(), by_header->begin(), by_header->end());
    auto bound = co_await rebind(std::move(pairs));
    if (!bound) co_return bound.error();
    auto prepared = co_await prepare_content_match(std::move(items));
    co_return prepared;
}

// Those of `items` whose size no other has, among them and among the missing receipts, if a sample of headers agrees.
Task<Outcome<SyncSession::Pairs>> SyncSession::pair_by_size(std::vector<std::size_t> items) {
    std::map<std::uint64_t, std::vector<ReceiptIndex>> missing;
    for (const ReceiptIndex r : reconciled_.missing) {
        if (!may_have_new_id(receipts_[r]) || receipts_[r].header_fingerprint.empty()) continue;
        missing[receipts_[r].size_listed].push_back(r);
    }
    std::map<std::uint64_t, std::vector<std::size_t>> listed;
    for (const std::size_t item : items) listed[page_.items[item].size.value_or(0)].push_back(item);
    Pairs pairs;
    for (const auto& [size, same] : listed) {
        const auto found = missing.find(size);
        const bool single = same.size() == 1 && found != missing.end() && found->second.size() == 1;
        if (single) pairs.emplace_back(same.front(), found->second.front());
    }
    if (pairs.size() <= 2) co_return Pairs();
    std::sort(pairs.begin(), pairs.end());
    auto holds = co_await sample_holds(pairs);
    if (!holds) co_return holds.error();
    if (!*holds) pairs.clear();
    co_return pairs;
}

bool SyncSession::sizes_agree(const std::vector<std::size_t>& items,
                              const std::vector<ReceiptIndex>& receipts) const {
    return std::equal(items.begin(), items.end(), receipts.begin(), receipts.end(),
                      [this](std::size_t item, ReceiptIndex receipt) {
                          return page_.items[item].size == receipts_[receipt].size_listed;
                      });
}

// Headers that are found once on both sides, or as often, with the same sizes in the same order.
Task<Outcome<SyncSession::Pairs>> SyncSession::pair_by_header(std::vector<std::size_t> items, Pairs paired) {
    auto done = co_await fingerprints_of(items);
    if (!done) co_return done.error();
    std::set<ReceiptIndex> used;
    for (const auto& pair : paired) used.insert(pair.second);
    std::map<std::string, std::vector<ReceiptIndex>> missing;
    for (const ReceiptIndex r : reconciled_.missing) {
        if (may_have_new_id(receipts_[r]) && !used.contains(r))
            missing[receipts_[r].header_fingerprint].push_back(r);
    }
    std::map<std::string, std::vector<std::size_t>> listed;
    for (const std::size_t item : items) {
        if (!fingerprints_[item].empty()) listed[fingerprints_[item]].push_back(item);
    }
    Pairs pairs;
    for (const auto& [header, same] : listed) {
        auto& candidates = missing[header];
        std::sort(candidates.begin(), candidates.end(), [this](ReceiptIndex a, ReceiptIndex b) {
            return value_of(receipts_[a].message) < value_of(receipts_[b].message);
        });
        const bool single = same.size() == 1 && candidates.size() == 1;
        if (!single && !sizes_agree(same, candidates)) continue;
        for (std::size_t k = 0; k < same.size(); ++k) pairs.emplace_back(same[k], candidates[k]);
    }
    co_return pairs;
}

// T14: the old identities become history, the new ones take over; one transaction for all (up to the store's chunk).
Task<Outcome<void>> SyncSession::rebind(Pairs pairs) {
    if (pairs.empty()) co_return Outcome<void>{};
    auto& row = context_.source->row;
    if (suspect_renumbering_) ++row.epoch;
    std::map<std::size_t, std::uint32_t> occurrences;
    for (const auto& u : reconciled_.unknown) occurrences[u.item] = u.occurrence;
    std::map<std::size_t, ReceiptIndex> written_down;
    for (const Match& match : reconciled_.known) {
        if (!has_message(receipts_[match.receipt])) written_down[match.item] = match.receipt;
    }
    std::vector<store::ReceiptWrite> writes;
    std::vector<store::Receipt> successors;
    for (const auto& [item, index] : pairs) {
        store::Receipt successor = receipts_[index];
        successor.epoch = row.epoch;
        successor.uidl = page_.items[item].id;
        successor.occurrence = occurrences[item];
        successor.size_listed = page_.items[item].size.value_or(successor.size_listed);
        successor.last_seen = now();
        successor.missing_count = 0;
        successor.missing_since = 0;
        if (successor.state == ReceiptState::suspect) successor.state = ReceiptState::stored;
        receipts_[index].last_error = "now " + successor.uidl;
        writes.push_back(move_to(index, ReceiptState::rebound));
        store::ReceiptWrite insert;
        insert.from = bit(ReceiptState::none);
        if (const auto own = written_down.find(item); own != written_down.end()) {
            const auto& before = receipts_[own->second];
            successor.epoch = before.epoch;
            successor.occurrence = before.occurrence;
            insert.from = bit(before.state);
        }
        insert.receipt = successor;
        writes.push_back(std::move(insert));
        successors.push_back(std::move(successor));
    }
    std::optional<store::Fence> fence = context_.fence;
    auto written = co_await context_.account->write_receipts(std::move(writes), fence);
    if (!written) co_return store_fault(written.error());
    report_.rebound += pairs.size();
    context_.log->info("the provider gave messages new ids",
                       {{"login", context_.account->login()}, {"messages", std::uint64_t{pairs.size()}}});
    std::set<std::size_t> items;
    std::set<ReceiptIndex> gone;
    for (std::size_t k = 0; k < pairs.size(); ++k) {
        items.insert(pairs[k].first);
        gone.insert(pairs[k].second);
        if (const auto own = written_down.find(pairs[k].first); own != written_down.end()) {
            receipts_[own->second] = std::move(successors[k]);
            continue;
        }
        reconciled_.known.push_back({pairs[k].first, receipts_.size(), false, false});
        receipts_.push_back(std::move(successors[k]));
    }
    std::erase_if(reconciled_.unknown, [&items](const UnknownItem& u) { return items.contains(u.item); });
    std::erase_if(reconciled_.missing, [&gone](ReceiptIndex r) { return gone.contains(r); });
    co_return Outcome<void>{};
}

// What is still open, and has a header that could not be had or that several have, is fetched and compared octet by octet
// before it counts as new; after a renumbering all that is still open is.
Task<Outcome<void>> SyncSession::prepare_content_match(std::vector<std::size_t> open) {
    std::set<std::string> headers;
    for (const ReceiptIndex r : reconciled_.missing) headers.insert(receipts_[r].header_fingerprint);
    const bool none = std::none_of(open.begin(), open.end(), [&](std::size_t item) {
        return suspect_renumbering_ || fingerprints_[item].empty() || headers.contains(fingerprints_[item]);
    });
    if (none) co_return Outcome<void>{};
    std::map<std::uint64_t, ReceiptIndex> by_message;
    std::vector<MessageId> messages;
    for (const ReceiptIndex r : reconciled_.missing) {
        if (!may_have_new_id(receipts_[r])) continue;
        by_message[value_of(receipts_[r].message)] = r;
        messages.push_back(receipts_[r].message);
    }
    std::sort(messages.begin(), messages.end());
    auto loaded = co_await context_.account->load_messages(std::move(messages));
    if (!loaded) co_return store_fault(loaded.error());
    for (const auto& message : *loaded) {
        if (message != nullptr) missing_by_content_[message->content] = by_message[value_of(message->id)];
    }
    co_return Outcome<void>{};
}

}  // namespace postern::gateway
