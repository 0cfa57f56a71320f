#include "gateway/locator.hpp"

#include <random>

#include "gateway/dns.hpp"
#include "postern/runtime/lane.hpp"

namespace postern::gateway {

namespace {
constexpr UnixTime remembered = 3600;
constexpr UnixTime remembered_trouble = 60;
}  // namespace

// Blocking. What the domain says of itself; else whose servers take its mail, if the settings know them (gateway.md 3).
Result<RemoteServer> Locator::look_up(const Provider& provider) const {
    const NameServer dns(settings_.resolver());
    const Chance chance = [](std::uint32_t below) {
        std::random_device device;
        return std::uniform_int_distribution<std::uint32_t>(0, below - 1)(device);
    };
    const std::string protocol = lower(provider.connector->describe().title);
    auto server = discover(dns, protocol, provider.domain, settings_.srv_hosts(), chance);
    if (server || server.error().code != Errc::not_found) return server;
    const auto exchanges = dns.mx(provider.domain);
    if (!exchanges) return exchanges.error().code == Errc::not_found ? server.error() : exchanges.error();
    for (const std::string& host : *exchanges) {
        if (const Provider* known = settings_.find_exchange(host, provider.connector_name))
            return known->server;
    }
    return server;
}

Task<Outcome<RemoteServer>> Locator::locate(const Provider* provider) {
    if (!provider->discovered) co_return provider->server;
    {
        const std::lock_guard lock(guard_);
        const auto found = found_.find(provider->domain);
        if (found != found_.end() && mail_.now() < found->second.until) co_return found->second.server;
    }
    std::function<Result<RemoteServer>()> job = [this, provider] { return look_up(*provider); };
    const std::uint64_t key = std::hash<std::string>()(provider->domain);
    auto server = co_await run_on_lane<RemoteServer>(runtime_, LaneKind::cpu, key, std::move(job));
    Found found;
    found.until = mail_.now() + (server ? remembered : remembered_trouble);
    if (server) {
        found.server = std::move(*server);
    } else {
        const Errc code = server.error().code;
        const bool passes = code == Errc::unavailable || code == Errc::temporary || code == Errc::cancelled;
        found.server = Fault(passes ? FaultKind::offline : FaultKind::permanent, server.error().text);
    }
    const std::lock_guard lock(guard_);
    found_[provider->domain] = found;
    co_return found.server;
}

}  // namespace postern::gateway
