// connector-imap: lets the gateway live in mailboxes of IMAP servers.
#include "postern/plugin/plugin.hpp"
#include "connector-imap/connector.hpp"
#include "postern/net/stream.hpp"

namespace {

using namespace postern;

class ImapPlugin final : public Plugin {
public:
    explicit ImapPlugin(Host& /*host*/) {}

    void configure(const ConfigNode& config, Diagnostics& problems) override {
        config.check_keys({}, problems);
    }
    Result<void> declare(Registrar& registrar) override {
        registrar.add<gateway::Connector>("connector-imap", connector_);
        return {};
    }
    Result<void> resolve(const Lookup& lookup) override {
        auto* dialer = lookup.find<Dialer>();
        if (dialer == nullptr) return Error(Errc::internal, "the host makes no outgoing connections");
        connector_.use(*dialer);
        return {};
    }

private:
    imap_client::ImapConnector connector_;
};

constexpr postern_interface provides[] = {{"postern.gateway.connector", 1, 0, postern_requires}, {}};

}  // namespace

POSTERN_PLUGIN(ImapPlugin, {.id = "connector-imap",
                            .summary = "Keeps accounts in step with IMAP servers (RFC 3501, 7162)",
                            .provides = provides});
