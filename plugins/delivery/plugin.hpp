#pragma once
#include "delivery/service.hpp"
#include "postern/plugin/plugin.hpp"

namespace postern::delivery {

/// The plugin "delivery".
class DeliveryPlugin final : public Plugin {
public:
    explicit DeliveryPlugin(Host& host) : service_(host) {}

    void configure(const ConfigNode& config, Diagnostics& problems) override {
        service_.set_settings(read_settings(config, problems));
    }
    Result<void> declare(Registrar& registrar) override {
        registrar.provide<mail::DeliveryService>(service_);
        return {};
    }
    Result<void> resolve(const Lookup& lookup) override { return service_.resolve_interfaces(lookup); }

private:
    Service service_;
};

}  // namespace postern::delivery
