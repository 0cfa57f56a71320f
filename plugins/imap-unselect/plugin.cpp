// UNSELECT (RFC 3691): closes the mailbox as CLOSE does, but expunges nothing.
#include "postern/plugin/plugin.hpp"
#include "postern/imap/ext/capability.hpp"
#include "postern/imap/ext/command_handler.hpp"

namespace postern::imap {
namespace {

class UnselectCommand final : public CommandHandler {
public:
    CommandTraits traits() const override { return {.states = in_selected, .updates = Updates::none}; }
    Task<CommandResult> run(CommandContext* context) override {
        if (auto end = context->args.end(); !end) co_return CommandResult::failed(end.error());
        context->session.close_selected();
        co_return CommandResult::ok("UNSELECT completed");
    }
};

class UnselectPlugin final : public Plugin {
public:
    explicit UnselectPlugin(Host& /*host*/) {}

    Result<void> declare(Registrar& registrar) override {
        registrar.add<CommandHandler>("UNSELECT", command_);
        registrar.add<Capability>("UNSELECT", capability_);
        return {};
    }

private:
    UnselectCommand command_;
    StaticCapability capability_{{"UNSELECT"}, Phase::after_sign_in};
};

constexpr postern_interface dependencies[] = {{"imap", 0, 0, postern_requires}, {}};

}  // namespace
}  // namespace postern::imap

POSTERN_PLUGIN(postern::imap::UnselectPlugin, {.id = "imap-unselect",
                                               .summary = "IMAP UNSELECT (RFC 3691)",
                                               .dependencies = postern::imap::dependencies});
