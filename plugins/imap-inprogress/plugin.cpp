// INPROGRESS (RFC 9585): how far a command is that takes long.
#include "postern/plugin/plugin.hpp"
#include "postern/imap/ext/capability.hpp"
#include "progress_hook.hpp"

namespace postern::imap {
namespace {

class InProgressPlugin final : public Plugin {
public:
    explicit InProgressPlugin(Host& /*host*/) {}

    void configure(const ConfigNode& config, Diagnostics& problems) override {
        config.check_keys({"interval"}, problems);
        const auto interval = config.get_duration("interval", std::chrono::seconds(10), problems);
        hook_.set_interval(std::chrono::duration_cast<std::chrono::milliseconds>(interval));
    }
    Result<void> declare(Registrar& registrar) override {
        registrar.add<CommandHook>("imap-inprogress", hook_);
        registrar.add<Capability>("INPROGRESS", capability_);
        return {};
    }

private:
    ProgressHook hook_;
    StaticCapability capability_{{"INPROGRESS"}, Phase::after_sign_in};
};

constexpr postern_interface dependencies[] = {{"imap", 0, 0, postern_requires}, {}};

}  // namespace
}  // namespace postern::imap

POSTERN_PLUGIN(postern::imap::InProgressPlugin,
               {.id = "imap-inprogress",
                .summary = "IMAP INPROGRESS (RFC 9585)",
                .dependencies = postern::imap::dependencies,
                .config_schema = "interval: duration  a line this often while a command runs (10s)\n"});
