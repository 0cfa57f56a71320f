#include "gateway/sync_session.hpp"

#include <algorithm>

#include "gateway/fingerprint.hpp"
#include "postern/gateway/brake.hpp"

namespace postern::gateway {

using store::bit;
using store::ReceiptState;

namespace {

constexpr std::size_t write_chunk = 1000;
constexpr std::size_t max_recoverable = 100'000;
/// A source whose first session has not come to its end is known by that.
constexpr store::ReceiptStates pending_states = bit(ReceiptState::listed) | bit(ReceiptState::deferred) |
                                                bit(ReceiptState::delete_wanted) |
                                                bit(ReceiptState::delete_sent) | bit(ReceiptState::suspect);

}  // namespace

SyncSession::SyncSession(Context context, std::unique_ptr<RemoteSession> remote)
    : context_(std::move(context)), remote_(std::make_shared<PatientSession>(std::move(remote))) {}

Pulse SyncSession::Context::pulse(std::shared_ptr<PatientSession> line) const {
    const Executor core = runtime->core_of(value_of(source->row.account));
    return {*runtime, core, std::move(line), source->policy().keep_alive};
}

mail::Cause SyncSession::cause(const char* command) const {
    mail::Cause cause;
    cause.protocol = "gateway";
    cause.command = command;
    cause.login = context_.account->login();
    return cause;
}

Fault SyncSession::store_fault(const Error& error) {
    store_failed_ = true;
    return Fault(error.code == Errc::conflict ? FaultKind::conflict : FaultKind::transient,
                 "store: " + error.to_string());
}

store::ReceiptWrite SyncSession::move_to(ReceiptIndex index, ReceiptState state) {
    store::ReceiptWrite write;
    write.from = bit(receipts_[index].state);
    receipts_[index].state = state;
    receipts_[index].last_seen = now();
    write.receipt = receipts_[index];
    return write;
}

Task<Outcome<void>> SyncSession::write(std::vector<store::ReceiptWrite> writes) {
    for (std::size_t begin = 0; begin < writes.size(); begin += write_chunk) {
        const auto first = writes.begin() + static_cast<std::ptrdiff_t>(begin);
        const auto last =
            writes.begin() + static_cast<std::ptrdiff_t>(std::min(begin + write_chunk, writes.size()));
        std::vector<store::ReceiptWrite> chunk(first, last);
        std::optional<store::Fence> fence = context_.fence;
        Pulse pulse = context_.pulse(remote_);
        auto written = co_await context_.account->write_receipts(std::move(chunk), fence);
        co_await pulse.stop();
        if (!written) co_return store_fault(written.error());
    }
    co_return Outcome<void>{};
}

bool SyncSession::needs_full_listing(const std::vector<store::Receipt>& pending) const {
    const auto& facts = context_.source->facts;
    if (facts.import_listed_at == 0 || now() - facts.listed_at >= policy().full_listing.count()) return true;
    if (facts.vanish_held_since != 0 || facts.delete_held_since != 0 || trash_needs_a_look()) return true;
    return std::any_of(pending.begin(), pending.end(), [&](const store::Receipt& r) {
        if (r.state == ReceiptState::deferred || r.state == ReceiptState::listed) return r.next_try <= now();
        if (r.state != ReceiptState::delete_wanted) return true;
        return policy().remote_delete != Policy::RemoteDelete::never && !facts.ignores_delete &&
               r.delete_attempts < policy().delete_attempts;
    });
}

const mail::MailboxInfo* SyncSession::own_mailbox() const {
    const std::string& name = context_.source->config.mailbox;
    return context_.account->find_mailbox(name.empty() ? std::string_view("INBOX") : std::string_view(name));
}

Task<Outcome<void>> SyncSession::make_own_mailbox() {
    if (own_mailbox() != nullptr) co_return Outcome<void>{};
    std::string name = context_.source->config.mailbox;
    mail::Account::CreateOptions options;
    options.cause = cause("COLLECT");
    auto made = co_await context_.account->create_mailbox(name, std::move(options));
    if (!made) co_return store_fault(made.error());
    const mail::Cause why = cause("COLLECT");
    auto subscribed = co_await context_.account->set_subscribed(std::move(name), true, why);
    if (!subscribed) co_return store_fault(subscribed.error());
    co_return Outcome<void>{};
}

// What has an operator decided about the brakes? Asked only while one holds.
Task<Outcome<void>> SyncSession::look_for_release() {
    if (facts().vanish_held_since == 0 && facts().delete_held_since == 0) co_return Outcome<void>{};
    std::string entry(brake_entries);
    const MailboxId whole_account{};
    auto found = co_await context_.account->read_attributes(whole_account, std::move(entry));
    if (!found) co_return store_fault(found.error());
    for (const auto& attribute : *found) {
        if (attribute.entry == brake_release_entry) brakes_released_ = true;
        if (attribute.entry == brake_cancel_entry) brakes_cancelled_ = true;
    }
    if (brakes_cancelled_) brakes_released_ = false;
    if (brakes_released_ || brakes_cancelled_) {
        context_.log->info(
            "an operator has decided about what the brakes hold",
            {{"login", context_.account->login()}, {"decision", brakes_released_ ? "release" : "cancel"}});
    }
    co_return Outcome<void>{};
}

// The decision holds until nothing is held any more: what it lets through may take several sessions.
Task<Outcome<void>> SyncSession::end_release() {
    const bool decided = brakes_released_ || brakes_cancelled_;
    if (!decided || facts().vanish_held_since != 0 || facts().delete_held_since != 0) {
        co_return Outcome<void>{};
    }
    std::vector<store::AttributeWrite> writes(2);
    writes[0].attribute.entry = brake_release_entry;
    writes[1].attribute.entry = brake_cancel_entry;
    for (auto& write : writes) write.remove = true;
    const mail::Cause why = cause("RELEASE");
    auto written = co_await context_.account->write_attributes(std::move(writes), why);
    if (!written) co_return store_fault(written.error());
    co_return Outcome<void>{};
}

// False: nothing changed since the last complete listing.
Task<Outcome<bool>> SyncSession::take_listing() {
    const SourceId source = context_.source->row.id;
    auto pending = co_await context_.account->read_receipts(source, pending_states);
    if (!pending) co_return store_fault(pending.error());
    PullRequest request;
    if (!needs_full_listing(*pending)) request.token = facts().token;
    auto page = co_await remote_->pull(std::move(request));
    if (!page) co_return page.error();
    page_ = std::move(*page);
    facts().polled_at = now();
    if (page_.unchanged) {
        // What the listing before it fetched is there.
        if (page_.total > 0 && facts().fetch_was_confirmed(facts().listed_at)) facts().keeps_fetched = true;
        co_return false;
    }
    if (!page_.complete) {
        context_.log->warning("the provider's listing proves nothing",
                              {{"login", context_.account->login()}, {"why", page_.incomplete_reason}});
    }
    auto receipts = co_await context_.account->read_receipts(source, store::any_receipt_state);
    if (!receipts) co_return store_fault(receipts.error());
    receipts_ = std::move(*receipts);
    for (const auto& receipt : receipts_) {
        context_.source->row.epoch = std::max(context_.source->row.epoch, receipt.epoch);
    }
    co_return true;
}

Task<Outcome<std::vector<std::string>>> SyncSession::fingerprints_of(std::vector<std::size_t> items) {
    std::erase_if(items, [this](std::size_t item) { return fingerprints_.contains(item); });
    const bool header = remote_->facts().header_fetch;
    std::size_t sent = 0;
    for (std::size_t received = 0; received < items.size(); ++received) {
        while (sent < items.size() && sent - received < remote_->fetch_window()) {
            FetchRequest request;
            request.ref = page_.items[items[sent++]].ref;
            request.part = header ? FetchPart::header : FetchPart::whole;
            auto started = co_await remote_->start_fetch(request);
            if (!started) co_return started.error();
        }
        auto fetched = co_await remote_->receive();
        if (!fetched && !remote_->alive()) co_return fetched.error();
        if (fetched && !header) fetched_whole_.insert(items[received]);
        // One that cannot be had has no fingerprint: it equals nothing.
        fingerprints_[items[received]] = fetched ? header_fingerprint(*fetched->content) : std::string();
        sender_fingerprints_[items[received]] =
            fetched ? sender_fingerprint(*fetched->content) : std::string();
    }
    co_return std::vector<std::string>();
}

Task<Outcome<std::string>> SyncSession::fingerprint_of(std::size_t item) {
    std::vector<std::size_t> items(1, item);
    auto done = co_await fingerprints_of(std::move(items));
    if (!done) co_return done.error();
    co_return fingerprints_[item];
}

Task<Outcome<void>> SyncSession::load_lives(std::vector<MessageId> messages) {
    std::erase_if(messages, [this](MessageId m) { return lives_.contains(value_of(m)); });
    if (messages.empty()) co_return Outcome<void>{};
    std::sort(messages.begin(), messages.end());
    auto loaded = co_await context_.account->load_messages(messages);
    if (!loaded) co_return store_fault(loaded.error());
    for (std::size_t i = 0; i < messages.size(); ++i) {
        Life life;
        life.known = life.living = (*loaded)[i] != nullptr;
        lives_[value_of(messages[i])] = life;
    }
    auto dead = co_await context_.account->list_recoverable(max_recoverable);
    if (!dead) co_return store_fault(dead.error());
    for (const auto& row : *dead) {
        const auto found = lives_.find(value_of(row.id));
        if (found == lives_.end()) continue;
        found->second.living = false;
        found->second.unreferenced_at = row.unreferenced_at;
    }
    co_return Outcome<void>{};
}

// Some servers hide what was fetched in a session that ended well (gateway.md 0.5).
void SyncSession::learn_from_listing() {
    if (!facts().may_hide_fetched()) return;
    facts().keeps_fetched =
        std::any_of(reconciled_.known.begin(), reconciled_.known.end(), [this](const Match& match) {
            return facts().fetch_was_confirmed(receipts_[match.receipt].stored_at);
        });
}

// Only then may the server be told that the session went well (I4): to recognise messages they may have been fetched, too.
bool SyncSession::fetched_is_stored() const {
    std::set<std::size_t> open = fetched_whole_;
    for (const auto* matches : {&reconciled_.known, &reconciled_.returned}) {
        if (open.empty()) return true;
        for (const Match& match : *matches) {
            if (has_message(receipts_[match.receipt])) open.erase(match.item);
        }
    }
    return open.empty();
}

Task<Outcome<void>> SyncSession::steps() {
    auto made = co_await make_own_mailbox();
    if (!made) co_return made.error();
    auto looked = co_await look_for_release();
    if (!looked) co_return looked.error();
    auto listed = co_await take_listing();
    if (!listed) co_return listed.error();
    if (!*listed) {
        report_.unchanged = true;
        co_return Outcome<void>{};
    }
    auto identified = co_await identify();
    if (!identified) co_return identified.error();
    learn_from_listing();
    auto known = co_await settle_known();
    if (!known) co_return known.error();
    auto returned = co_await settle_returned();
    if (!returned) co_return returned.error();
    auto wanted = co_await want_by_policy();
    if (!wanted) co_return wanted.error();
    auto deleted = co_await send_deletes();
    if (!deleted) co_return deleted.error();
    // Deletions take effect at QUIT: collect in the next session, so that a line lost meanwhile does not undo them.
    const bool login_soon = remote_->facts().login_delay.count() == 0;
    if (report_.deletes_sent > 0 && login_soon && remote_->facts().deletes_at_close) {
        report_.more = true;
        co_return Outcome<void>{};
    }
    auto collected = co_await collect();
    if (!collected) co_return collected.error();
    // Such a server shows the next messages when these are hidden.
    if (report_.collected > 0 && (facts().may_hide_fetched() || deletes_wait_)) report_.more = true;
    // What was stored now is deleted there in the next session, once this one has ended well.
    if (report_.collected > 0 && policy().remote_delete == Policy::RemoteDelete::on_download) {
        report_.more = true;
    }
    auto absent = co_await account_for_missing();
    if (!absent) co_return absent.error();
    // What the budget left over must be found again: no cheap poll then.
    if (page_.complete && !report_.more) {
        facts().token = page_.token;
        facts().listed_at = now();
    }
    co_return Outcome<void>{};
}

Task<SessionReport> SyncSession::run() {
    started_at_ = now();
    report_.end = co_await steps();
    if (report_.end) report_.end = co_await end_release();
    const auto& learned = remote_->facts();
    facts().login_delay = learned.login_delay.count();
    const bool commit = remote_->alive() && !store_failed_ && fetched_is_stored();
    const auto mode = commit ? RemoteSession::CloseMode::commit : RemoteSession::CloseMode::abandon;
    auto closed = co_await remote_->close(mode);
    learn_from_end(commit && closed);
    if (report_.end && !closed) report_.end = closed.error();
    co_return std::move(report_);
}

void SyncSession::learn_from_end(bool confirmed) {
    if (!confirmed) facts().session_died_at = now();
    if (confirmed && report_.collected > 0) {
        facts().fetches_from = started_at_;
        facts().fetches_until = now();
    }
    if (report_.deletes_sent == 0) return;
    facts().deletes_from = confirmed ? started_at_ : 0;
    facts().deletes_until = confirmed ? now() : 0;
}

}  // namespace postern::gateway
