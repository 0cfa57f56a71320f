#include "gateway/sign_in.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <stdexcept>

#include "postern/runtime/lane.hpp"
#include "postern/runtime/run_on.hpp"

namespace postern::gateway {

namespace {

constexpr UnixTime hour = 3600;
constexpr UnixTime wrong_for = 600;
constexpr std::size_t tries_per_hour = 5;
constexpr std::size_t max_remembered = 50'000;
constexpr UnixTime first_poll_by_schedule = 60;
constexpr int waits_for_poll = 100;
constexpr auto wait_for_poll = std::chrono::milliseconds(100);

Error refusal(const Fault& fault) {
    if (fault.kind == FaultKind::auth_failed)
        return Error(Errc::authentication_failed, "Wrong name or password");
    return Error(Errc::unavailable, "The mail provider cannot be asked now");
}

std::uint64_t key_of(const std::string& login) {
    return std::hash<std::string>()(login);
}

}  // namespace

UpstreamTries::Verdict UpstreamTries::judge(const PasswordDigest& digest, UnixTime now) {
    while (!tries_.empty() && now - tries_.front().at >= hour) tries_.pop_front();
    for (const Try& t : tries_) {
        if (t.wrong && t.digest == digest && now - t.at < wrong_for) return Verdict::known_wrong;
    }
    return tries_.size() >= tries_per_hour ? Verdict::too_many : Verdict::allowed;
}

void UpstreamTries::failed(const PasswordDigest& digest, bool wrong, UnixTime now) {
    tries_.push_back({digest, wrong, now});
}

SignIn::SignIn(Engine& engine, PasswordHasher& hasher)
    : engine_(engine), hasher_(hasher), shards_(engine.runtime().core_count()) {
    if (RAND_bytes(key_.data(), static_cast<int>(key_.size())) != 1)
        throw std::runtime_error("no random numbers");
}

PasswordDigest SignIn::digest_of(const std::string& login, const std::string& password) const {
    const std::string text = login + '\0' + password;
    PasswordDigest digest{};
    unsigned length = 0;
    HMAC(EVP_sha256(), key_.data(), static_cast<int>(key_.size()),
         reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data(), &length);
    return digest;
}

// Everything of one name happens on one core: the account's, or before there is an account, the name's.
Task<Result<Identity>> SignIn::verify(Credentials credentials) {
    Request request;
    request.login = lower(credentials.login);
    request.provider = engine_.settings().find(request.login);
    // Who comes with tokens has an account with a password of its own.
    if (request.provider == nullptr || request.provider->oauth) co_return Error(Errc::not_found);
    request.digest = digest_of(request.login, credentials.password);
    request.credentials = std::move(credentials);
    auto account = co_await engine_.mail().find_account(request.login);
    if (!account && account.error().code != Errc::not_found) co_return account.error();
    const std::uint64_t key = account ? value_of(account->id) : key_of(request.login);
    const std::size_t home = engine_.runtime().core_index(key);
    Task<Result<Identity>> task = verify_at_home(std::move(request), home);
    auto result = co_await run_on(engine_.runtime().core(home), std::move(task));
    co_return result;
}

Task<Result<Identity>> SignIn::verify_at_home(Request request, std::size_t home) {
    Shard& shard = shards_[home];
    while (true) {
        const auto found = shard.checks.find(request.login);
        if (found == shard.checks.end()) break;
        const std::shared_ptr<Check> check = found->second;
        auto waiter = std::make_shared<Event>(engine_.runtime().core(home));
        check->waiters.push_back(waiter);
        co_await waiter->wait();
        if (check->digest == request.digest) co_return check->result;
        if (engine_.runtime().stopping()) co_return Error(Errc::cancelled);
    }
    auto check = std::make_shared<Check>();
    check->digest = request.digest;
    const std::string login = request.login;
    shard.checks.emplace(login, check);
    auto result = co_await decide(std::move(request), &shard);
    check->result = result;
    shard.checks.erase(login);
    for (const auto& waiter : check->waiters) waiter->notify();
    co_return result;
}

Task<Result<Identity>> SignIn::decide(Request request, Shard* shard) {
    auto account = co_await engine_.mail().find_account(request.login);
    if (!account) {
        if (account.error().code != Errc::not_found) co_return account.error();
        const AccountId none{};
        auto asked = co_await ask_provider(std::move(request), shard, none, nullptr);
        co_return asked;
    }
    // A local account: its own authenticator has spoken.
    if (!account->secret.empty()) co_return Error(Errc::not_found);
    const AccountId id = account->id;
    auto sources = co_await engine_.mail().list_sources(id);
    if (!sources) co_return sources.error();
    if (sources->empty()) {  // made, but the process ended before its source was
        auto asked = co_await ask_provider(std::move(request), shard, id, nullptr);
        co_return asked;
    }
    Task<Result<Identity>> task = decide_known(std::move(request), shard, id, std::move(sources->front()));
    auto result = co_await run_on(engine_.runtime().core_of(value_of(id)), std::move(task));
    co_return result;
}

Task<Result<Identity>> SignIn::decide_known(Request request, Shard* shard, AccountId account,
                                            store::SourceRow row) {
    const auto worker = engine_.find_worker(account, row.id);
    auto source = worker ? worker->source() : Source::of(row, engine_.settings());
    if (source->provider == nullptr || source->config.linked) co_return Error(Errc::not_found);
    if (!source->keeps_password()) {
        if (!holds(*source, request)) {
            auto asked = co_await ask_provider(std::move(request), shard, account, std::move(source));
            co_return asked;
        }
        auto adopted = co_await adopt(std::move(row), nullptr, std::nullopt);
        static_cast<void>(adopted);
        co_return Identity{account, request.login};
    }
    const auto accepted = shard->accepted.find(request.login);
    const bool remembered = accepted != shard->accepted.end() && accepted->second.digest == request.digest &&
                            accepted->second.verifier == source->config.verifier;
    Result<bool> known = remembered;
    if (!remembered) known = co_await matches(request, source->config.verifier);
    if (!known) co_return known.error();
    const auto& facts = source->facts;
    const bool fresh = engine_.mail().now() - facts.verified_at < source->policy().offline_grace.count();
    if (*known && fresh && facts.auth != SourceFacts::Auth::refused) {
        if (shard->accepted.size() >= max_remembered) shard->accepted.clear();
        shard->accepted[request.login] = {request.digest, source->config.verifier};
        auto adopted = co_await adopt(std::move(row), nullptr, std::nullopt);
        static_cast<void>(adopted);
        co_return Identity{account, request.login};
    }
    auto asked = co_await ask_provider(std::move(request), shard, account, std::move(source));
    co_return asked;
}

// The password of somebody who is signed in, which the provider has accepted.
bool SignIn::holds(const Source& source, const Request& request) const {
    if (!source.held || source.facts.auth == SourceFacts::Auth::refused) return false;
    const auto held = digest_of(request.login, source.held->secret);
    return CRYPTO_memcmp(held.data(), request.digest.data(), held.size()) == 0;
}

Task<Result<bool>> SignIn::matches(Request request, std::string verifier) {
    if (verifier.empty()) co_return false;
    std::function<Result<bool>()> job = [this, password = request.credentials.password, verifier] {
        return Result<bool>(hasher_.matches(password, verifier));
    };
    const std::uint64_t key = key_of(request.login);
    auto result = co_await run_on_lane<bool>(engine_.runtime(), LaneKind::cpu, key, std::move(job));
    co_return result;
}

Task<Result<std::string>> SignIn::make_verifier(Request request) {
    std::function<Result<std::string>()> job = [this, password = request.credentials.password] {
        return Result<std::string>(hasher_.hash(password));
    };
    const std::uint64_t key = key_of(request.login);
    auto result = co_await run_on_lane<std::string>(engine_.runtime(), LaneKind::cpu, key, std::move(job));
    co_return result;
}

Task<Result<Identity>> SignIn::ask_provider(Request request, Shard* shard, AccountId account,
                                            std::shared_ptr<Source> source) {
    if (shard->tries.size() >= max_remembered) shard->tries.clear();
    UpstreamTries& tries = shard->tries[request.login];
    const auto verdict = tries.judge(request.digest, engine_.mail().now());
    if (verdict == UpstreamTries::Verdict::known_wrong) co_return Error(Errc::authentication_failed);
    if (verdict == UpstreamTries::Verdict::too_many)
        co_return Error(Errc::unavailable, "Too many tries; wait a while");
    // One session a maildrop: a poll under way comes to its end first.
    for (int i = 0; source && i < waits_for_poll; ++i) {
        const auto worker = engine_.find_worker(account, source->row.id);
        if (!worker || !worker->polling()) break;
        auto slept = co_await sleep_for(wait_for_poll);
        if (!slept) co_return slept.error();
    }
    auto server = co_await engine_.locator().locate(request.provider);
    if (!server) {
        engine_.log().warning("the server of a domain is not known",
                              {{"domain", request.provider->domain}, {"why", server.error().to_string()}});
        co_return refusal(server.error());
    }
    OpenRequest open;
    open.server = std::move(*server);
    open.limits = request.provider->limits;
    open.settings = request.provider->node["options"];
    open.credential.login = request.provider->remote_login(request.credentials.login);
    open.credential.secret = request.credentials.password;
    auto session = co_await request.provider->connector->open(std::move(open));
    if (!session) {
        engine_.log().info("the provider refused a sign-in",
                           {{"login", request.login}, {"why", session.error().to_string()}});
        const bool wrong = session.error().kind == FaultKind::auth_failed;
        // A provider that was not reached has seen no password: nothing to ration.
        const bool seen = session.error().kind != FaultKind::offline;
        if (seen) shard->tries[request.login].failed(request.digest, wrong, engine_.mail().now());
        co_return refusal(session.error());
    }
    shard->tries.erase(request.login);
    if (source) {
        auto renewed = co_await renew(std::move(request), std::move(source), std::move(*session));
        co_return renewed;
    }
    auto made = co_await provision(std::move(request), account, std::move(*session));
    co_return made;
}

// The first sign-in: account, mailboxes, source. The session goes on to collect.
Task<Result<Identity>> SignIn::provision(Request request, AccountId account,
                                         std::unique_ptr<RemoteSession> session) {
    const bool keeps = request.provider->keep_password;
    Result<std::string> verifier = std::string();
    if (keeps) verifier = co_await make_verifier(request);
    if (!verifier) co_return verifier.error();
    if (account == AccountId{}) {
        mail::NewAccount fresh;
        fresh.login = request.login;
        auto created = co_await engine_.mail().create_account(std::move(fresh));
        if (!created) co_return created.error();
        account = *created;
    }
    Source source;
    const UnixTime now = engine_.mail().now();
    source.row.account = account;
    source.row.id = SourceId{engine_.mail().new_id()};
    source.row.connector = request.provider->connector_name;
    source.row.epoch = 1;
    source.row.next_poll_at = now + first_poll_by_schedule;
    source.provider = request.provider;
    source.config.provider = request.provider->domain;
    source.config.remote_login = request.provider->remote_login(request.credentials.login);
    source.config.verifier = std::move(*verifier);
    source.config.created_at = now;
    source.set_password(request.credentials.password, engine_.sealer());
    note_accepted(now, source.facts);
    source.facts.seen_at = now;
    source.row.next_poll_at = source.due_in_store();
    store::SourceRow row = source.packed();
    const Seals seals = engine_.seals();
    auto saved = co_await put_sealed(&engine_.mail(), seals, std::move(row));
    if (!saved) co_return saved.error();
    row = std::move(*saved);
    engine_.log().info("an account was made for a mailbox of a provider", {{"login", request.login}});
    const Executor core = engine_.runtime().core_of(value_of(account));
    auto moved = session->move_to(core);
    if (!moved) session.reset();
    Task<Result<bool>> task = adopt(std::move(row), std::move(session), std::move(source.held));
    auto adopted = co_await run_on(core, std::move(task));
    static_cast<void>(adopted);
    co_return Identity{account, request.login};
}

// The password changed at the provider, or must be proven again: verifier and sealed credential in one step.
Task<Result<Identity>> SignIn::renew(Request request, std::shared_ptr<Source> source,
                                     std::unique_ptr<RemoteSession> session) {
    Result<std::string> verifier = std::string();
    if (source->keeps_password()) verifier = co_await make_verifier(request);
    if (!verifier) co_return verifier.error();
    source->config.verifier = std::move(*verifier);
    source->set_password(request.credentials.password, engine_.sealer());
    note_accepted(engine_.mail().now(), source->facts);
    source->row.next_poll_at = engine_.mail().now() + first_poll_by_schedule;
    store::SourceRow row = source->packed();
    row.next_poll_at = source->due_in_store();
    const Seals seals = engine_.seals();
    auto saved = co_await put_sealed(&engine_.mail(), seals, std::move(row));
    if (!saved) co_return saved.error();
    row = std::move(*saved);
    source->row.sealed_credential = row.sealed_credential;
    const AccountId account = row.account;
    std::optional<RemoteCredential> held = source->held;
    auto adopted = co_await adopt(std::move(row), std::move(session), std::move(held));
    static_cast<void>(adopted);
    co_return Identity{account, request.login};
}

// On the account's core: the worker knows that the user is here, and gets the session.
Task<Result<bool>> SignIn::adopt(store::SourceRow row, std::unique_ptr<RemoteSession> session,
                                 std::optional<RemoteCredential> held) {
    const auto working = engine_.find_worker(row.account, row.id);
    if (session && working && working->polling()) {
        auto closed = co_await session->close(RemoteSession::CloseMode::commit);
        static_cast<void>(closed);
        session.reset();
    }
    const auto worker = engine_.worker_of(std::move(row), std::move(session));
    if (worker && held) worker->source()->held = std::move(held);
    if (worker) worker->note_presence();
    co_return worker != nullptr;
}

}  // namespace postern::gateway
