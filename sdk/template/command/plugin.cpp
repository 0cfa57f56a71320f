// The smallest useful plugin: one IMAP command, one setting. docs/plugin-author.md explains every line.
#include "postern/plugin/plugin.hpp"
#include "hello_command.hpp"
#include "postern/imap/ext/capability.hpp"

namespace example {
namespace {

class HelloPlugin final : public postern::Plugin {
public:
    explicit HelloPlugin(postern::Host& /*host*/) {}

    void configure(const postern::ConfigNode& config, postern::Diagnostics& problems) override {
        config.check_keys({"greeting"}, problems);
        command_.set_greeting(config.get_string("greeting", "Hello", problems));
    }

    postern::Result<void> declare(postern::Registrar& registrar) override {
        registrar.add<postern::imap::CommandHandler>("XHELLO", command_);
        registrar.add<postern::imap::Capability>("XHELLO", capability_);
        return {};
    }

private:
    HelloCommand command_;
    postern::imap::StaticCapability capability_{{"XHELLO"}};
};

constexpr postern_interface dependencies[] = {{"imap", 0, 0, postern_requires}, {}};

}  // namespace
}  // namespace example

POSTERN_PLUGIN(example::HelloPlugin, {.id = "imap-hello",
                                      .version = "1.0.0",
                                      .vendor = "Example",
                                      .summary = "IMAP XHELLO: greets",
                                      .dependencies = example::dependencies,
                                      .config_schema = "greeting: text  how to greet (Hello)\n"});
