// STATUS (RFC 3501 section 6.3.10).
#include "commands/commands.hpp"
#include "postern/imap/arguments.hpp"
#include "postern/imap/ext/engine.hpp"

namespace postern::imap {

namespace {

class StatusCommand final : public CommandHandler {
public:
    CommandTraits traits() const override { return {}; }

    Task<CommandResult> run(CommandContext* context) override {
        auto space = context->args.space();
        if (!space) co_return CommandResult::failed(space.error());
        auto arguments = parse_status(context->args);
        if (!arguments) co_return CommandResult::failed(arguments.error());
        Session& session = context->session;
        auto written = co_await session.engine().write_status(&session, std::move(arguments->mailbox),
                                                              std::move(arguments->items));
        if (!written) co_return CommandResult::failed(written.error());
        co_return CommandResult::ok("STATUS completed");
    }
};

}  // namespace

std::unique_ptr<CommandHandler> make_status() {
    return std::make_unique<StatusCommand>();
}

}  // namespace postern::imap
