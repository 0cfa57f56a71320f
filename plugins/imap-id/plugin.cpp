// ID (RFC 2971).
#include "postern/plugin/plugin.hpp"
#include "id_command.hpp"
#include "postern/imap/ext/capability.hpp"

namespace postern::imap {
namespace {

class IdPlugin final : public Plugin {
public:
    explicit IdPlugin(Host& /*host*/) {}

    void configure(const ConfigNode& config, Diagnostics& problems) override {
        config.check_keys({"version"}, problems);
        command_.set_reveal_version(config.get_bool("version", true, problems));
    }
    Result<void> declare(Registrar& registrar) override {
        registrar.add<CommandHandler>("ID", command_);
        registrar.add<Capability>("ID", capability_);
        return {};
    }

private:
    IdCommand command_;
    StaticCapability capability_{{"ID"}, Phase::always};
};

constexpr postern_interface dependencies[] = {{"imap", 0, 0, postern_requires}, {}};

}  // namespace
}  // namespace postern::imap

POSTERN_PLUGIN(postern::imap::IdPlugin,
               {.id = "imap-id",
                .summary = "IMAP ID (RFC 2971)",
                .dependencies = postern::imap::dependencies,
                .config_schema = "version: bool  tell clients the version (true)\n"});
