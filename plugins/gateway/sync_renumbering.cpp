// A provider that gave messages new ids: all of them, some, or those of a queue that it restored (gateway.md 2.6, T14).
#include <algorithm>
#include <iterator>
#include <random>
#include <set>

#include "gateway/fingerprint.hpp"
#include "gateway/size_walk.hpp"
#include "gateway/sync_session.hpp"

namespace postern::gateway {

using store::bit;
using store::ReceiptState;

namespace {

/// Headers that are looked at to find out whether a queue is restored.
constexpr std::size_t most_looked_at = 20;

void leave_out(const std::vector<std::pair<std::size_t, std::size_t>>& pairs,
               std::vector<std::size_t>& items) {
    std::set<std::size_t> paired;
    for (const auto& pair : pairs) paired.insert(pair.first);
    std::erase_if(items, [&paired](std::size_t item) { return paired.contains(item); });
}

/// First, last, and so many between.
template <class Pairs>
Pairs sample_of(const Pairs& run, std::size_t count, std::mt19937& random) {
    Pairs out(1, run.front());
    if (run.size() == 1) return out;
    std::sample(run.begin() + 1, run.end() - 1, std::back_inserter(out), count, random);
    out.push_back(run.back());
    return out;
}

}  // namespace

// Listed, or listed again, and never stored.
std::vector<Match> SyncSession::written_down() const {
    std::vector<Match> found;
    for (const auto* matches : {&reconciled_.known, &reconciled_.returned}) {
        std::copy_if(matches->begin(), matches->end(), std::back_inserter(found),
                     [this](const Match& match) { return !has_message(receipts_[match.receipt]); });
    }
    return found;
}

// Items that may be messages we have: unknown ones, and those that are only written down, because their fetch failed
// before they could be compared, or since before the server lost its ids for a while.
std::vector<std::size_t> SyncSession::unclaimed_items() const {
    std::vector<std::size_t> items;
    for (const auto& u : reconciled_.unknown) items.push_back(u.item);
    const bool ids_are_back = std::any_of(reconciled_.missing.begin(), reconciled_.missing.end(),
                                          [this](ReceiptIndex r) { return is_made_up(receipts_[r].uidl); });
    for (const Match& match : written_down()) {
        if (receipts_[match.receipt].fail_count > 0 || ids_are_back) items.push_back(match.item);
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

// Pairs such items with missing receipts: by the order of sizes (a sample of them verified), then by header fingerprints, one
// to one or k to k in order, then by what the sender wrote; what stays open is compared by content when it is fetched.
Task<Outcome<void>> SyncSession::match_renumbered() {
    auto open = unclaimed_items();
    if (open.empty()) co_return Outcome<void>{};
    if (!page_.complete && suspect_renumbering_) {
        co_return Fault(FaultKind::transient, "ids changed in a listing that is not complete");
    }
    std::vector<std::size_t> items = open;
    if (!suspect_renumbering_) {
        std::set<std::uint64_t> sizes;
        for (const ReceiptIndex r : reconciled_.missing) {
            if (may_have_new_id(receipts_[r])) sizes.insert(receipts_[r].size_listed);
        }
        std::erase_if(items, [&](std::size_t i) { return !sizes.contains(page_.items[i].size.value_or(0)); });
    }
    auto by_size = co_await pair_by_size(items);
    if (!by_size) co_return by_size.error();
    Pairs pairs = std::move(*by_size);
    const bool new_epoch = suspect_renumbering_ || !pairs.empty();
    leave_out(pairs, items);
    auto by_header = co_await pair_by_header(items, pairs);
    if (!by_header) co_return by_header.error();
    pairs.insert(pairs.end(), by_header->begin(), by_header->end());
    leave_out(pairs, items);
    auto by_sender = co_await pair_by_sender_fields(items, pairs);
    if (!by_sender) co_return by_sender.error();
    pairs.insert(pairs.end(), by_sender->begin(), by_sender->end());
    leave_out(pairs, open);
    if (new_epoch && !pairs.empty()) ++context_.source->row.epoch;
    auto bound = co_await rebind(std::move(pairs));
    if (!bound) co_return bound.error();
    auto prepared = co_await prepare_content_match(std::move(open));
    co_return prepared;
}

// The order in which messages were first listed: by time, and those of one listing are stored by number.
bool SyncSession::was_listed_before(ReceiptIndex a, ReceiptIndex b) const {
    const auto key = [this](ReceiptIndex r) {
        return std::pair(receipts_[r].first_seen, value_of(receipts_[r].message));
    };
    return key(a) < key(b);
}

// Whether the order of sizes may tell what it is: not what is to be deleted there, and what no sample could refute.
bool SyncSession::may_be_unverified(const store::Receipt& receipt) const {
    const bool lives = receipt.state == ReceiptState::stored || receipt.state == ReceiptState::suspect;
    return lives && !receipt.header_fingerprint.empty();
}

// Unknown items and missing receipts, each in the listing's order, as long as their sizes agree in step.
std::vector<SyncSession::Pairs> SyncSession::runs_of_sizes(const std::vector<std::size_t>& items) const {
    std::vector<ReceiptIndex> receipts;
    for (const ReceiptIndex r : reconciled_.missing) {
        if (may_have_new_id(receipts_[r])) receipts.push_back(r);
    }
    std::sort(receipts.begin(), receipts.end(),
              [this](ReceiptIndex a, ReceiptIndex b) { return was_listed_before(a, b); });
    std::vector<std::uint64_t> remembered;
    for (const ReceiptIndex r : receipts) remembered.push_back(receipts_[r].size_listed);
    std::vector<std::uint64_t> listed;
    for (const std::size_t item : items) listed.push_back(page_.items[item].size.value_or(0));
    std::vector<Pairs> runs;
    for (const SizeRun& run : walk_by_size(listed, remembered)) {
        Pairs pairs;
        for (const auto& [item, receipt] : run) {
            if (may_be_unverified(receipts_[receipts[receipt]]))
                pairs.emplace_back(items[item], receipts[receipt]);
        }
        if (!pairs.empty()) runs.push_back(std::move(pairs));
    }
    return runs;
}

// What the order of sizes tells. First, last and a sample of each run are verified by their headers. If an end does not hold
// nothing of its run is taken for granted; if one between does not, order means nothing there, and nothing is at all. Where
// the sample would be nearly all of them, headers alone tell.
Task<Outcome<SyncSession::Pairs>> SyncSession::pair_by_size(std::vector<std::size_t> items) {
    if (!page_.complete) co_return Pairs();
    std::set<std::size_t> written;
    for (const Match& match : written_down()) written.insert(match.item);
    std::erase_if(items, [&written](std::size_t item) { return written.contains(item); });
    const std::size_t sampled = std::max(policy().verify_renumbered, items.size() / 50);
    if (sampled >= items.size()) co_return Pairs();
    auto runs = runs_of_sizes(items);
    std::mt19937 random(static_cast<std::uint32_t>(now()));
    std::vector<std::size_t> looked_at;
    std::vector<Pairs> samples;
    for (const Pairs& run : runs) {
        const std::size_t share = run.size() * sampled / items.size();
        samples.push_back(sample_of(run, std::max<std::size_t>(8, share), random));
        for (const auto& pair : samples.back()) looked_at.push_back(pair.first);
    }
    auto done = co_await fingerprints_of(std::move(looked_at));
    if (!done) co_return done.error();
    Pairs pairs;
    for (std::size_t k = 0; k < runs.size(); ++k) {
        Pairs& run = runs[k];
        const bool ends_hold = is_confirmed(run.front()) && is_confirmed(run.back());
        if (!ends_hold) continue;
        const bool refuted = std::any_of(samples[k].begin(), samples[k].end(),
                                         [this](const auto& pair) { return is_refuted(pair); });
        if (refuted) co_return Pairs();
        std::copy_if(run.begin(), run.end(), std::back_inserter(pairs), [this](const auto& pair) {
            return !fingerprints_.contains(pair.first) || is_confirmed(pair);
        });
    }
    co_return pairs;
}

bool SyncSession::is_confirmed(const std::pair<std::size_t, ReceiptIndex>& pair) const {
    const auto found = fingerprints_.find(pair.first);
    return found != fingerprints_.end() && found->second == receipts_[pair.second].header_fingerprint;
}

// Of a header that cannot be had nothing is known.
bool SyncSession::is_refuted(const std::pair<std::size_t, ReceiptIndex>& pair) const {
    const auto found = fingerprints_.find(pair.first);
    return found != fingerprints_.end() && !found->second.empty() && !is_confirmed(pair);
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
        std::sort(candidates.begin(), candidates.end(),
                  [this](ReceiptIndex a, ReceiptIndex b) { return was_listed_before(a, b); });
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
    std::map<std::size_t, std::uint32_t> occurrences;
    for (const auto& u : reconciled_.unknown) occurrences[u.item] = u.occurrence;
    std::map<std::size_t, ReceiptIndex> own_receipts;
    for (const Match& match : written_down()) own_receipts[match.item] = match.receipt;
    std::vector<store::ReceiptWrite> writes;
    std::vector<store::Receipt> successors;
    for (const auto& [item, index] : pairs) {
        store::Receipt successor = receipts_[index];
        successor.epoch = row.epoch;
        successor.uidl = page_.items[item].id;
        successor.occurrence = occurrences[item];
        successor.size_listed = page_.items[item].size.value_or(successor.size_listed);
        // It may have gained fields: deletions look at what it has now.
        if (const auto header = fingerprints_.find(item);
            header != fingerprints_.end() && !header->second.empty())
            successor.header_fingerprint = header->second;
        successor.last_seen = now();
        successor.missing_count = 0;
        // What was gone is settled in a later transaction: until then it may get yet another id.
        const bool was_gone = (bit(successor.state) & tombstone_states) != 0;
        successor.missing_since = was_gone ? now() : 0;
        if (successor.state == ReceiptState::suspect) successor.state = ReceiptState::stored;
        receipts_[index].last_error = "now " + successor.uidl;
        writes.push_back(move_to(index, ReceiptState::rebound));
        store::ReceiptWrite insert;
        insert.from = bit(ReceiptState::none);
        if (const auto own = own_receipts.find(item); own != own_receipts.end()) {
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
    take_over(pairs, std::move(successors));
    co_return Outcome<void>{};
}

void SyncSession::take_over(const Pairs& pairs, std::vector<store::Receipt> successors) {
    std::set<std::size_t> items;
    std::set<ReceiptIndex> gone;
    for (const auto& [item, index] : pairs) {
        items.insert(item);
        gone.insert(index);
    }
    std::erase_if(reconciled_.unknown, [&items](const UnknownItem& u) { return items.contains(u.item); });
    for (auto* matches : {&reconciled_.known, &reconciled_.returned}) {
        std::erase_if(*matches, [&items](const Match& match) { return items.contains(match.item); });
    }
    std::erase_if(reconciled_.missing, [&gone](ReceiptIndex r) { return gone.contains(r); });
    for (std::size_t k = 0; k < pairs.size(); ++k) {
        const bool active = (bit(successors[k].state) & active_states) != 0;
        auto& matches = active ? reconciled_.known : reconciled_.returned;
        matches.push_back({pairs[k].first, receipts_.size(), false, false});
        receipts_.push_back(std::move(successors[k]));
    }
}

// What we deleted comes back if all ids changed, as a backup does: else an equal message is the same one sent again. What
// seemed to be hidden by the server may come back at any time.
bool SyncSession::may_come_back(const store::Receipt& receipt) const {
    if ((bit(receipt.state) & tombstone_states) == 0 || !has_message(receipt)) return false;
    const bool only_missed = receipt.state == ReceiptState::delete_done && receipt.missing_since != 0;
    const bool not_by_us = receipt.state == ReceiptState::vanished || receipt.state == ReceiptState::expired;
    return suspect_renumbering_ || only_missed || not_by_us;
}

// Receipts with which an item is compared octet by octet when it is fetched, before it counts as new. Those that are
// missing, where headers did not tell, as one could not be had or several have it; and those that were gone and have the
// size of an item, as a queue may be restored under new ids.
std::vector<SyncSession::ReceiptIndex> SyncSession::compared_by_content(
    const std::vector<std::size_t>& open) const {
    std::vector<ReceiptIndex> out;
    std::set<std::string> headers;
    for (const ReceiptIndex r : reconciled_.missing) headers.insert(receipts_[r].header_fingerprint);
    std::set<std::uint64_t> sizes;
    bool missing_too = suspect_renumbering_;
    for (const std::size_t item : open) {
        sizes.insert(page_.items[item].size.value_or(0));
        const auto header = fingerprints_.find(item);
        if (header == fingerprints_.end()) continue;
        if (header->second.empty() || headers.contains(header->second)) missing_too = true;
    }
    std::set<ReceiptIndex> returned;
    for (const Match& match : reconciled_.returned) returned.insert(match.receipt);
    for (ReceiptIndex r = 0; r < receipts_.size(); ++r) {
        const auto& receipt = receipts_[r];
        if (may_come_back(receipt) && !returned.contains(r) && sizes.contains(receipt.size_listed))
            out.push_back(r);
    }
    if (!missing_too) return out;
    std::copy_if(reconciled_.missing.begin(), reconciled_.missing.end(), std::back_inserter(out),
                 [this](ReceiptIndex r) { return may_have_new_id(receipts_[r]); });
    return out;
}

// Others come back that are known by their ids, or so many under new ones that their sizes agree in step.
bool SyncSession::queue_is_restored(const std::vector<std::size_t>& open,
                                    std::vector<ReceiptIndex> candidates) const {
    if (suspect_renumbering_ || !reconciled_.returned.empty()) return true;
    std::sort(candidates.begin(), candidates.end(),
              [this](ReceiptIndex a, ReceiptIndex b) { return was_listed_before(a, b); });
    std::vector<std::uint64_t> hidden, listed;
    for (const ReceiptIndex r : candidates) {
        if (receipts_[r].state == ReceiptState::expired) hidden.push_back(receipts_[r].size_listed);
    }
    for (const std::size_t item : open) listed.push_back(page_.items[item].size.value_or(0));
    return !walk_by_size(listed, hidden).empty();
}

// Listings in which messages were missing that are there again: they have new ids since an earlier session, or their headers
// are among the open items.
Task<Outcome<std::vector<UnixTime>>> SyncSession::when_returning_mail_was_missed(
    std::vector<std::size_t> open, std::vector<ReceiptIndex> hidden) {
    std::vector<UnixTime> out;
    for (const auto& r : receipts_) {
        if (r.state == ReceiptState::rebound && r.missing_since != 0) out.push_back(r.missing_since);
    }
    std::set<std::uint64_t> sizes;
    for (const ReceiptIndex r : hidden) sizes.insert(receipts_[r].size_listed);
    std::erase_if(open, [&](std::size_t i) { return !sizes.contains(page_.items[i].size.value_or(0)); });
    open.resize(std::min(open.size(), most_looked_at));
    auto done = co_await fingerprints_of(open);
    if (!done) co_return done.error();
    std::set<std::string> headers;
    for (const std::size_t item : open) headers.insert(fingerprints_[item]);
    headers.erase("");
    for (const ReceiptIndex r : hidden) {
        if (headers.contains(receipts_[r].header_fingerprint)) out.push_back(receipts_[r].missing_since);
    }
    co_return out;
}

// What the server hid and the user has expunged since is not deleted there when it seems to come back: it may be sent
// again, unless what was missed with it comes back, too.
Task<Outcome<void>> SyncSession::leave_out_expunged(std::vector<std::size_t> open,
                                                    std::vector<ReceiptIndex>* candidates) {
    std::vector<ReceiptIndex> hidden;
    std::copy_if(candidates->begin(), candidates->end(), std::back_inserter(hidden),
                 [this](ReceiptIndex r) { return receipts_[r].state == ReceiptState::expired; });
    std::vector<MessageId> messages;
    for (const ReceiptIndex r : hidden) messages.push_back(receipts_[r].message);
    auto loaded = co_await load_lives(std::move(messages));
    if (!loaded) co_return loaded.error();
    std::set<ReceiptIndex> expunged;
    for (const ReceiptIndex r : hidden) {
        if (!lives_[value_of(receipts_[r].message)].living) expunged.insert(r);
    }
    if (expunged.empty()) co_return Outcome<void>{};
    std::erase_if(hidden, [&](ReceiptIndex r) { return expunged.contains(r); });
    auto missed = co_await when_returning_mail_was_missed(std::move(open), std::move(hidden));
    if (!missed) co_return missed.error();
    std::erase_if(*candidates, [&](ReceiptIndex r) {
        return expunged.contains(r) &&
               std::find(missed->begin(), missed->end(), receipts_[r].missing_since) == missed->end();
    });
    co_return Outcome<void>{};
}

Task<Outcome<void>> SyncSession::prepare_content_match(std::vector<std::size_t> open) {
    for (const std::size_t item : open) {
        const auto header = fingerprints_.find(item);
        const bool unreadable = header != fingerprints_.end() && header->second.empty();
        if (unreadable) unreadable_sizes_.insert(page_.items[item].size.value_or(0));
    }
    auto candidates = compared_by_content(open);
    if (candidates.empty()) co_return Outcome<void>{};
    if (!queue_is_restored(open, candidates)) {
        auto alive = co_await leave_out_expunged(std::move(open), &candidates);
        if (!alive) co_return alive.error();
    }
    std::map<std::uint64_t, ReceiptIndex> by_message;
    for (const ReceiptIndex r : candidates) by_message[value_of(receipts_[r].message)] = r;
    std::vector<MessageId> messages;
    for (const auto& entry : by_message) messages.push_back(MessageId{entry.first});
    auto loaded = co_await context_.account->load_messages(std::move(messages));
    if (!loaded) co_return store_fault(loaded.error());
    for (const auto& message : *loaded) {
        if (message != nullptr) by_content_[message->content].push_back(by_message[value_of(message->id)]);
    }
    for (auto& entry : by_content_) {
        std::stable_partition(entry.second.begin(), entry.second.end(), [this](ReceiptIndex r) {
            return (bit(receipts_[r].state) & active_states) == 0;
        });
    }
    co_return Outcome<void>{};
}

Task<Outcome<bool>> SyncSession::rebind_by_content(Wanted wanted,
                                                   std::shared_ptr<const std::string> content) {
    if (by_content_.empty()) co_return false;
    const auto found = by_content_.find(content_hash(*content));
    if (found == by_content_.end()) co_return false;
    Pairs pairs;
    pairs.emplace_back(wanted.item, found->second.back());
    found->second.pop_back();
    if (found->second.empty()) by_content_.erase(found);
    auto bound = co_await rebind(std::move(pairs));
    if (!bound) co_return bound.error();
    auto returned = co_await settle_returned();
    if (!returned) co_return returned.error();
    co_return true;
}

}  // namespace postern::gateway
