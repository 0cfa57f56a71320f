// IDLE (RFC 2177): the client is told of changes as they happen.
#include "postern/plugin/plugin.hpp"
#include <algorithm>

#include "idle_command.hpp"
#include "postern/imap/ext/capability.hpp"

namespace postern::imap {
namespace {

class IdlePlugin final : public Plugin {
public:
    explicit IdlePlugin(Host& /*host*/) {}

    void configure(const ConfigNode& config, Diagnostics& problems) override {
        config.check_keys({"keepalive", "keepalive_least", "keepalive_most"}, problems);
        KeepaliveBounds bounds;
        const auto read = [&](std::string_view key, std::chrono::seconds fallback) {
            const auto value = config.get_duration(key, fallback, problems);
            if (value < std::chrono::seconds(1) || value > std::chrono::minutes(29)) {
                problems.error(config[key].place(),
                               std::string(key) + " is from 1s to 29m: clients give up after 30 minutes");
            }
            return std::chrono::duration_cast<std::chrono::seconds>(value);
        };
        bounds.least = read("keepalive_least", bounds.least);
        bounds.most = read("keepalive_most", std::max(bounds.least, bounds.most));
        bounds.first =
            read("keepalive", std::clamp(bounds.first, bounds.least, std::max(bounds.least, bounds.most)));
        // One interval, and nothing to learn.
        const bool fixed = config["keepalive"].exists() && !config["keepalive_least"].exists() &&
                           !config["keepalive_most"].exists();
        if (fixed) bounds.least = bounds.most = bounds.first;
        if (bounds.least > bounds.first || bounds.first > bounds.most)
            problems.error(config.place(), "keepalive is between keepalive_least and keepalive_most");
        command_.set_bounds(bounds);
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
                .config_schema = "keepalive: duration  a line to silent clients this often; not set: 9m to "
                                 "begin with, then as lines prove to bear\n"
                                 "keepalive_least: duration  never more often than that (4m)\n"
                                 "keepalive_most: duration  nor less often (28m)\n"});
