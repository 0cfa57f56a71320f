// EXPUNGE (RFC 3501 section 6.4.3). The responses are written by the announcement that follows every command.
#include "commands/commands.hpp"

namespace postern::imap {

namespace {

class ExpungeCommand final : public CommandHandler {
public:
    CommandTraits traits() const override { return {in_selected, false, Updates::all}; }

    Task<CommandResult> run(CommandContext* context) override {
        auto end = context->args.end();
        if (!end) co_return CommandResult::failed(end.error());
        Session& session = context->session;
        if (session.selected()->read_only)
            co_return CommandResult::no("The mailbox is open read-only", "NOPERM");
        mail::ExpungeRequest request;
        request.cause = session.cause("EXPUNGE");
        const std::shared_ptr<mail::Mailbox> mailbox = session.selected()->mailbox;
        auto result = co_await mailbox->expunge(std::move(request));
        if (!result) co_return CommandResult::failed(result.error());
        Operation operation{Operation::Kind::expunged};
        operation.source = UidSet::from_numbers(result->uids);
        operation.modseq = result->modseq;
        std::string code = session.report(operation);
        co_return CommandResult::ok("EXPUNGE completed", std::move(code));
    }
};

}  // namespace

std::unique_ptr<CommandHandler> make_expunge() {
    return std::make_unique<ExpungeCommand>();
}

}  // namespace postern::imap
