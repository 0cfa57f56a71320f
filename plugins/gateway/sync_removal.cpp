// What the user deleted is deleted at the provider: the intent is durable before the first DELE, its outcome is read from
// the next listing (gateway.md 2.3: T5 to T9, T11, T15, T16, T19).
#include <algorithm>

#include "gateway/sync_session.hpp"

namespace postern::gateway {

using store::bit;
using store::ReceiptState;

namespace {
/// Removal by us and the store's note of it bear the same second, or nearly.
constexpr UnixTime same_moment = 5;
constexpr auto on_download = static_cast<std::uint8_t>(store::DeleteReason::on_download);
/// A server that does not delete is tried again with one message after that.
constexpr UnixTime probe_again = seconds_per_day;
/// Of receipts whose provider has never changed its ids.
constexpr std::uint32_t first_epoch = 1;
}  // namespace

// Receipts that are listed and whose state says otherwise.
Task<Outcome<void>> SyncSession::settle_known() {
    std::vector<MessageId> messages;
    for (const Match& match : reconciled_.known) {
        const auto& receipt = receipts_[match.receipt];
        if (receipt.state == ReceiptState::delete_sent) messages.push_back(receipt.message);
    }
    auto loaded = co_await load_lives(std::move(messages));
    if (!loaded) co_return loaded.error();
    std::vector<store::ReceiptWrite> writes;
    for (const Match& match : reconciled_.known) {
        auto& receipt = receipts_[match.receipt];
        if (receipt.state == ReceiptState::suspect) {  // T11
            receipt.missing_count = 0;
            receipt.missing_since = 0;
            writes.push_back(move_to(match.receipt, ReceiptState::stored));
        } else if (receipt.state == ReceiptState::delete_sent) {
            // T19 if the user took it back meanwhile, else T8. What the settings want deleted lives.
            const bool last_copy =
                receipt.delete_reason == static_cast<std::uint8_t>(store::DeleteReason::last_copy);
            const bool living = last_copy && lives_[value_of(receipt.message)].living;
            // That a line was lost says nothing of the server.
            const bool refused = facts().deletion_was_confirmed(receipt.last_seen);
            receipt.delete_attempts =
                refused ? receipt.delete_attempts + 1 : std::max(receipt.delete_attempts, 1U);
            const bool in_vain = receipt.delete_attempts >= policy().delete_attempts && !living;
            if (in_vain && !facts().ignores_delete) {
                facts().ignores_delete = true;
                facts().delete_probe_at = now();
                context_.log->warning("the provider does not delete", {{"login", context_.account->login()}});
            }
            writes.push_back(
                move_to(match.receipt, living ? ReceiptState::stored : ReceiptState::delete_wanted));
        }
    }
    auto written = co_await write(std::move(writes));
    co_return written;
}

// Messages that were gone and are listed again: a server restored its queue (T15), or DELE had no effect (T16).
Task<Outcome<void>> SyncSession::settle_returned() {
    const std::vector<Match> matches = std::move(reconciled_.returned);
    reconciled_.returned.clear();
    std::vector<MessageId> messages;
    for (const Match& match : matches) {
        if (receipts_[match.receipt].message != MessageId{})
            messages.push_back(receipts_[match.receipt].message);
    }
    auto loaded = co_await load_lives(std::move(messages));
    if (!loaded) co_return loaded.error();
    for (const Match& match : matches) {
        auto& receipt = receipts_[match.receipt];
        const Life life = lives_[value_of(receipt.message)];
        receipt.missing_count = 0;
        receipt.missing_since = 0;
        std::vector<store::ReceiptWrite> writes;
        const bool we_removed = receipt.state == ReceiptState::vanished && receipt.delete_since != 0 &&
                                life.unreferenced_at <= receipt.delete_since + same_moment;
        if (life.living) {
            if (receipt.state == ReceiptState::delete_done) ++receipt.delete_attempts;
            writes.push_back(move_to(match.receipt, ReceiptState::stored));
        } else if (receipt.message == MessageId{} ||
                   (!life.known && receipt.state != ReceiptState::delete_done)) {
            // Never fetched, or purged meanwhile: it is new to us.
            receipt.next_try = 0;
            writes.push_back(move_to(match.receipt, ReceiptState::listed));
        } else if (we_removed) {
            auto restored = co_await restore(match.receipt);
            if (!restored) co_return restored.error();
        } else {
            receipt.delete_since = now();
            receipt.delete_reason = static_cast<std::uint8_t>(store::DeleteReason::last_copy);
            if (receipt.state == ReceiptState::delete_done) ++receipt.delete_attempts;
            writes.push_back(move_to(match.receipt, ReceiptState::delete_wanted));
        }
        auto written = co_await write(std::move(writes));
        if (!written) co_return written.error();
        reconciled_.known.push_back(match);
    }
    co_return Outcome<void>{};
}

// Puts a message that vanished by mistake back into INBOX, with a new UID.
Task<Outcome<void>> SyncSession::restore(ReceiptIndex index) {
    const auto* inbox = own_mailbox();
    if (inbox == nullptr) co_return store_fault(Error(Errc::not_found, "the mailbox of the source is gone"));
    receipts_[index].delete_since = 0;
    mail::NewMail message;
    message.existing = receipts_[index].message;
    message.flags = mail::seen;
    store::ReceiptWrite stored = move_to(index, ReceiptState::stored);
    stored.from |=
        bit(ReceiptState::stored);  // the store itself makes it so when the message lives again (T5)
    message.receipt = std::move(stored);
    mail::DeliveryRequest request;
    request.mailbox = inbox->id;
    request.messages.push_back(std::move(message));
    request.fence = context_.fence;
    request.cause = cause("RESTORE");
    auto delivered = co_await context_.account->deliver(std::move(request));
    if (!delivered) co_return store_fault(delivered.error());
    co_return Outcome<void>{};
}

bool SyncSession::delete_brake_holds(std::size_t wanted) {
    const auto stored = static_cast<std::size_t>(
        std::count_if(receipts_.begin(), receipts_.end(),
                      [](const store::Receipt& r) { return (bit(r.state) & active_states) != 0; }));
    if (!policy().delete_brake.exceeded(wanted, stored)) {
        facts().delete_held_since = 0;
        return false;
    }
    if (facts().delete_held_since == 0) {
        facts().delete_held_since = now();
        context_.log->warning("so many messages were deleted that the provider is not told yet",
                              {{"login", context_.account->login()}, {"messages", std::uint64_t{wanted}}});
    }
    return now() - facts().delete_held_since < policy().hold.count() && !brakes_released_;
}

// Do id and size tell that the listed message is the one we stored (T6)? Not after a renumbering, in which sizes alone may have
// told which one it is.
bool SyncSession::needs_no_header(const Match& match) const {
    const auto& receipt = receipts_[match.receipt];
    const bool size_agrees = page_.items[match.item].size == receipt.size_listed;
    return size_agrees && !match.twin && receipt.delete_attempts == 0 && !ids_made_up_ &&
           receipt.epoch <= first_epoch;
}

bool SyncSession::same_header(const Match& match) const {
    const auto& receipt = receipts_[match.receipt];
    const auto found = fingerprints_.find(match.item);
    if (found == fingerprints_.end() || receipt.header_fingerprint.empty()) return false;
    const bool which_one = !match.twin || !ids_made_up_ || all_twins_unwanted(receipt.uidl);
    return found->second == receipt.header_fingerprint && which_one;
}

// Nothing tells the messages of one made-up id apart: one may go only if all may.
bool SyncSession::all_twins_unwanted(const std::string& uidl) const {
    return std::all_of(receipts_.begin(), receipts_.end(), [&uidl](const store::Receipt& r) {
        const bool unwanted = r.state == ReceiptState::delete_wanted || r.state == ReceiptState::delete_sent;
        return unwanted || r.uidl != uidl || (bit(r.state) & active_states) == 0;
    });
}

Task<Outcome<std::vector<Match>>> SyncSession::same_messages(std::vector<Match> wanted) {
    std::vector<std::size_t> unsure;
    for (const Match& match : wanted) {
        if (!needs_no_header(match)) unsure.push_back(match.item);
    }
    auto looked = co_await fingerprints_of(std::move(unsure));
    if (!looked) co_return looked.error();
    std::vector<Match> sure;
    std::vector<store::ReceiptWrite> others;
    for (const Match& match : wanted) {
        auto& receipt = receipts_[match.receipt];
        if (needs_no_header(match) || same_header(match)) {
            sure.push_back(match);
        } else if (is_refuted({match.item, match.receipt}) && receipt.epoch > first_epoch && !match.twin &&
                   !ids_made_up_) {
            // It was taken for another one: nothing is deleted there, now or later.
            receipt.delete_attempts = policy().delete_attempts;
            others.push_back(move_to(match.receipt, ReceiptState::delete_wanted));
            context_.log->warning("a message at the provider is not the one that was deleted here",
                                  {{"login", context_.account->login()}, {"id", receipt.uidl}});
        }
    }
    auto written = co_await write(std::move(others));
    if (!written) co_return written.error();
    co_return sure;
}

std::vector<Match> SyncSession::wanted_deletions() const {
    std::vector<Match> wanted;
    for (const Match& match : reconciled_.known) {
        const auto& receipt = receipts_[match.receipt];
        if (receipt.state != ReceiptState::delete_wanted) continue;
        if (receipt.delete_attempts < policy().delete_attempts) wanted.push_back(match);
    }
    return wanted;
}

// An operator says that so many deletions were not meant: what the user expunged comes back, and what lives stays there.
Task<Outcome<void>> SyncSession::take_back(std::vector<Match> wanted) {
    std::vector<MessageId> messages;
    for (const Match& match : wanted) messages.push_back(receipts_[match.receipt].message);
    auto loaded = co_await load_lives(std::move(messages));
    if (!loaded) co_return loaded.error();
    std::vector<store::ReceiptWrite> writes;
    for (const Match& match : wanted) {
        const Life life = lives_[value_of(receipts_[match.receipt].message)];
        if (life.known && !life.living) {
            auto restored = co_await restore(match.receipt);
            if (!restored) co_return restored.error();
            continue;
        }
        // Purged meanwhile: it is new to us.
        writes.push_back(move_to(match.receipt, life.living ? ReceiptState::stored : ReceiptState::listed));
    }
    auto written = co_await write(std::move(writes));
    if (!written) co_return written.error();
    facts().delete_held_since = 0;
    co_return Outcome<void>{};
}

Task<Outcome<void>> SyncSession::send_deletes() {
    if (policy().remote_delete == Policy::RemoteDelete::never) co_return Outcome<void>{};
    std::vector<Match> wanted = wanted_deletions();
    const auto by_user =
        static_cast<std::size_t>(std::count_if(wanted.begin(), wanted.end(), [this](const Match& match) {
            return receipts_[match.receipt].delete_reason != on_download;
        }));
    const bool held = delete_brake_holds(by_user);
    if (facts().delete_held_since != 0 && brakes_cancelled_) {
        auto taken_back = co_await take_back(std::move(wanted));
        co_return taken_back;
    }
    if (wanted.empty() || held) co_return Outcome<void>{};
    if (facts().ignores_delete) {
        if (now() - facts().delete_probe_at < probe_again) co_return Outcome<void>{};
        facts().delete_probe_at = now();
        wanted.resize(1);
    }
    if (wanted.size() > policy().delete_batch) {
        wanted.resize(policy().delete_batch);
        report_.more = true;
    }
    auto sure = co_await same_messages(std::move(wanted));
    if (!sure) co_return sure.error();
    // What takes effect at QUIT waits for a session that may end with it (I4).
    deletes_wait_ = !sure->empty() && !fetched_is_stored();
    if (sure->empty() || deletes_wait_) {
        report_.more = false;
        co_return Outcome<void>{};
    }
    std::vector<store::ReceiptWrite> intents;
    std::vector<Action> actions;
    for (const Match& match : *sure) {
        Action action;
        action.ref = page_.items[match.item].ref;
        action.key = receipts_[match.receipt].uidl;
        actions.push_back(std::move(action));
        intents.push_back(move_to(match.receipt, ReceiptState::delete_sent));
    }
    auto written = co_await write(std::move(intents));
    if (!written) co_return written.error();
    report_.deletes_sent = actions.size();
    auto results = co_await remote_->push(std::move(actions));
    if (!results) co_return results.error();
    co_return Outcome<void>{};
}

}  // namespace postern::gateway
