// LOGOUT (RFC 3501 section 6.1.3).
#include "commands/commands.hpp"

namespace postern::imap {

namespace {

class LogoutCommand final : public CommandHandler {
public:
    CommandTraits traits() const override { return {in_any_state, false, Updates::none}; }

    Task<CommandResult> run(CommandContext* context) override {
        auto end = context->args.end();
        if (!end) co_return CommandResult::failed(end.error());
        context->session.writer().status("", "BYE", "", "Goodbye");
        context->session.log_out();
        co_return CommandResult::ok("LOGOUT completed");
    }
};

}  // namespace

std::unique_ptr<CommandHandler> make_logout() {
    return std::make_unique<LogoutCommand>();
}

}  // namespace postern::imap
