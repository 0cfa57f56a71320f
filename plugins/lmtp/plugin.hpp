#pragma once
#include "lmtp/settings.hpp"
#include "postern/mail/delivery.hpp"
#include "postern/net/protocol.hpp"
#include "postern/plugin/plugin.hpp"

namespace postern::lmtp {

/// The protocol "lmtp".
class Server final : public Protocol {
public:
    explicit Server(Host& host) : host_(host) {}
    void set_settings(Settings settings) { settings_ = std::move(settings); }
    Result<void> resolve(const Lookup& lookup);

    Task<void> serve(std::unique_ptr<Connection> connection, const ListenerInfo& listener) override;
    std::string refusal(std::string_view reason) const override;

private:
    Host& host_;
    Settings settings_;
    mail::DeliveryService* delivery_ = nullptr;
};

/// The plugin "lmtp".
class LmtpPlugin final : public Plugin {
public:
    explicit LmtpPlugin(Host& host) : server_(host) {}

    void configure(const ConfigNode& config, Diagnostics& problems) override {
        server_.set_settings(read_settings(config, problems));
    }
    Result<void> declare(Registrar& registrar) override {
        registrar.add<Protocol>("lmtp", server_);
        return {};
    }
    Result<void> resolve(const Lookup& lookup) override { return server_.resolve(lookup); }

private:
    Server server_;
};

}  // namespace postern::lmtp
