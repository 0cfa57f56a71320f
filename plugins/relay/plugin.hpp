#pragma once
#include "postern/plugin/plugin.hpp"
#include "relay/service.hpp"

namespace postern::relay {

/// The plugin "relay".
class RelayPlugin final : public Plugin {
public:
    explicit RelayPlugin(Host& host) : service_(host) {}

    void configure(const ConfigNode& config, Diagnostics& problems) override {
        service_.set_settings(read_settings(config, problems));
    }
    Result<void> declare(Registrar& registrar) override {
        registrar.provide<mail::RelayLines>(service_);
        registrar.provide<mail::MailRelay>(service_);
        return {};
    }
    Result<void> resolve(const Lookup& lookup) override { return service_.resolve(lookup); }

private:
    Service service_;
};

}  // namespace postern::relay
