#pragma once
#include "pop3/server.hpp"
#include "postern/plugin/plugin.hpp"

namespace postern::pop3 {

/// The plugin "pop3".
class Pop3Plugin final : public Plugin {
public:
    explicit Pop3Plugin(Host& host) : server_(host) {}

    void configure(const ConfigNode& config, Diagnostics& problems) override {
        server_.set_settings(read_settings(config, problems));
    }
    Result<void> declare(Registrar& registrar) override {
        registrar.add<Protocol>("pop3", server_);
        return {};
    }
    Result<void> resolve(const Lookup& lookup) override { return server_.resolve(lookup); }

private:
    Server server_;
};

}  // namespace postern::pop3
