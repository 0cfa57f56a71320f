// IDLE (RFC 2177): the client is told of changes as they happen.
#include "postern/plugin/plugin.hpp"
#include "idle_command.hpp"
#include "postern/imap/ext/capability.hpp"

namespace postern::imap {
namespace {

class IdlePlugin final : public Plugin {
public:
    explicit IdlePlugin(Host& /*host*/) {}

    void configure(const ConfigNode& config, Diagnostics& problems) override {
        config.check_keys({"keepalive"}, problems);
        const auto keepalive = config.get_duration("keepalive", std::chrono::minutes(2), problems);
        if (keepalive < std::chrono::seconds(1) || keepalive > std::chrono::minutes(29)) {
            problems.error(config["keepalive"].place(),
                           "keepalive is from 1s to 29m: clients give up after 30 minutes");
        }
        command_.set_keepalive(std::chrono::duration_cast<std::chrono::seconds>(keepalive));
    }
    Result<void> declare(Registrar& registrar) override {
        registrar.add<CommandHandler>("IDLE", command_);
        registrar.add<Capability>("IDLE", capability_);
        return {};
    }

private:
    IdleCommand command_;
    StaticCapability capability_{{"IDLE"}, Phase::after_sign_in};
};

constexpr postern_interface dependencies[] = {{"imap", 0, 0, postern_requires}, {}};

}  // namespace
}  // namespace postern::imap

POSTERN_PLUGIN(postern::imap::IdlePlugin,
               {.id = "imap-idle",
                .summary = "IMAP IDLE (RFC 2177)",
                .dependencies = postern::imap::dependencies,
                .config_schema = "keepalive: duration  a line to silent clients this often (2m)\n"});
