// NOOP and CHECK (RFC 3501 sections 6.1.2 and 6.4.1): the dispatcher tells what is new after every command, and every
// commit is durable, so neither has work of its own.
#include "commands/commands.hpp"

namespace postern::imap {

namespace {

class NothingCommand final : public CommandHandler {
public:
    explicit NothingCommand(StateSet states) : states_(states) {}
    CommandTraits traits() const override { return {states_, false, Updates::all}; }

    Task<CommandResult> run(CommandContext* context) override {
        auto end = context->args.end();
        if (!end) co_return CommandResult::failed(end.error());
        co_return CommandResult::ok(context->name + " completed");
    }

private:
    StateSet states_;
};

}  // namespace

std::unique_ptr<CommandHandler> make_noop() {
    return std::make_unique<NothingCommand>(in_any_state);
}
std::unique_ptr<CommandHandler> make_check() {
    return std::make_unique<NothingCommand>(in_selected);
}

}  // namespace postern::imap
