#include "kernel/app/server.hpp"

#include <boost/asio/post.hpp>

#include "kernel/app/privileges.hpp"
#include "kernel/mail/account_locks.hpp"
#include "kernel/mail/account_scan.hpp"
#include "kernel/mail/grouped_delivery.hpp"
#include "kernel/mail/script_store.hpp"
#include "kernel/mail/service.hpp"
#include "kernel/net/net_core.hpp"
#include "postern/mime/header.hpp"

namespace postern::app {

namespace {

using std::chrono::steady_clock;

/// Jobs that may wait for the store or a processor before callers are told to come back.
constexpr std::size_t max_lane_queue = 20'000;

/// Blocking store calls that make sense at once.
std::size_t store_threads(const store::StoreCapabilities& capabilities, std::size_t cores) {
    if (capabilities.parallel_writes) return std::max<std::size_t>(4, 2 * cores);
    return 1 + std::max<std::size_t>(1, capabilities.reader_sessions);
}

mail::MailOptions mail_options(const config::MailSection& section) {
    mail::MailOptions options;
    options.asynchronous_flags = !section.sync_flags;
    options.message_cache = section.message_cache;
    options.content_cache = section.content_cache;
    options.mailbox_cache = section.mailbox_cache;
    options.index_cache = section.index_cache;
    if (!section.search_index) options.index_least = 0;
    return options;
}

}  // namespace

Server::Server(Setup setup)
    : setup_(std::move(setup)),
      log_(*setup_.sink, "kernel"),
      kernel_leases_(std::make_shared<runtime::LeaseLedger>()),
      connection_leases_(std::make_shared<runtime::LeaseLedger>()),
      kernel_runtime_(setup_.runtime->facade(kernel_leases_, log_)),
      connection_runtime_(setup_.runtime->facade(connection_leases_, log_)),
      limits_(std::make_shared<net::ConnectionLimits>(setup_.config.server.max_connections,
                                                      setup_.config.server.max_connections_per_address)) {}

Server::~Server() {
    // Coroutines that still wait use the parts below: their threads end first.
    setup_.runtime->stop();
    listeners_.clear();
    // Plugins hold pointers to what follows.
    setup_.plugins.reset();
}

Result<void> Server::start() {
    const auto& server = setup_.config.server;
    const auto files = raise_file_limit();
    log_.info("starting", {{"name", server.name},
                           {"data", server.data},
                           {"cores", setup_.runtime->core_count()},
                           {"file_limit", files}});
    auto done = make_data_directory(server.data, server.user);
    if (done) done = open_listeners();
    if (done) done = drop_privileges(server.user, server.group);
    if (done) done = open_store();
    if (done) done = start_services();
    if (done) done = start_plugins();
    if (!done) return done;
    for (auto& listener : listeners_) listener->start();
    return {};
}

Result<void> Server::open_listeners() {
    for (const auto& entry : setup_.config.listeners) {
        auto& protocol = *setup_.plugins->lookup().find<Protocol>(entry.info.protocol);
        auto listener = std::make_unique<net::Listener>(entry, protocol, setup_.tls.get(), limits_,
                                                        *connection_runtime_, log_);
        auto opened = listener->open();
        if (!opened) return opened;
        listeners_.push_back(std::move(listener));
    }
    return {};
}

Result<void> Server::open_store() {
    auto lock = DataLock::take(setup_.config.server.data);
    if (!lock) return lock.error();
    lock_ = std::move(*lock);
    auto sealer = auth::KeySealer::open_file(setup_.config.server.master_key);
    if (!sealer) return sealer.error();
    sealer_ = std::make_unique<auth::KeySealer>(std::move(*sealer));
    const auto drivers = setup_.plugins->lookup().all<store::StoreDriver>();
    auto store = drivers.front().object->open(setup_.config.server.data, log_);
    if (!store) {
        return Error(store.error().code,
                     "plugin `" + std::string(drivers.front().plugin) + "`: " + store.error().text);
    }
    store_ = std::move(*store);
    const auto cores = setup_.runtime->core_count();
    setup_.runtime->open_lane(LaneKind::store, store_threads(store_->capabilities(), cores), max_lane_queue);
    setup_.runtime->open_lane(LaneKind::cpu, std::max<std::size_t>(2, cores), max_lane_queue);
    setup_.runtime->start();
    return {};
}

Result<void> Server::start_services() {
    const auto& settings = setup_.config.auth;
    hasher_ = std::make_unique<auth::ArgonHasher>(settings.hash_memory, settings.hash_passes);
    dialer_ = std::make_unique<net::DialerImpl>();
    std::vector<mail::StoreGuard*> guards;
    for (const auto& guard : setup_.plugins->lookup().all<mail::StoreGuard>()) guards.push_back(guard.object);
    auto mail = std::make_unique<mail::MailServiceImpl>(*kernel_runtime_, *store_, log_,
                                                        mail_options(setup_.config.mail), std::move(guards));
    auto following = mail->start();
    if (!following) return following;
    deliveries_ = std::make_unique<mail::GroupedDeliveryImpl>(*mail);
    mail_ = std::move(mail);
    account_scan_ = std::make_unique<mail::AccountScanImpl>(*kernel_runtime_, *store_);
    account_locks_ = std::make_unique<mail::AccountLocksImpl>(*mail_, store_->capabilities().shared);
    scripts_ = std::make_unique<mail::ScriptStoreImpl>(*kernel_runtime_, *store_, *mail_);
    auth_ = std::make_unique<auth::AuthServiceImpl>(*kernel_runtime_, *hasher_, settings, log_);
    secrets_ = std::make_unique<auth::SecretMaker>(*hasher_, settings);
    secret_exchange_ = std::make_unique<mail::SecretExchange>(*kernel_runtime_, *store_);
    local_accounts_ = std::make_unique<auth::LocalAuthenticator>(*kernel_runtime_, *mail_, *secret_exchange_,
                                                                 *hasher_, *secrets_, settings.cache);
    std::vector<Authenticator*> authenticators{local_accounts_.get()};
    for (const auto& other : setup_.plugins->lookup().all<Authenticator>())
        authenticators.push_back(other.object);
    const bool others_judge = authenticators.size() > 1;
    auth_->set_authenticators(std::move(authenticators));
    auth::ScramDesk::EndPoint end_point;
    if (setup_.tls) end_point = [tls = setup_.tls.get()] { return tls->end_point(); };
    mechanisms_ = std::make_unique<auth::Mechanisms>(*mail_, *auth_, sealer_->derived_key("scram decoys"),
                                                     std::move(end_point), setup_.config.server.name,
                                                     settings, others_judge);
    std::vector<SignInObserver*> observers;
    for (const auto& observer : setup_.plugins->lookup().all<SignInObserver>())
        observers.push_back(observer.object);
    auth_->set_observers(std::move(observers));
    auto& registry = setup_.plugins->registry();
    registry.provide<Dialer>(*dialer_);
    registry.provide<PasswordHasher>(*hasher_);
    registry.provide<Sealer>(*sealer_);
    registry.provide<SealingKeys>(*sealer_);
    registry.provide<AuthService>(*auth_);
    registry.provide<SignInLedger>(*auth_);
    registry.provide<SaslPolicy>(mechanisms_->policy());
    for (const auto& own : mechanisms_->all()) registry.provide<SaslMechanism>(*own.mechanism, own.name);
    warn_of_unknown_mechanisms();
    registry.provide<mail::MailService>(*mail_);
    registry.provide<mail::AccountScan>(*account_scan_);
    registry.provide<mail::AccountLocks>(*account_locks_);
    registry.provide<mail::GroupedDelivery>(*deliveries_);
    registry.provide<mail::ScriptStore>(*scripts_);
    return runtime::run_and_wait(
        setup_.runtime->core(0),
        auth::provision_users(*kernel_runtime_, *mail_, *hasher_, *secrets_, setup_.config.users));
}

void Server::warn_of_unknown_mechanisms() {
    if (!setup_.config.auth.mechanisms) return;
    const Lookup& lookup = setup_.plugins->lookup();
    for (const std::string& name : *setup_.config.auth.mechanisms) {
        // Every protocol has these two.
        const bool usual = mime::equal_ascii_nocase(name, "PLAIN") || mime::equal_ascii_nocase(name, "LOGIN");
        if (!usual && lookup.find<SaslMechanism>(name) == nullptr)
            log_.warning("`auth.mechanisms` lists what nothing provides", {{"mechanism", name}});
    }
}

Result<void> Server::start_plugins() {
    auto resolved = setup_.plugins->resolve();
    if (!resolved) return resolved;
    plugins_started_ = true;
    return setup_.plugins->start();
}

std::string Server::addresses() const {
    std::string out;
    for (const auto& listener : listeners_) {
        if (!out.empty()) out += ", ";
        out += listener->info().protocol + " " + listener->local_endpoint().to_string();
        if (listener->info().tls == ListenerInfo::Tls::starttls) out += " (STARTTLS)";
        if (listener->info().tls == ListenerInfo::Tls::implicit) out += " (TLS)";
    }
    return out.empty() ? "no listeners" : out;
}

void Server::reload() {
    if (!setup_.tls) return;
    const auto loaded = setup_.tls->reload();
    if (loaded) {
        log_.info("certificates reloaded", {{"certificate", setup_.config.tls.certificate}});
    } else {
        log_.error("certificates not reloaded, the old ones stay", {{"error", loaded.error().text}});
    }
}

bool Server::stop(std::chrono::milliseconds time) {
    const auto deadline = steady_clock::now() + time;
    log_.info("stopping", {{"connections", limits_->count()}});
    for (auto& listener : listeners_) listener->stop();
    setup_.runtime->begin_stop();
    for (std::size_t i = 0; i < setup_.runtime->core_count(); ++i) {
        const Executor core = setup_.runtime->core(i);
        boost::asio::post(core, [core] { net::NetCore::of(core).stop_all(); });
    }
    bool complete = connection_leases_->wait_until_free(deadline);
    if (!complete) log_.error("connections did not end", {{"leases", connection_leases_->names()}});
    if (plugins_started_) {
        setup_.plugins->drain(deadline);
        complete = setup_.plugins->stop(deadline) && complete;
    }
    if (!kernel_leases_->wait_until_free(deadline)) {
        log_.error("the kernel's tasks did not end", {{"leases", kernel_leases_->names()}});
        complete = false;
    }
    if (!complete) return false;
    setup_.runtime->stop();
    if (store_) store_->close();
    log_.info("stopped");
    return true;
}

}  // namespace postern::app
