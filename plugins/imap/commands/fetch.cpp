// FETCH (RFC 3501 section 6.4.5).
#include "commands/commands.hpp"
#include "postern/imap/ext/engine.hpp"

namespace postern::imap {

namespace {

class FetchCommand final : public CommandHandler {
public:
    CommandTraits traits() const override { return {in_selected, true, Updates::numbers_stay_by_msn}; }

    Task<CommandResult> run(CommandContext* context) override {
        auto space = context->args.space();
        if (!space) co_return CommandResult::failed(space.error());
        Session& session = context->session;
        auto plan = session.engine().parse_fetch(session, context->uid, context->args);
        if (!plan) co_return CommandResult::failed(plan.error());
        auto done = co_await session.engine().fetch(&*plan);
        if (!done) co_return CommandResult::failed(done.error());
        co_return CommandResult::ok("FETCH completed");
    }
};

}  // namespace

std::unique_ptr<CommandHandler> make_fetch() {
    return std::make_unique<FetchCommand>();
}

}  // namespace postern::imap
