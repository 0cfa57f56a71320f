// SELECT and EXAMINE (RFC 3501 sections 6.3.1 and 6.3.2), with parameters (X20).
#include "commands/commands.hpp"
#include "postern/imap/arguments.hpp"
#include "postern/imap/ext/select_parameter.hpp"
#include "session.hpp"

namespace postern::imap {

namespace {

using Stages = std::vector<std::unique_ptr<SelectStage>>;

class SelectCommand final : public CommandHandler {
public:
    explicit SelectCommand(bool read_only) : read_only_(read_only) {}
    CommandTraits traits() const override { return {in_authenticated, false, Updates::none}; }
    Task<CommandResult> run(CommandContext* context) override;

private:
    Result<std::string> parse(CommandContext& context, Stages& stages) const;
    static void write_opened(ServerSession& session);

    bool read_only_;
};

Result<std::string> SelectCommand::parse(CommandContext& context, Stages& stages) const {
    auto space = context.args.space();
    if (!space) return space.error();
    auto arguments = parse_mailbox_arguments(context.args);
    if (!arguments) return arguments.error();
    for (const Parameter& parameter : arguments->parameters) {
        SelectParameter* owner = registries_of(context.session).select_parameters.find(parameter.name);
        if (owner == nullptr) return Error(Errc::protocol_violation, "Unknown parameter " + parameter.name);
        ArgumentCursor value = context.args.sub(parameter.begin, parameter.end);
        auto stage = owner->prepare(context.session, parameter, value);
        if (!stage) return stage.error();
        stages.push_back(std::move(*stage));
    }
    return std::move(arguments->mailbox);
}

void SelectCommand::write_opened(ServerSession& session) {
    const SelectedMailbox& selected = *session.selected();
    const mail::View& view = *selected.view;
    ResponseWriter out = session.writer();
    Flags flags;
    flags.system = flag_answered | flag_flagged | flag_deleted | flag_seen | flag_draft;
    flags.keywords = selected.mailbox->keywords();
    out.untagged().atom("FLAGS").flags(flags).end_line();
    out.untagged(view.count()).atom("EXISTS").end_line();
    if (out.modes().recent) out.untagged(view.recent()).atom("RECENT").end_line();
    const mail::Slot unseen = selected.mailbox->first_unseen();
    const std::uint32_t number = unseen == mail::no_slot ? 0 : view.number_of(unseen);
    const auto coded = [&](std::string code, std::string_view text) {
        session.writer().status("", "OK", code, text);
    };
    if (number != 0 && out.modes().recent && session.permit(ArgumentKind::message_number))
        coded("UNSEEN " + std::to_string(number), "First unseen message");
    const mail::MailboxInfo& info = selected.mailbox->info();
    coded("UIDVALIDITY " + std::to_string(info.uidvalidity), "UIDs are valid");
    coded("UIDNEXT " + std::to_string(info.uidnext), "Predicted next UID");
    session.write_permanent_flags();
}

Task<CommandResult> SelectCommand::run(CommandContext* context) {
    auto& session = static_cast<ServerSession&>(context->session);
    Stages stages;
    auto name = parse(*context, stages);
    if (!name) co_return CommandResult::failed(name.error());
    for (const auto& stage : stages) {
        auto allowed = stage->before_open(session);
        if (!allowed) co_return CommandResult::failed(allowed.error());
    }
    if (session.selected() != nullptr) {
        session.close_selected();
        session.report({Operation::Kind::closed});
    }
    auto found = session.find_mailbox(*name);
    if (!found) co_return CommandResult::failed(found.error());
    const MailboxId id = (*found)->id;
    const MailboxRights rights = session.rights(**found);
    if (!rights.read) co_return CommandResult::no("You may not read that mailbox", "NOPERM");
    const bool read_only = read_only_ || !rights.writes();
    auto mailbox = co_await session.account()->open_mailbox(id);
    if (!mailbox) co_return CommandResult::failed(mailbox.error());

    SelectedMailbox selected;
    selected.view = (*mailbox)->open_view(read_only);
    selected.mailbox = std::move(*mailbox);
    selected.read_only = read_only;
    session.select(std::move(selected));
    write_opened(session);
    Operation opened{Operation::Kind::opened};
    opened.mailbox = &session.selected()->mailbox->info();
    session.report(opened);
    for (const auto& stage : stages) {
        auto done = co_await stage->opened(&session);
        if (!done) {
            session.close_selected();
            co_return CommandResult::failed(done.error());
        }
    }
    co_return CommandResult::ok(context->name + " completed", read_only ? "READ-ONLY" : "READ-WRITE");
}

}  // namespace

std::unique_ptr<CommandHandler> make_select(bool read_only) {
    return std::make_unique<SelectCommand>(read_only);
}

}  // namespace postern::imap
