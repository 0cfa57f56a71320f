#include "gateway/engine.hpp"

#include <algorithm>

namespace postern::gateway {

namespace {
constexpr std::size_t due_at_once = 200;
constexpr UnixTime shortest_pause = 60;
constexpr UnixTime longest_pause = 3600;
/// Who found no place asks again every second.
constexpr UnixTime crowded_for = 5;
constexpr auto look_interval = std::chrono::seconds(1);
}  // namespace

Engine::Engine(Runtime& runtime, Logger& log, const Settings& settings, mail::MailService& mail,
               Sealer& sealer)
    : runtime_(runtime),
      log_(log),
      settings_(settings),
      mail_(mail),
      sealer_(sealer),
      tokens_(runtime, mail, sealer),
      locator_(runtime, settings, mail),
      shards_(runtime.core_count()) {}

Engine::~Engine() = default;

void Engine::start() {
    runtime_.spawn(runtime_.core(0), "gateway schedule", look_for_due());
}

Task<void> Engine::look_for_due() {
    while (!runtime_.stopping()) {
        auto due = co_await mail_.due_sources(mail_.now(), due_at_once);
        if (due) {
            for (auto& row : *due) {
                const Executor core = runtime_.core_of(value_of(row.account));
                runtime_.spawn(core, "gateway start", start_due(std::move(row)));
            }
        }
        auto slept = co_await sleep_for(look_interval);
        if (!slept) co_return;
    }
}

Task<void> Engine::start_due(store::SourceRow row) {
    // Due, and its worker does not know: somebody else has changed it.
    if (const auto worker = find_worker(row.account, row.id)) {
        worker->note_row(row);
        co_return;
    }
    auto source = Source::of(row, settings_);
    if (!source->keeps_password()) {
        co_await forget_password(std::move(source));
        co_return;
    }
    worker_of(std::move(row));
}

// Kept once, before the settings said otherwise.
Task<void> Engine::forget_password(std::shared_ptr<Source> source) {
    source->row.sealed_credential.clear();
    source->config.verifier.clear();
    source->row.next_poll_at = not_by_itself;
    store::SourceRow row = source->packed();
    auto saved = co_await mail_.put_source(std::move(row));
    if (saved) co_return;
    log_.warning("a password is still kept",
                 {{"account", value_of(source->row.account)}, {"why", saved.error().to_string()}});
}

std::shared_ptr<Worker> Engine::find_worker(AccountId account, SourceId source) {
    const Shard& shard = shard_of(account);
    const auto found = shard.find(source);
    return found == shard.end() ? nullptr : found->second;
}

std::shared_ptr<Worker> Engine::worker_of(store::SourceRow row, std::unique_ptr<RemoteSession> session) {
    Shard& shard = shard_of(row.account);
    const auto found = shard.find(row.id);
    if (found != shard.end()) {
        if (session) found->second->offer(std::move(session));
        return found->second;
    }
    const SourceId id = row.id;
    const Executor core = runtime_.core_of(value_of(row.account));
    auto source = Source::of(std::move(row), settings_);
    if (source->provider == nullptr) return nullptr;
    auto worker = std::make_shared<Worker>(*this, std::move(source), core);
    shard.emplace(id, worker);
    // Before it starts, or it would sign in by itself.
    if (session) worker->offer(std::move(session));
    runtime_.spawn(core, "gateway worker", run_worker(worker));
    return worker;
}

Task<void> Engine::run_worker(std::shared_ptr<Worker> worker) {
    co_await worker->run();
    shard_of(worker->source()->row.account).erase(worker->source()->row.id);
}

bool Engine::enter_host(const std::string& host) {
    const std::lock_guard lock(hosts_guard_);
    HostLoad& load = hosts_[host];
    if (mail_.now() < load.not_before) return false;
    const bool full = sessions_ >= settings_.max_sessions();
    if (full) refused_at_ = mail_.now();
    const bool host_full = load.sessions >= settings_.max_sessions_per_host();
    if (host_full) load.refused_at = mail_.now();
    if (full || host_full) return false;
    ++load.sessions;
    ++sessions_;
    return true;
}

void Engine::leave_host(const std::string& host) {
    const std::lock_guard lock(hosts_guard_);
    --hosts_[host].sessions;
    --sessions_;
}

bool Engine::is_crowded(const std::string& host) {
    const std::lock_guard lock(hosts_guard_);
    return mail_.now() - std::max(refused_at_, hosts_[host].refused_at) < crowded_for;
}

void Engine::host_is_throttled(const std::string& host) {
    const std::lock_guard lock(hosts_guard_);
    HostLoad& load = hosts_[host];
    if (mail_.now() < load.not_before) return;  // another session of the same moment has said so
    load.pause = std::clamp(load.pause * 2, shortest_pause, longest_pause);
    load.not_before = mail_.now() + load.pause;
    log_.warning("a provider says that we come too often",
                 {{"host", host}, {"pause", static_cast<std::uint64_t>(load.pause)}});
}

void Engine::host_works(const std::string& host) {
    const std::lock_guard lock(hosts_guard_);
    hosts_[host].pause = 0;
}

}  // namespace postern::gateway
