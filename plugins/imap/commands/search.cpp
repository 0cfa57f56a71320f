// SEARCH (RFC 3501 section 6.4.4), with return options (X17).
#include "commands/commands.hpp"
#include "postern/imap/ext/engine.hpp"

namespace postern::imap {

namespace {

class SearchCommand final : public CommandHandler {
public:
    CommandTraits traits() const override { return {in_selected, true, Updates::numbers_stay_by_msn}; }

    Task<CommandResult> run(CommandContext* context) override {
        Session& session = context->session;
        Engine& engine = session.engine();
        SearchPlan plan(session);
        plan.tag = context->tag;
        plan.uid = context->uid;
        auto returns = engine.parse_search_returns(plan, context->args);
        if (!returns) co_return CommandResult::failed(returns.error());
        if (!plan.extended && !session.writer_modes().plain_search) {
            ArgumentCursor standard(" RETURN ()");
            auto parsed = engine.parse_search_returns(plan, standard);
            if (!parsed) co_return CommandResult::failed(parsed.error());
        }
        auto program = engine.parse_search_program(plan, context->args);
        if (!program) co_return CommandResult::failed(program.error());
        // A UID command whose criteria hold message numbers keeps them valid too.
        if (plan.uses_numbers()) context->updates = Updates::numbers_stay;
        auto found = co_await engine.search(&plan);
        if (!found) co_return CommandResult::failed(found.error());
        auto replied = engine.reply_to_search(plan);
        if (!replied) co_return CommandResult::failed(replied.error());
        co_return CommandResult::ok("SEARCH completed");
    }
};

}  // namespace

std::unique_ptr<CommandHandler> make_search() {
    return std::make_unique<SearchCommand>();
}

}  // namespace postern::imap
