// UNAUTHENTICATE (RFC 8437): a client that acts for many users signs in again on the same connection. Only for servers
// whose clients need it: a proxy in front that stops looking after the first sign-in would let the second one pass.
#include "postern/plugin/plugin.hpp"
#include "postern/imap/ext/capability.hpp"
#include "postern/imap/ext/command_handler.hpp"

namespace postern::imap {
namespace {

class UnauthenticateCommand final : public CommandHandler {
public:
    /// Nothing is told of the mailbox that is left (section 3).
    CommandTraits traits() const override { return {in_authenticated, false, Updates::none}; }

    Task<CommandResult> run(CommandContext* context) override {
        if (auto end = context->args.end(); !end) co_return CommandResult::failed(end.error());
        context->session.unauthenticate();
        co_return CommandResult::ok("You are nobody now");
    }
};

class UnauthenticatePlugin final : public Plugin {
public:
    explicit UnauthenticatePlugin(Host& /*host*/) {}

    Result<void> declare(Registrar& registrar) override {
        registrar.add<CommandHandler>("UNAUTHENTICATE", command_);
        registrar.add<Capability>("UNAUTHENTICATE", capability_);
        return {};
    }

private:
    UnauthenticateCommand command_;
    StaticCapability capability_{{"UNAUTHENTICATE"}, Phase::after_sign_in};
};

constexpr postern_interface dependencies[] = {{"imap", 0, 0, postern_requires}, {}};

}  // namespace
}  // namespace postern::imap

POSTERN_PLUGIN(postern::imap::UnauthenticatePlugin, {.id = "imap-unauthenticate",
                                                     .summary = "IMAP UNAUTHENTICATE (RFC 8437)",
                                                     .dependencies = postern::imap::dependencies});
