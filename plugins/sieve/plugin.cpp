#include "plugin.hpp"

#include "global_scripts.hpp"
#include "postern/smtp/server.hpp"

namespace postern::sieve {

SievePlugin::SievePlugin(Host& host) : host_(host), filter_(interpreter_), stored_(interpreter_) {}

void SievePlugin::configure(const ConfigNode& config, Diagnostics& problems) {
    Limits limits;
    config.check_keys({"script_size", "scripts", "work", "actions", "redirects", "domain", "global"},
                      problems);
    limits.script_octets = config.get_size("script_size", limits.script_octets, problems);
    const auto number = [&](const char* key, std::size_t fallback, std::int64_t most) {
        return static_cast<std::size_t>(
            config.get_int(key, static_cast<std::int64_t>(fallback), 1, most, problems));
    };
    limits.scripts = number("scripts", limits.scripts, 10'000);
    limits.work = number("work", limits.work, 1'000'000'000);
    limits.actions = number("actions", limits.actions, 10'000);
    limits.redirects = number("redirects", limits.redirects, 1'000);
    interpreter_.set_limits(limits);
    interpreter_.set_global(read_global_scripts(config["global"], limits, problems));
    stored_.set_domain(config.get_string("domain", smtp::local_name(), problems));
}

Result<void> SievePlugin::declare(Registrar& registrar) {
    base_.declare(registrar);
    registrar.provide<Engine>(interpreter_);
    registrar.provide<StoredMail>(stored_);
    registrar.add<mail::DeliveryFilter>("sieve", filter_);
    return {};
}

Result<void> SievePlugin::resolve(const Lookup& lookup) {
    interpreter_.collect(lookup);
    if (const std::string fault = interpreter_.check_global(); !fault.empty())
        return Error(Errc::invalid, fault);
    // Tools compile and run scripts without a server around them.
    auto* scripts = lookup.find<mail::ScriptStore>();
    auto* service = lookup.find<mail::MailService>();
    if (scripts != nullptr && service != nullptr) filter_.set_services(scripts, service, &host_.log());
    auto* deliveries = lookup.find<mail::GroupedDelivery>();
    if (service != nullptr && deliveries != nullptr)
        stored_.set_services({service, deliveries, lookup.find<mail::MailRelay>(), &host_.log()});
    return {};
}

}  // namespace postern::sieve
