// MOVE and UID MOVE (RFC 6851): COPY and EXPUNGE in one transaction. COPYUID, where it is loaded, comes in an untagged
// OK before the expunges (section 4.3); the core reports the operation so.
#include "postern/plugin/plugin.hpp"
#include "postern/imap/ext/capability.hpp"
#include "postern/imap/ext/command_handler.hpp"
#include "postern/imap/ext/engine.hpp"

namespace postern::imap {
namespace {

class MoveCommand final : public CommandHandler {
public:
    CommandTraits traits() const override {
        return {.states = in_selected, .uid_form = true, .updates = Updates::all};
    }
    Task<CommandResult> run(CommandContext* context) override {
        auto result = co_await context->session.engine().transfer(context, true);
        co_return result;
    }
};

class MovePlugin final : public Plugin {
public:
    explicit MovePlugin(Host& /*host*/) {}

    Result<void> declare(Registrar& registrar) override {
        registrar.add<CommandHandler>("MOVE", command_);
        registrar.add<Capability>("MOVE", capability_);
        return {};
    }

private:
    MoveCommand command_;
    StaticCapability capability_{{"MOVE"}, Phase::after_sign_in};
};

constexpr postern_interface dependencies[] = {{"imap", 0, 0, postern_requires}, {}};

}  // namespace
}  // namespace postern::imap

POSTERN_PLUGIN(postern::imap::MovePlugin, {.id = "imap-move",
                                           .summary = "IMAP MOVE (RFC 6851)",
                                           .dependencies = postern::imap::dependencies});
