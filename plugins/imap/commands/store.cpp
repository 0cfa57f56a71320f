// STORE (RFC 3501 section 6.4.6), with modifiers (X15).
#include <algorithm>

#include "commands/commands.hpp"
#include "flag_watch.hpp"
#include "postern/imap/arguments.hpp"
#include "postern/imap/ext/store_modifier.hpp"
#include "session.hpp"

namespace postern::imap {

namespace {

mail::StoreFlagsRequest::Mode mode_of(StoreMode mode) {
    switch (mode) {
        case StoreMode::add:
            return mail::StoreFlagsRequest::Mode::add;
        case StoreMode::remove:
            return mail::StoreFlagsRequest::Mode::remove;
        case StoreMode::replace:
            break;
    }
    return mail::StoreFlagsRequest::Mode::replace;
}

/// `all` without `some`; both ascending.
std::vector<mail::Slot> without(const std::vector<mail::Slot>& all, const std::vector<mail::Slot>& some) {
    std::vector<mail::Slot> rest;
    std::ranges::set_difference(all, some, std::back_inserter(rest));
    return rest;
}

class StoreCommand final : public CommandHandler {
public:
    CommandTraits traits() const override { return {in_selected, true, Updates::numbers_stay_by_msn}; }
    Task<CommandResult> run(CommandContext* context) override;

private:
    Result<void> parse(CommandContext& context, StorePlan& plan) const;
    static Task<Result<void>> tell(ServerSession* session, const StorePlan* plan,
                                   std::vector<mail::Slot> slots, std::vector<mail::Slot> refused);
};

Result<void> StoreCommand::parse(CommandContext& context, StorePlan& plan) const {
    Session& session = context.session;
    auto space = context.args.space();
    if (!space) return space;
    auto arguments = parse_store(context.args);
    if (!arguments) return arguments.error();
    if (arguments->item != "FLAGS")
        return Error(Errc::protocol_violation, "Unknown STORE item " + arguments->item);
    plan.uid = context.uid;
    plan.silent = arguments->silent;
    plan.request.mode = mode_of(arguments->mode);
    plan.request.flags = arguments->flags.system;
    plan.request.keywords = std::move(arguments->flags.keywords);
    plan.request.cause = session.cause("STORE");
    plan.request.silent_for = session.selected()->view.get();
    for (const Parameter& parameter : arguments->modifiers) {
        StoreModifier* modifier = registries_of(context.session).store_modifiers.find(parameter.name);
        if (modifier == nullptr)
            return Error(Errc::protocol_violation, "Unknown STORE modifier " + parameter.name);
        ArgumentCursor value = context.args.sub(parameter.begin, parameter.end);
        auto applied = modifier->apply(plan, parameter, value);
        if (!applied) return applied;
    }
    auto slots = session.resolve(arguments->set, context.uid);
    if (!slots) return slots.error();
    plan.request.slots = std::move(*slots);
    return session.working_on(plan.request.slots);
}

Task<Result<void>> StoreCommand::tell(ServerSession* session, const StorePlan* plan,
                                      std::vector<mail::Slot> slots, std::vector<mail::Slot> refused) {
    // A keyword is told before the first message that has it.
    auto announced = co_await session->announce(true);
    if (!announced) co_return announced.error();
    if (!plan->silent) {
        auto told = co_await session->write_flags(std::move(slots), plan->uid);
        if (!told) co_return told.error();
    } else {
        const bool answers = std::ranges::any_of(
            session->filters(), [](const ResponseFilter* f) { return f->answers_silent_store(); });
        if (answers) {
            auto told = co_await session->write_filtered(std::move(slots), plan->uid);
            if (!told) co_return told.error();
        }
    }
    if (plan->tell_refused && !refused.empty()) {
        auto told = co_await session->write_flags(std::move(refused), plan->uid);
        if (!told) co_return told.error();
    }
    co_return Result<void>();
}

Task<CommandResult> StoreCommand::run(CommandContext* context) {
    auto& session = static_cast<ServerSession&>(context->session);
    StorePlan plan{session, false, false, {}, false};
    auto parsed = parse(*context, plan);
    if (!parsed) co_return CommandResult::failed(parsed.error());
    if (session.selected()->read_only) co_return CommandResult::no("The mailbox is open read-only", "NOPERM");
    if (plan.request.slots.empty()) co_return CommandResult::ok("No such messages");
    const std::vector<mail::Slot> named = plan.request.slots;
    const std::shared_ptr<mail::Mailbox> mailbox = session.selected()->mailbox;
    const FlagWatch watch(session, named);
    auto result = co_await mailbox->store_flags(std::move(plan.request));
    if (!result) co_return CommandResult::failed(result.error());
    watch.tell(result->changed);

    std::vector<mail::Slot> stored = without(without(named, result->modified), result->gone);
    auto told = co_await tell(&session, &plan, std::move(stored), result->modified);
    if (!told) co_return CommandResult::failed(told.error());
    Operation operation{Operation::Kind::stored};
    operation.by_uid = context->uid;
    operation.modseq = result->modseq;
    operation.refused = session.numbers_of(result->modified, context->uid);
    std::string code = session.report(operation);
    if (result->gone.empty()) co_return CommandResult::ok("STORE completed", std::move(code));
    if (code.empty()) code = "EXPUNGEISSUED";
    co_return CommandResult::no("Some messages no longer exist", std::move(code));
}

}  // namespace

std::unique_ptr<CommandHandler> make_store() {
    return std::make_unique<StoreCommand>();
}

}  // namespace postern::imap
