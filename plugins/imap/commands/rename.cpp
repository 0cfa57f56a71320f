// RENAME (RFC 3501 section 6.3.5).
#include "commands/commands.hpp"
#include "postern/imap/mailbox_name.hpp"

namespace postern::imap {

namespace {

class RenameCommand final : public CommandHandler {
public:
    CommandTraits traits() const override { return {}; }

    Task<CommandResult> run(CommandContext* context) override {
        Session& session = context->session;
        auto names = parse(context->args);
        if (!names) co_return CommandResult::failed(names.error());
        MailboxNameRules rules;
        rules.normalised = context->args.features().utf8_mailbox_names;
        auto allowed = check_mailbox_name(names->to, rules);
        if (!allowed) co_return CommandResult::failed(allowed.error());
        mail::Cause cause = session.cause("RENAME");
        auto renamed = co_await session.account()->rename_mailbox(names->from, names->to, std::move(cause));
        if (!renamed) co_return CommandResult::failed(renamed.error());
        co_return CommandResult::ok("RENAME completed");
    }

private:
    struct Names {
        std::string from;
        std::string to;
    };
    static Result<Names> parse(ArgumentCursor& in) {
        auto space = in.space();
        if (!space) return space.error();
        auto from = in.mailbox();
        if (!from) return from.error();
        auto to = parse_one_mailbox(in);
        if (!to) return to.error();
        if (to->size() > 1 && to->back() == mail::hierarchy_delimiter) to->pop_back();
        return Names{std::move(*from), std::move(*to)};
    }
};

}  // namespace

std::unique_ptr<CommandHandler> make_rename() {
    return std::make_unique<RenameCommand>();
}

}  // namespace postern::imap
