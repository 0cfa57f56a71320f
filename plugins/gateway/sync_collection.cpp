// From the server into INBOX: content, placement and receipt in one transaction, in the order of message numbers, before
// QUIT (gateway.md 2.3: T1, T2, T3).
#include <algorithm>
#include <deque>

#include "gateway/fingerprint.hpp"
#include "gateway/sync_session.hpp"

namespace postern::gateway {

using store::bit;
using store::ReceiptState;

namespace {

constexpr std::size_t batch_messages = 64;
constexpr std::uint64_t batch_octets = 4ULL << 20;
constexpr std::uint32_t tries = 3;
constexpr UnixTime quota_retry = 3600;
constexpr UnixTime too_large_retry = 7 * seconds_per_day;
constexpr store::ReceiptStates not_stored =
    bit(ReceiptState::none) | bit(ReceiptState::listed) | bit(ReceiptState::deferred);

}  // namespace

store::Receipt SyncSession::new_receipt(const UnknownItem& unknown) const {
    const RemoteItem& item = page_.items[unknown.item];
    store::Receipt receipt;
    receipt.source = context_.source->row.id;
    receipt.epoch = context_.source->row.epoch;
    receipt.uidl = item.id;
    receipt.occurrence = unknown.occurrence;
    receipt.state = ReceiptState::listed;
    receipt.size_listed = item.size.value_or(0);
    // Later than the first listing: not backlog, however quickly it came.
    receipt.first_seen = std::max(now(), context_.source->facts.import_listed_at + 1);
    receipt.last_seen = now();
    return receipt;
}

bool SyncSession::budget_spent() const {
    return now() - started_at_ >= policy().session.count() || fetched_octets_ >= policy().session_octets;
}

// New mail first, then the backlog; within each by number, and what failed before at the end.
std::vector<SyncSession::Wanted> SyncSession::plan_collection() {
    const UnixTime import_at = facts().import_listed_at;
    std::vector<Wanted> wanted;
    for (const UnknownItem& unknown : reconciled_.unknown) {
        wanted.push_back({unknown.item, new_receipt(unknown), import_at == 0});
    }
    for (const Match& match : reconciled_.known) {
        const auto& receipt = receipts_[match.receipt];
        const bool waiting = receipt.state == ReceiptState::listed || receipt.state == ReceiptState::deferred;
        if (!waiting || receipt.next_try > now()) continue;
        wanted.push_back({match.item, receipt, import_at == 0 || receipt.first_seen <= import_at});
        // Not yet fetched, so nothing told whether the id is still that message's.
        wanted.back().receipt.size_listed = page_.items[match.item].size.value_or(receipt.size_listed);
    }
    std::sort(wanted.begin(), wanted.end(), [](const Wanted& a, const Wanted& b) {
        const auto rank = [](const Wanted& w) {
            return std::tuple(w.receipt.fail_count > 0, w.backlog, w.item);
        };
        return rank(a) < rank(b);
    });
    return wanted;
}

Task<Outcome<void>> SyncSession::collect() {
    auto wanted = plan_collection();
    if (facts().import_listed_at == 0) {
        auto imported = co_await first_import(std::move(wanted));
        co_return imported;
    }
    auto fetched = co_await fetch_all(std::move(wanted));
    co_return fetched;
}

// The newest first, so that a phone shows today's mail at once; then all the rest is written down as seen, and the
// backlog follows oldest first. In the order of receipts (first_seen) it comes before the newest, as in the listing.
Task<Outcome<void>> SyncSession::first_import(std::vector<Wanted> wanted) {
    // What may be messages we have stays unknown until it is fetched and compared: the import ends in another session then.
    const bool some_are_compared = !by_content_.empty();
    const std::size_t newest = std::min(policy().newest_first, wanted.size());
    const auto split = wanted.end() - static_cast<std::ptrdiff_t>(newest);
    std::vector<Wanted> first(split, wanted.end());
    wanted.erase(split, wanted.end());
    for (auto& w : first) w.receipt.first_seen = started_at_ + 1;
    auto fetched = co_await fetch_all(std::move(first));
    if (!fetched) co_return fetched.error();
    for (auto& w : wanted) w.receipt.first_seen = started_at_;
    if (some_are_compared) {
        auto compared = co_await fetch_all(std::move(wanted));
        co_return compared;
    }
    auto listed = co_await record_listed(wanted);
    if (!listed) co_return listed.error();
    facts().import_listed_at = started_at_ + 1;
    store::SourceRow row = context_.source->packed();
    auto saved = co_await context_.mail->put_source(std::move(row));
    if (!saved) co_return store_fault(saved.error());
    auto rest = co_await fetch_all(std::move(wanted));
    co_return rest;
}

Task<Outcome<void>> SyncSession::record_listed(std::vector<Wanted> wanted) {
    std::vector<store::ReceiptWrite> writes;
    for (auto& w : wanted) {
        store::ReceiptWrite insert;
        insert.receipt = std::move(w.receipt);
        insert.from = not_stored;
        writes.push_back(std::move(insert));
    }
    auto written = co_await write(std::move(writes));
    co_return written;
}

Task<Outcome<void>> SyncSession::note_failure(Wanted wanted, Fault fault) {
    auto& receipt = wanted.receipt;
    ++receipt.fail_count;
    receipt.last_error = fault.to_string();
    receipt.next_try = now();
    if (receipt.fail_count >= tries) {  // T3
        receipt.state = ReceiptState::deferred;
        receipt.next_try = now() + std::clamp<UnixTime>(policy().poll.count() * 10, 1, 3600);
        context_.log->warning(
            "a message cannot be fetched",
            {{"login", context_.account->login()}, {"id", receipt.uidl}, {"why", receipt.last_error}});
    }
    std::vector<Wanted> one;
    one.push_back(std::move(wanted));
    auto written = co_await record_listed(std::move(one));
    co_return written;
}

void SyncSession::add_to_batch(Batch& batch, Wanted wanted,
                               std::shared_ptr<const std::string> content) const {
    auto& receipt = wanted.receipt;
    receipt.state = ReceiptState::stored;
    receipt.stored_at = now();
    receipt.last_seen = now();
    receipt.header_fingerprint = header_fingerprint(*content);
    receipt.last_error.clear();
    mail::NewMail message;
    const auto date = arrival_date(*content, std::min(receipt.first_seen, now()), now());
    message.internal_date = date.utc;
    message.zone = date.zone_minutes;
    // A server that shows its backlog a window at a time: what arrived before the account was made is backlog.
    const auto& source = *context_.source;
    const bool old = source.facts.may_hide_fetched() && date.utc < source.config.created_at;
    if (wanted.backlog || old) message.flags = mail::seen;
    store::ReceiptWrite write;
    write.receipt = receipt;
    write.from = not_stored;
    message.receipt = std::move(write);
    batch.items.push_back(wanted.item);
    batch.octets += content->size();
    message.content = std::move(content);
    batch.messages.push_back(std::move(message));
    batch.receipts.push_back(std::move(receipt));
}

Task<Outcome<void>> SyncSession::fetch_all(std::vector<Wanted> wanted) {
    std::deque<std::size_t> in_flight;
    Batch batch;
    for (std::size_t next = 0; next < wanted.size() || !in_flight.empty();) {
        const bool may_start =
            next < wanted.size() && !budget_spent() && in_flight.size() < remote_->fetch_window();
        if (may_start && wanted[next].receipt.size_listed > policy().max_message) {
            auto& receipt = wanted[next].receipt;
            receipt.state = ReceiptState::deferred;
            receipt.next_try = now() + too_large_retry;
            receipt.last_error = "larger than max_message";
            std::vector<Wanted> one(1, wanted[next++]);
            auto noted = co_await record_listed(std::move(one));
            if (!noted) co_return noted.error();
            continue;
        }
        if (may_start) {
            FetchRequest request;
            request.ref = page_.items[wanted[next].item].ref;
            request.expected_size = page_.items[wanted[next].item].size;
            auto started = co_await remote_->start_fetch(request);
            in_flight.push_back(next++);
            if (started) continue;
        }
        if (in_flight.empty()) {
            report_.more = true;  // the budget is spent
            break;
        }
        const std::size_t index = in_flight.front();
        in_flight.pop_front();
        auto fetched = co_await remote_->receive();
        if (!fetched) {
            // What is complete is kept, then the one that broke is marked.
            auto kept = co_await flush(std::move(batch));
            if (!kept) co_return kept.error();
            batch = Batch();
            auto noted = co_await note_failure(wanted[index], fetched.error());
            if (!noted) co_return noted.error();
            if (!remote_->alive()) co_return fetched.error();
            continue;
        }
        fetched_octets_ += fetched->content->size();
        fetched_whole_.insert(wanted[index].item);
        auto bound = co_await rebind_by_content(wanted[index], fetched->content);
        if (!bound) co_return bound.error();
        if (*bound) continue;
        add_to_batch(batch, std::move(wanted[index]), std::move(fetched->content));
        if (batch.messages.size() < batch_messages && batch.octets < batch_octets) continue;
        auto flushed = co_await flush(std::move(batch));
        if (!flushed) co_return flushed.error();
        batch = Batch();
    }
    auto flushed = co_await flush(std::move(batch));
    co_return flushed;
}

// T2.
Task<Outcome<void>> SyncSession::flush(Batch batch) {
    if (batch.messages.empty()) co_return Outcome<void>{};
    const auto* inbox = own_mailbox();
    if (inbox == nullptr) co_return store_fault(Error(Errc::not_found, "the mailbox of the source is gone"));
    const MailboxId mailbox = inbox->id;
    auto marked = co_await mark_own(&batch);
    if (!marked) co_return marked.error();
    mail::DeliveryRequest request;
    request.mailbox = mailbox;
    request.messages = batch.messages;
    request.fence = context_.fence;
    request.cause = cause("COLLECT");
    Pulse pulse = context_.pulse(remote_);
    auto delivered = co_await context_.account->deliver(std::move(request));
    co_await pulse.stop();
    if (delivered) {
        report_.collected += batch.messages.size();
        for (const std::size_t item : batch.items) fetched_whole_.erase(item);
        co_return Outcome<void>{};
    }
    const Errc code = delivered.error().code;
    const bool one_is_refused = code == Errc::over_quota || code == Errc::too_large || code == Errc::invalid;
    if (!one_is_refused) co_return store_fault(delivered.error());
    if (batch.messages.size() > 1) {
        auto singly = co_await flush_singly(std::move(batch));
        co_return singly;
    }
    store::ReceiptWrite refused;
    refused.receipt = batch.receipts.front();
    refused.receipt.state = ReceiptState::deferred;
    refused.receipt.stored_at = 0;
    refused.receipt.next_try = now() + (code == Errc::over_quota ? quota_retry : too_large_retry);
    refused.receipt.last_error = delivered.error().to_string();
    refused.from = not_stored;
    std::vector<store::ReceiptWrite> writes(1, std::move(refused));
    // Fetched and not stored: it stays in fetched_whole_, and the session is not confirmed (A5).
    auto written = co_await write(std::move(writes));
    co_return written;
}

Task<Outcome<void>> SyncSession::flush_singly(Batch batch) {
    for (std::size_t i = 0; i < batch.messages.size(); ++i) {
        Batch one;
        one.messages.push_back(std::move(batch.messages[i]));
        one.receipts.push_back(std::move(batch.receipts[i]));
        one.items.push_back(batch.items[i]);
        auto flushed = co_await flush(std::move(one));
        if (!flushed) co_return flushed.error();
    }
    co_return Outcome<void>{};
}

}  // namespace postern::gateway
