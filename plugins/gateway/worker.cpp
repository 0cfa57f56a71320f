#include "gateway/worker.hpp"

#include "gateway/engine.hpp"
#include "gateway/folder_sync.hpp"
#include "gateway/notices.hpp"
#include "gateway/remote_sign_in.hpp"
#include "postern/mail/sign_out.hpp"

namespace postern::gateway {

namespace {

/// Longer than the longest session and what surrounds it.
constexpr UnixTime lease_time = 900;
constexpr UnixTime lease_retry = 30;
constexpr UnixTime linger = 60;
/// Between two sessions that listen: others wait for a place at the same host.
constexpr UnixTime listen_pause = 2;
constexpr auto look_again = std::chrono::seconds(2);
constexpr int sessions_at_once = 1000;

}  // namespace

Worker::Worker(Engine& engine, std::shared_ptr<Source> source, Executor core)
    : engine_(engine), source_(std::move(source)), wake_(std::move(core)) {
    last_poll_at_ = source_->facts.polled_at;
    used_at_ = now();
    listens_ = source_->provider != nullptr &&
               (source_->provider->connector->describe().abilities & Ability::watch) != 0;
}

UnixTime Worker::now() const {
    return engine_.mail().now();
}

Presence Worker::presence() const {
    if (!account_) return {};
    return {account_->session_count(), account_->idle_session_count()};
}

void Worker::note_presence() {
    used_at_ = now();
    source_->facts.seen_at = now();
    awaited_ = true;
    wake_.notify();
}

void Worker::offer(std::unique_ptr<RemoteSession> session) {
    offered_ = std::move(session);
    not_before_ = 0;
    source_->row.next_poll_at = 0;
    wake_.notify();
}

void Worker::note_row(const store::SourceRow& row) {
    const bool same = row.sealed_credential == source_->row.sealed_credential &&
                      SourceConfig::parse(row.config) == source_->config;
    if (polling_ || same) return;
    stale_ = true;
    not_before_ = 0;
    source_->row.next_poll_at = 0;
    wake_.notify();
}

UnixTime Worker::due_at() const {
    if (offered_) return not_before_;
    const auto here = presence();
    const auto interval = poll_interval(source_->policy(), source_->facts, here, now()).count();
    const bool listen = listens_ && (here.sessions > 0 || awaited_);
    UnixTime regular = source_->row.next_poll_at;
    if (last_poll_at_ != 0) regular = std::min(regular, last_poll_at_ + interval);
    // Also when the process ended before it could note when it polled.
    if (listen) regular = std::min(regular, last_poll_at_ + listen_pause);
    return std::max(not_before_, regular);
}

Task<void> Worker::run() {
    while (!engine_.runtime().stopping() && source_->provider != nullptr && !gone_) {
        const UnixTime wait = due_at() - now();
        if (wait <= 0) {
            co_await poll();
            continue;
        }
        const auto here = presence();
        if (here.sessions > 0) used_at_ = source_->facts.seen_at = now();
        // With the source goes the password that is not kept.
        if (now() - used_at_ > linger && (wait > linger || !source_->keeps_password())) break;
        const auto pause =
            std::min<std::chrono::steady_clock::duration>(std::chrono::seconds(wait), look_again);
        const bool woken = co_await wake_.wait(pause);
        static_cast<void>(woken);
    }
}

// The lease, and the account opened.
Task<Result<void>> Worker::prepare() {
    auto& row = source_->row;
    std::string owner = engine_.settings().node();
    auto lease = co_await engine_.mail().acquire_lease(row.account, row.id, std::move(owner), now(),
                                                       now() + lease_time);
    if (!lease) co_return lease.error();
    fence_.source = row.id;
    fence_.number = *lease;
    // Somebody else had it since we looked: what is known here is old.
    const bool undisturbed = *lease == row.lease_number + 1 && !stale_;
    stale_ = false;
    row.lease_number = *lease;
    if (!undisturbed) {
        const AccountId account = row.account;
        auto rows = co_await engine_.mail().list_sources(account);
        if (!rows) co_return rows.error();
        for (auto& newer : *rows) {
            if (newer.id == fence_.source) source_->reload(std::move(newer));
        }
    }
    if (account_) co_return Result<void>{};
    auto opened = co_await engine_.mail().open(row.account);
    if (!opened) co_return opened.error();
    account_ = std::move(*opened);
    co_return Result<void>{};
}

Task<Outcome<std::unique_ptr<RemoteSession>>> Worker::open() {
    if (offered_) co_return std::move(offered_);
    auto session = co_await open_session(&engine_, source_);
    if (session) {
        note_accepted(now(), source_->facts);
    } else if (session.error().kind == FaultKind::auth_failed) {
        const auto before = source_->facts.auth;
        note_refusal(session.error(), now(), source_->facts);
        const bool refused = source_->facts.auth == SourceFacts::Auth::refused;
        const bool now_refused = refused && before != SourceFacts::Auth::refused;
        // Whoever signs in with a password of his own is not concerned.
        if (now_refused && !source_->config.linked) co_await sign_users_out();
    }
    co_return session;
}

// The password that opened these sessions is not the password any more (gateway.md 3).
Task<void> Worker::sign_users_out() {
    std::vector<store::AttributeWrite> writes(1);
    writes[0].attribute.entry = mail::sign_out_entry;
    // A value of its own each time: what does not change is not told.
    writes[0].attribute.value = std::to_string(now()) + " The mail provider refuses the password";
    mail::Cause cause;
    cause.protocol = "gateway";
    cause.command = "SIGN-OUT";
    auto written = co_await account_->write_attributes(std::move(writes), cause);
    if (written) co_return;
    engine_.log().warning("sessions were not ended",
                          {{"login", account_->login()}, {"why", written.error().to_string()}});
}

Task<void> Worker::run_session() {
    report_ = SessionReport();
    auto remote = co_await open();
    if (!remote) {
        report_.end = remote.error();
        report_to_log();
        co_return;
    }
    SyncSession::Context context;
    context.mail = &engine_.mail();
    context.account = account_;
    context.source = source_;
    context.fence = fence_;
    context.log = &engine_.log();
    context.crowded = [this] { return engine_.is_crowded(source_->provider->server.host); };
    context.runtime = &engine_.runtime();
    // A provider with folders and flags is the other side of the whole account, not of INBOX alone (gateway.md 4.1).
    if ((source_->provider->connector->describe().abilities & Ability::hierarchy) != 0) {
        FolderSync session(std::move(context), std::move(*remote));
        report_ = co_await session.run();
    } else {
        SyncSession session(std::move(context), std::move(*remote));
        report_ = co_await session.run();
    }
    report_to_log();
}

void Worker::report_to_log() const {
    const auto& r = report_;
    // The same failure at every poll is told once.
    const std::string& before = source_->facts.last_error;
    if (!r.end && r.end.error().to_string() != before) {
        engine_.log().warning("polling failed",
                              {{"login", account_->login()}, {"why", r.end.error().to_string()}});
    }
    if (r.end && !before.empty()) {
        engine_.log().info("polling works again", {{"login", account_->login()}});
    }
    if (r.collected + r.deletes_sent + r.vanished + r.rebound == 0) return;
    engine_.log().info("kept in step", {{"login", account_->login()},
                                        {"collected", r.collected},
                                        {"deletes", r.deletes_sent},
                                        {"vanished", r.vanished}});
}

Task<void> Worker::release() {
    auto& row = source_->row;
    auto released = co_await engine_.mail().release_lease(row.account, row.id, fence_.number,
                                                          source_->facts.format(), source_->due_in_store());
    if (!released) {
        engine_.log().warning("the state of a source was not saved",
                              {{"account", value_of(row.account)}, {"why", released.error().to_string()}});
    }
}

void Worker::note_host() {
    const std::string& host = source_->provider->server.host;
    if (report_.end) engine_.host_works(host);
    if (!report_.end && report_.end.error().whole_host) engine_.host_is_throttled(host);
}

// What cannot be fetched is looked up where a session has come to its end: else it is as it was.
Task<void> Worker::tell_user() {
    if (!account_ || !source_->policy().notices) co_return;
    std::vector<store::Receipt> deferred;
    std::vector<std::string> keep;
    if (report_.end && !report_.unchanged && !report_.more) {
        const SourceId source = source_->row.id;
        const store::ReceiptStates states = store::bit(store::ReceiptState::deferred);
        auto read = co_await account_->read_receipts(source, states);
        if (!read) co_return;
        deferred = std::move(*read);
    } else {
        keep.emplace_back(deferred_incident);
    }
    auto incidents = incidents_of(*source_, deferred, now());
    std::string node = engine_.settings().node();
    const UnixTime time = now();
    auto told = co_await tell_incidents(account_, source_, std::move(incidents), std::move(keep),
                                        std::move(node), time);
    if (told) co_return;
    engine_.log().warning("a notice could not be written",
                          {{"login", account_->login()}, {"why", told.error().to_string()}});
}

Task<void> Worker::poll() {
    auto& row = source_->row;
    if (!engine_.enter_host(source_->provider->server.host)) {
        not_before_ = now() + 1;
        co_return;
    }
    polling_ = true;
    awaited_ = false;
    for (int turn = 0; turn < sessions_at_once; ++turn) {
        auto ready = co_await prepare();
        if (!ready) {
            report_ = SessionReport();
            report_.end = Fault(FaultKind::transient, "store: " + ready.error().to_string());
            not_before_ = now() + (ready.error().code == Errc::conflict ? lease_retry : 5);
            gone_ = ready.error().code == Errc::not_found;
            break;
        }
        co_await run_session();
        last_poll_at_ = now();
        not_before_ = note_session_end(report_, source_->policy(), presence(), now(), source_->facts);
        row.next_poll_at = not_before_;
        note_host();
        if (report_.end && !report_.more && presence().sessions > 0) listens_ = report_.listens;
        co_await tell_user();
        // A regular interval is not a floor: a client that begins to wait in IDLE shortens it.
        if (report_.end && !report_.more) not_before_ = login_allowed_at(source_->facts);
        co_await release();
        const bool at_once = report_.end && report_.more && not_before_ <= now();
        if (!at_once || engine_.runtime().stopping()) break;
    }
    polling_ = false;
    engine_.leave_host(source_->provider->server.host);
}

}  // namespace postern::gateway
