// REPLACE (RFC 8508): a draft is saved again without a moment in which there are two, or none.
#include "postern/plugin/plugin.hpp"
#include "postern/imap/ext/capability.hpp"
#include "replace_command.hpp"

namespace postern::imap {
namespace {

class ReplacePlugin final : public Plugin {
public:
    explicit ReplacePlugin(Host& /*host*/) {}

    Result<void> declare(Registrar& registrar) override {
        registrar.add<CommandHandler>("REPLACE", command_);
        registrar.add<Capability>("REPLACE", capability_);
        return {};
    }

private:
    ReplaceCommand command_;
    StaticCapability capability_{{"REPLACE"}, Phase::after_sign_in};
};

constexpr postern_interface dependencies[] = {{"imap", 0, 0, postern_requires}, {}};

}  // namespace
}  // namespace postern::imap

POSTERN_PLUGIN(postern::imap::ReplacePlugin, {.id = "imap-replace",
                                              .summary = "IMAP REPLACE (RFC 8508)",
                                              .dependencies = postern::imap::dependencies});
