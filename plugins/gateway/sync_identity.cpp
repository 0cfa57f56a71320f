// Recognising messages whose ids do not tell (gateway.md 2.6): servers without unique ids, ids used again, and a
// migration that renumbered everything. Nothing is delivered or removed on doubt.
#include <algorithm>
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

bool has_message(const store::Receipt& receipt) {
    return receipt.message != MessageId{} && receipt.state != ReceiptState::listed &&
           receipt.state != ReceiptState::deferred;
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
    reconciled_ = reconcile(page_.items, receipts_);
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

// An id that was gone and is there again, with the size it had, may name another message now.
Task<Outcome<void>> SyncSession::settle_reused() {
    if (!remote_->facts().header_fetch || ids_made_up_) co_return Outcome<void>{};
    std::vector<Match> back;
    for (const Match& match : reconciled_.known) {
        const auto& receipt = receipts_[match.receipt];
        if (receipt.state == ReceiptState::suspect && !match.twin) back.push_back(match);
    }
    for (const Match& match : reconciled_.returned) {
        if (has_message(receipts_[match.receipt]) && !match.twin) back.push_back(match);
    }
    // So many at once are a queue that was restored.
    if (back.size() > most_reused) co_return Outcome<void>{};
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

// Pairs unknown items with missing receipts: sizes that occur once on both sides (a sample of them verified), then header
// fingerprints, one to one or k to k in order; what stays open is compared by content when it is fetched.
Task<Outcome<void>> SyncSession::match_renumbered() {
    if (reconciled_.unknown.empty() || reconciled_.missing.empty()) co_return Outcome<void>{};
    if (!page_.complete && suspect_renumbering_) {
        co_return Fault(FaultKind::transient, "ids changed in a listing that is not complete");
    }
    std::map<std::uint64_t, std::vector<ReceiptIndex>> missing_by_size;
    std::map<std::string, std::vector<ReceiptIndex>> missing_by_header;
    for (const ReceiptIndex r : reconciled_.missing) {
        if (!has_message(receipts_[r]) || receipts_[r].header_fingerprint.empty()) continue;
        missing_by_size[receipts_[r].size_listed].push_back(r);
        missing_by_header[receipts_[r].header_fingerprint].push_back(r);
    }
    std::map<std::uint64_t, std::vector<std::size_t>> unknown_by_size;
    for (const auto& u : reconciled_.unknown)
        unknown_by_size[page_.items[u.item].size.value_or(0)].push_back(u.item);

    Pairs by_size;
    std::vector<std::size_t> open;
    for (const auto& [size, items] : unknown_by_size) {
        const auto found = missing_by_size.find(size);
        const bool single = items.size() == 1 && found != missing_by_size.end() && found->second.size() == 1;
        if (single && suspect_renumbering_) {
            by_size.emplace_back(items.front(), found->second.front());
        } else if (found != missing_by_size.end() || suspect_renumbering_) {
            open.insert(open.end(), items.begin(), items.end());
        }
    }
    std::sort(by_size.begin(), by_size.end());
    if (by_size.size() > 2) {
        auto holds = co_await sample_holds(by_size);
        if (!holds) co_return holds.error();
        if (!*holds) {
            for (const auto& pair : by_size) open.push_back(pair.first);
            by_size.clear();
        }
    } else {
        for (const auto& pair : by_size) open.push_back(pair.first);
        by_size.clear();
    }

    std::sort(open.begin(), open.end());
    auto done = co_await fingerprints_of(open);
    if (!done) co_return done.error();
    std::set<ReceiptIndex> used;
    for (const auto& pair : by_size) used.insert(pair.second);
    std::map<std::string, std::vector<std::size_t>> open_by_header;
    for (const std::size_t item : open) {
        if (!fingerprints_[item].empty()) open_by_header[fingerprints_[item]].push_back(item);
    }
    Pairs pairs = std::move(by_size);
    for (const auto& [header, items] : open_by_header) {
        auto candidates = missing_by_header[header];
        std::erase_if(candidates, [&used](ReceiptIndex r) { return used.contains(r); });
        if (candidates.size() != items.size()) continue;
        std::sort(candidates.begin(), candidates.end(), [this](ReceiptIndex a, ReceiptIndex b) {
            return value_of(receipts_[a].message) < value_of(receipts_[b].message);
        });
        bool sizes_agree = items.size() == 1;
        if (!sizes_agree) {
            sizes_agree = true;
            for (std::size_t k = 0; k < items.size(); ++k) {
                if (page_.items[items[k]].size != receipts_[candidates[k]].size_listed) sizes_agree = false;
            }
        }
        if (!sizes_agree) continue;
        for (std::size_t k = 0; k < items.size(); ++k) {
            pairs.emplace_back(items[k], candidates[k]);
            used.insert(candidates[k]);
        }
    }
    auto bound = co_await rebind(std::move(pairs));
    if (!bound) co_return bound.error();
    auto prepared = co_await prepare_content_match();
    co_return prepared;
}

// T14: the old identities become history, the new ones take over; one transaction for all (up to the store's chunk).
Task<Outcome<void>> SyncSession::rebind(Pairs pairs) {
    if (pairs.empty()) co_return Outcome<void>{};
    auto& row = context_.source->row;
    if (suspect_renumbering_) ++row.epoch;
    std::map<std::size_t, std::uint32_t> occurrences;
    for (const auto& u : reconciled_.unknown) occurrences[u.item] = u.occurrence;
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
        insert.receipt = successor;
        insert.from = bit(ReceiptState::none);
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
        reconciled_.known.push_back({pairs[k].first, receipts_.size(), false, false});
        receipts_.push_back(std::move(successors[k]));
    }
    std::erase_if(reconciled_.unknown, [&items](const UnknownItem& u) { return items.contains(u.item); });
    std::erase_if(reconciled_.missing, [&gone](ReceiptIndex r) { return gone.contains(r); });
    co_return Outcome<void>{};
}

// After a renumbering, what is still open is fetched and compared octet by octet before it counts as new.
Task<Outcome<void>> SyncSession::prepare_content_match() {
    if (!suspect_renumbering_ || reconciled_.unknown.empty()) co_return Outcome<void>{};
    std::map<std::uint64_t, ReceiptIndex> by_message;
    std::vector<MessageId> messages;
    for (const ReceiptIndex r : reconciled_.missing) {
        if (!has_message(receipts_[r])) continue;
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
