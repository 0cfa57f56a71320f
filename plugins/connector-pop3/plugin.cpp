// connector-pop3: lets the gateway collect from POP3 servers.
#include "postern/plugin/plugin.hpp"
#include "connector-pop3/connector.hpp"
#include "postern/net/stream.hpp"

namespace {

using namespace postern;

class Pop3Plugin final : public Plugin {
public:
    explicit Pop3Plugin(Host& /*host*/) {}

    void configure(const ConfigNode& config, Diagnostics& problems) override {
        config.check_keys({}, problems);
    }
    Result<void> declare(Registrar& registrar) override {
        registrar.add<gateway::Connector>("connector-pop3", connector_);
        return {};
    }
    Result<void> resolve(const Lookup& lookup) override {
        auto* dialer = lookup.find<Dialer>();
        if (dialer == nullptr) return Error(Errc::internal, "the host makes no outgoing connections");
        connector_.use(*dialer);
        return {};
    }

private:
    pop3::Pop3Connector connector_;
};

constexpr postern_interface provides[] = {{"postern.gateway.connector", 1, 0, postern_requires}, {}};

}  // namespace

POSTERN_PLUGIN(Pop3Plugin, {.id = "connector-pop3",
                            .summary = "Collects mail from POP3 servers (RFC 1939)",
                            .provides = provides});
