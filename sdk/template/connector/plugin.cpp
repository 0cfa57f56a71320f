// connector-letterbox: lets the gateway collect from Letterbox, a small HTTP mail API. docs/plugin-author.md explains how it
// came about.
#include "postern/plugin/plugin.hpp"
#include "connector.hpp"
#include "postern/net/stream.hpp"

namespace {

using namespace postern;

class LetterboxPlugin final : public Plugin {
public:
    explicit LetterboxPlugin(Host& /*host*/) {}

    void configure(const ConfigNode& config, Diagnostics& problems) override {
        config.check_keys({}, problems);
    }
    Result<void> declare(Registrar& registrar) override {
        registrar.add<gateway::Connector>("connector-letterbox", connector_);
        return {};
    }
    Result<void> resolve(const Lookup& lookup) override {
        auto* dialer = lookup.find<Dialer>();
        if (dialer == nullptr) return Error(Errc::internal, "the host makes no outgoing connections");
        connector_.use(*dialer);
        return {};
    }

private:
    letterbox::LetterboxConnector connector_;
};

constexpr postern_interface provides[] = {{"postern.gateway.connector", 1, 0, postern_requires}, {}};

}  // namespace

POSTERN_PLUGIN(LetterboxPlugin, {.id = "connector-letterbox",
                                 .version = "1.0.0",
                                 .vendor = "Example",
                                 .summary = "Collects mail from Letterbox servers",
                                 .provides = provides});
