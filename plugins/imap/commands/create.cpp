// CREATE (RFC 3501 section 6.3.3), with parameters (X25).
#include "commands/commands.hpp"
#include "postern/imap/arguments.hpp"
#include "postern/imap/ext/select_parameter.hpp"
#include "postern/imap/mailbox_name.hpp"
#include "session.hpp"

namespace postern::imap {

namespace {

class CreateCommand final : public CommandHandler {
public:
    CommandTraits traits() const override { return {}; }

    Task<CommandResult> run(CommandContext* context) override {
        CreatePlan plan{context->session, {}, {}};
        plan.options.cause = context->session.cause("CREATE");
        auto parsed = parse(*context, plan);
        if (!parsed) co_return CommandResult::failed(parsed.error());
        auto created =
            co_await context->session.account()->create_mailbox(plan.name, std::move(plan.options));
        if (!created) co_return CommandResult::failed(created.error());
        Operation operation{Operation::Kind::created};
        operation.mailbox = context->session.account()->find_mailbox(*created);
        std::string code = context->session.report(operation);
        co_return CommandResult::ok("CREATE completed", std::move(code));
    }

private:
    Result<void> parse(CommandContext& context, CreatePlan& plan) const {
        auto space = context.args.space();
        if (!space) return space;
        auto arguments = parse_mailbox_arguments(context.args);
        if (!arguments) return arguments.error();
        plan.name = std::move(arguments->mailbox);
        // A delimiter at the end announces children (RFC 3501 section 6.3.3); every mailbox of ours may have some.
        if (plan.name.size() > 1 && plan.name.back() == mail::hierarchy_delimiter) plan.name.pop_back();
        MailboxNameRules rules;
        rules.normalised = context.args.features().utf8_mailbox_names;
        auto allowed = check_mailbox_name(plan.name, rules);
        if (!allowed) return allowed;
        for (const Parameter& parameter : arguments->parameters) {
            CreateParameter* owner = registries_of(context.session).create_parameters.find(parameter.name);
            if (owner == nullptr)
                return Error(Errc::protocol_violation, "Unknown parameter " + parameter.name);
            ArgumentCursor value = context.args.sub(parameter.begin, parameter.end);
            auto applied = owner->apply(plan, parameter, value);
            if (!applied) return applied;
        }
        return {};
    }
};

}  // namespace

std::unique_ptr<CommandHandler> make_create() {
    return std::make_unique<CreateCommand>();
}

}  // namespace postern::imap
