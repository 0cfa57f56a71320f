#pragma once
#include "postern/net/protocol.hpp"
#include "postern/plugin/plugin.hpp"
#include "submission/receiver.hpp"

namespace postern::submission {

/// The protocol "submission".
class Server final : public Protocol {
public:
    explicit Server(Host& host) : services_(host) {}
    Services& services() { return services_; }
    Result<void> resolve(const Lookup& lookup);

    Task<void> serve(std::unique_ptr<Connection> connection, const ListenerInfo& listener) override;
    std::string refusal(std::string_view reason) const override;

private:
    Services services_;
};

/// The plugin "submission".
class SubmissionPlugin final : public Plugin {
public:
    explicit SubmissionPlugin(Host& host) : server_(host) {}

    void configure(const ConfigNode& config, Diagnostics& problems) override;
    Result<void> declare(Registrar& registrar) override;
    Result<void> resolve(const Lookup& lookup) override { return server_.resolve(lookup); }
    Task<Result<void>> start() override;

private:
    Server server_;
};

}  // namespace postern::submission
