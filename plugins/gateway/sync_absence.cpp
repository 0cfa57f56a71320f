// What the listing lacks. Absence is evidence only from a complete listing, seen again after a while, below the brake
// (gateway.md 2.3: T9, T10, T12, T13, T17, T18; 2.7).
#include <algorithm>
#include <array>
#include <set>

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
    const bool fetched = receipt.stored_at != 0 && receipt.stored_at <= facts.fetch_confirmed;
    if (fetched && facts.may_hide_fetched()) return true;
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

Task<Outcome<void>> SyncSession::account_for_missing() {
    if (!page_.complete || ids_made_up_ || !remote_->facts().ids) co_return Outcome<void>{};
    const bool empty_after_death =
        page_.items.empty() && facts().session_died_at != 0 && now() - facts().session_died_at < late_queue;
    if (empty_after_death) co_return Outcome<void>{};
    std::size_t stored = 0;
    for (const auto& r : receipts_) {
        if (r.state == ReceiptState::stored || r.state == ReceiptState::suspect) ++stored;
    }
    std::vector<ReceiptIndex> absent;
    for (const ReceiptIndex index : reconciled_.missing) {
        const auto& receipt = receipts_[index];
        const bool ours = receipt.state == ReceiptState::stored || receipt.state == ReceiptState::suspect;
        if (ours) absent.push_back(index);
    }
    std::erase_if(absent, [this](ReceiptIndex index) { return explained_by_expiry(receipts_[index]); });
    const bool held = vanish_brake_holds(absent.size(), stored);
    const bool stays_here = brakes_cancelled_ && facts().vanish_held_since != 0;
    if (stays_here) facts().vanish_held_since = 0;
    std::vector<store::ReceiptWrite> writes;
    std::vector<ReceiptIndex> vanished;
    for (const ReceiptIndex index : reconciled_.missing) {
        auto& receipt = receipts_[index];
        switch (receipt.state) {
            case ReceiptState::delete_sent:  // T7, T9, T19
                facts().ignores_delete = false;
                [[fallthrough]];
            case ReceiptState::delete_wanted:  // T18
                writes.push_back(move_to(index, ReceiptState::delete_done));
                break;
            case ReceiptState::listed:
            case ReceiptState::deferred:  // T17
                writes.push_back(move_to(index, ReceiptState::vanished));
                break;
            case ReceiptState::stored:  // T10
                receipt.missing_count = 1;
                receipt.missing_since = now();
                writes.push_back(move_to(index, stays_here || explained_by_expiry(receipt)
                                                    ? ReceiptState::expired
                                                    : ReceiptState::suspect));
                break;
            case ReceiptState::suspect: {
                ++receipt.missing_count;
                const bool long_enough = now() - receipt.missing_since >= policy().absence.count();
                if (stays_here || explained_by_expiry(receipt)) {  // T13
                    writes.push_back(move_to(index, ReceiptState::expired));
                } else if (long_enough && !held && policy().vanish != Policy::Vanish::keep) {
                    vanished.push_back(index);
                }
                break;
            }
            default:
                break;
        }
    }
    auto written = co_await write(std::move(writes));
    if (!written) co_return written.error();
    auto removed = co_await remove_placements(std::move(vanished));
    co_return removed;
}

// T12: INBOX loses them in the transaction that marks them vanished; what the user filed, flagged or tagged stays.
Task<Outcome<void>> SyncSession::remove_placements(std::vector<ReceiptIndex> vanished) {
    if (vanished.empty()) co_return Outcome<void>{};
    const auto* info = context_.account->find_mailbox("INBOX");
    if (info == nullptr) co_return store_fault(Error(Errc::not_found, "no INBOX"));
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
