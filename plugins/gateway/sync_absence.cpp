// What the listing lacks. Absence is evidence only from a complete listing, seen again after a while, below the brake
// (gateway.md 2.3: T9, T10, T12, T13, T17, T18; 2.7).
#include <algorithm>
#include <array>
#include <set>

#include "gateway/fingerprint.hpp"
#include "gateway/sync_session.hpp"

namespace postern::gateway {

using store::bit;
using store::ReceiptState;

namespace {

constexpr UnixTime late_queue = 900;  ///< servers restore a queue that late after a session died
constexpr std::size_t removal_chunk = 500;

// Keywords that clients set by themselves say nothing of what the user wants to keep.
bool set_by_clients(std::string_view keyword) {
    static constexpr std::array<std::string_view, 11> names = {
        "$forwarded", "forwarded", "$mdnsent", "mdnsent",  "$submitted", "$submitpending",
        "junk",       "nonjunk",   "$junk",    "$notjunk", "$phishing"};
    const std::string folded = lower(keyword);
    return std::find(names.begin(), names.end(), folded) != names.end();
}

bool user_keeps(const mail::Mailbox& mailbox, mail::Slot slot) {
    const auto columns = mailbox.columns();
    if ((columns.flags[slot] & mail::flagged) != 0) return true;
    for (const auto index : mailbox.keyword_set(columns.keywords[slot])) {
        if (!set_by_clients(mailbox.keywords()[index])) return true;
    }
    return false;
}

}  // namespace

bool SyncSession::explained_by_expiry(const store::Receipt& receipt) const {
    const auto& learned = remote_->facts();
    if (learned.retrieval_deletes) return true;
    const auto& facts = context_.source->facts;
    // The server may have done so although we did not hear that a session ended well.
    if (receipt.stored_at != 0 && facts.may_hide_fetched()) return true;
    return learned.expire_days && now() - receipt.first_seen >= *learned.expire_days * seconds_per_day;
}

bool SyncSession::vanish_brake_holds(std::size_t missing, std::size_t stored) {
    auto& facts = context_.source->facts;
    const bool all = missing == stored && missing > 3;
    if (!all && !policy().vanish_brake.exceeded(missing, stored)) {
        facts.vanish_held_since = 0;
        facts.vanish_held_listings = 0;
        return false;
    }
    if (facts.vanish_held_since == 0) {
        facts.vanish_held_since = now();
        facts.vanish_held_listings = 0;
        context_.log->warning("so many messages are missing at the provider that nothing is removed yet",
                              {{"login", context_.account->login()},
                               {"missing", std::uint64_t{missing}},
                               {"stored", std::uint64_t{stored}}});
    }
    ++facts.vanish_held_listings;
    const bool waited = now() - facts.vanish_held_since >= policy().hold.count() &&
                        facts.vanish_held_listings >= policy().hold_listings;
    return !waited && !brakes_released_;
}

bool SyncSession::absence_is_evidence() const {
    if (!page_.complete) return false;
    const bool empty_after_death = page_.items.empty() && context_.source->facts.session_died_at != 0 &&
                                   now() - context_.source->facts.session_died_at < late_queue;
    if (empty_after_death) return false;
    return std::none_of(page_.items.begin(), page_.items.end(),
                        [](const RemoteItem& item) { return item.id.empty(); });
}

Task<Outcome<void>> SyncSession::account_for_missing() {
    if (!absence_is_evidence()) co_return Outcome<void>{};
    auto asked = co_await end_deletions();
    if (!asked) co_return asked.error();
    // Without ids a message that looks gone may look different.
    if (ids_made_up_ || !remote_->facts().ids) co_return Outcome<void>{};
    const auto is_ours = [](const store::Receipt& r) {
        return r.state == ReceiptState::stored || r.state == ReceiptState::suspect;
    };
    const auto stored = static_cast<std::size_t>(std::count_if(receipts_.begin(), receipts_.end(), is_ours));
    const auto absent = static_cast<std::size_t>(
        std::count_if(reconciled_.missing.begin(), reconciled_.missing.end(), [&](ReceiptIndex index) {
            return is_ours(receipts_[index]) && !explained_by_expiry(receipts_[index]);
        }));
    const bool held = !facts().knows_what_fetching_does() || vanish_brake_holds(absent, stored);
    const bool stays_here = brakes_cancelled_ && facts().vanish_held_since != 0;
    if (stays_here) facts().vanish_held_since = 0;
    std::vector<store::ReceiptWrite> writes;
    std::vector<ReceiptIndex> vanished;
    for (const ReceiptIndex index : reconciled_.missing) {
        auto& receipt = receipts_[index];
        const bool explained = stays_here || explained_by_expiry(receipt);
        if (is_ours(receipt) && unreadable_sizes_.contains(receipt.size_listed)) {
            // It may be there, under an id of which nothing can be read.
            receipt.missing_since = now();
            if (receipt.state == ReceiptState::suspect)
                writes.push_back(move_to(index, ReceiptState::suspect));
        } else if (receipt.state == ReceiptState::stored) {  // T10
            receipt.missing_count = 1;
            receipt.missing_since = now();
            writes.push_back(move_to(index, explained ? ReceiptState::expired : ReceiptState::suspect));
        } else if (receipt.state == ReceiptState::suspect) {
            ++receipt.missing_count;
            const bool long_enough = now() - receipt.missing_since >= policy().absence.count();
            if (explained) {  // T13
                writes.push_back(move_to(index, ReceiptState::expired));
            } else if (long_enough && !held && policy().vanish != Policy::Vanish::keep) {
                vanished.push_back(index);
            }
        }
    }
    auto written = co_await write(std::move(writes));
    if (!written) co_return written.error();
    auto removed = co_await remove_placements(std::move(vanished));
    co_return removed;
}

// What we asked for is done, or somebody else did it; and what we never had will not be had.
Task<Outcome<void>> SyncSession::end_deletions() {
    std::vector<store::ReceiptWrite> writes;
    for (const ReceiptIndex index : reconciled_.missing) {
        auto& receipt = receipts_[index];
        // Listed under another id, perhaps, while the server has none of its own.
        if (ids_made_up_ && !is_made_up(receipt.uidl)) continue;
        const bool sent = receipt.state == ReceiptState::delete_sent;
        if (sent || receipt.state == ReceiptState::delete_wanted) {  // T7, T9, T18, T19
            // Where the server did not confirm it, its absence alone says so: it may come back.
            const bool confirmed = sent && facts().deletion_was_confirmed(receipt.last_seen);
            receipt.missing_since = confirmed ? 0 : now();
            if (sent) facts().ignores_delete = false;
            writes.push_back(move_to(index, ReceiptState::delete_done));
        } else if (receipt.state == ReceiptState::listed || receipt.state == ReceiptState::deferred) {  // T17
            writes.push_back(move_to(index, ReceiptState::vanished));
        }
    }
    auto written = co_await write(std::move(writes));
    co_return written;
}

// T12: INBOX loses them in the transaction that marks them vanished; what the user filed, flagged or tagged stays.
Task<Outcome<void>> SyncSession::remove_placements(std::vector<ReceiptIndex> vanished) {
    if (vanished.empty()) co_return Outcome<void>{};
    const auto* info = own_mailbox();
    if (info == nullptr) co_return store_fault(Error(Errc::not_found, "the mailbox of the source is gone"));
    const MailboxId id = info->id;
    auto inbox = co_await context_.account->open_mailbox(id);
    if (!inbox) co_return store_fault(inbox.error());
    for (std::size_t begin = 0; begin < vanished.size(); begin += removal_chunk) {
        const std::size_t end = std::min(begin + removal_chunk, vanished.size());
        mail::ExpungeRequest request;
        request.force = true;
        request.last_copy = store::LastCopy::keep_remote;
        request.fence = context_.fence;
        request.cause = cause("VANISH");
        std::vector<mail::Slot> slots;
        for (std::size_t k = begin; k < end; ++k) {
            auto& receipt = receipts_[vanished[k]];
            receipt.delete_since = 0;
            const std::array<MessageId, 1> message = {receipt.message};
            for (const mail::Slot slot : (*inbox)->find_messages(message)) {
                if (user_keeps(**inbox, slot)) continue;
                slots.push_back(slot);
                receipt.delete_since = now();  // tells settle_returned that it was us
            }
            request.receipts.push_back(move_to(vanished[k], ReceiptState::vanished));
        }
        std::sort(slots.begin(), slots.end());
        if (slots.empty()) {
            auto written = co_await write(std::move(request.receipts));
            if (!written) co_return written.error();
            continue;
        }
        report_.vanished += slots.size();
        request.slots = std::move(slots);
        auto expunged = co_await (*inbox)->expunge(std::move(request));
        if (!expunged) co_return store_fault(expunged.error());
    }
    co_return Outcome<void>{};
}

}  // namespace postern::gateway
