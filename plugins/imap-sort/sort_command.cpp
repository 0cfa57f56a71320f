#include "sort_command.hpp"

#include "postern/imap/ext/engine.hpp"

namespace postern::imap {

namespace {

constexpr std::size_t max_criteria = 32;

}  // namespace

const SortKey* SortCommand::find(const Session& session, std::string_view name) const {
    for (const auto& key : keys_) {
        if (equals_ignore_case(key.name, name) && extensions_->has(session, key.plugin)) return key.object;
    }
    return nullptr;
}

Result<std::vector<SortCriterion>> SortCommand::parse_criteria(const Session& session,
                                                               ArgumentCursor& in) const {
    std::vector<SortCriterion> criteria;
    if (auto open = in.expect('('); !open) return open.error();
    for (;;) {
        SortCriterion criterion;
        auto name = in.keyword();
        if (!name) return name.error();
        if (*name == "REVERSE") {
            criterion.reverse = true;
            if (auto space = in.space(); !space) return space.error();
            name = in.keyword();
            if (!name) return name.error();
        }
        criterion.key = find(session, *name);
        if (criterion.key == nullptr) return in.error("unknown sort key " + *name);
        criteria.push_back(criterion);
        if (criteria.size() > max_criteria) return in.error("too many sort keys");
        auto last = in.list_end();
        if (!last) return last.error();
        if (*last) return criteria;
    }
}

Result<void> SortCommand::parse(CommandContext& context, SearchPlan& plan) const {
    Engine& engine = context.session.engine();
    plan.sorted = true;
    if (auto returns = engine.parse_search_returns(plan, context.args); !returns) return returns;
    if (auto space = context.args.space(); !space) return space;
    auto criteria = parse_criteria(context.session, context.args);
    if (!criteria) return criteria.error();
    plan.order = std::make_shared<KeyOrder>(std::move(*criteria));
    if (auto space = context.args.space(); !space) return space;
    return engine.parse_search_with_charset(plan, context.args);
}

Task<CommandResult> SortCommand::run(CommandContext* context) {
    Session& session = context->session;
    SearchPlan plan(session);
    plan.tag = context->tag;
    plan.command = "SORT";
    plan.uid = context->uid;
    auto parsed = parse(*context, plan);
    if (!parsed) co_return CommandResult::failed(parsed.error());
    if (plan.uses_numbers()) context->updates = Updates::numbers_stay;
    auto found = co_await session.engine().search(&plan);
    if (!found) co_return CommandResult::failed(found.error());
    auto sorted = co_await plan.order->sort(&session, &plan.result);
    if (!sorted) co_return CommandResult::failed(sorted.error());
    auto replied = session.engine().reply_to_search(plan);
    if (!replied) co_return CommandResult::failed(replied.error());
    co_return CommandResult::ok("SORT completed");
}

}  // namespace postern::imap
