// APPEND (RFC 3501 section 6.3.11). Whether the mailbox exists and the message is not too large is decided when its literal
// is announced, before the octets come.
#include "commands/commands.hpp"
#include "postern/imap/ext/engine.hpp"
#include "session.hpp"

namespace postern::imap {

namespace {

class AppendCommand final : public CommandHandler {
public:
    CommandTraits traits() const override { return {}; }
    Task<CommandResult> run(CommandContext* context) override;
    LiteralDecision literal(Session& session, const LiteralOffer& offer, ArgumentCursor& args) override;

private:
    static CommandResult no_mailbox() { return CommandResult::no("There is no such mailbox", "TRYCREATE"); }
};

LiteralDecision AppendCommand::literal(Session& session, const LiteralOffer& offer, ArgumentCursor& args) {
    // The name itself may be the literal.
    if (!args.space() || args.at_end()) return {};
    auto name = args.mailbox();
    if (!name) return {};
    if (session.find_mailbox(*name)) return session.engine().message_literal(session, offer, args);
    LiteralDecision decision;
    decision.kind = LiteralDecision::Kind::refuse;
    decision.refusal = no_mailbox();
    return decision;
}

Task<CommandResult> AppendCommand::run(CommandContext* context) {
    auto& session = static_cast<ServerSession&>(context->session);
    auto space = context->args.space();
    if (!space) co_return CommandResult::failed(space.error());
    auto name = context->args.mailbox();
    if (!name) co_return CommandResult::failed(name.error());
    mail::DeliveryRequest request;
    do {
        auto message = co_await session.engine().read_message(context);
        if (!message) co_return CommandResult::failed(message.error());
        request.messages.push_back(std::move(*message));
    } while (session.session_features().several_appends && !context->args.at_end());
    auto end = context->args.end();
    if (!end) co_return CommandResult::failed(end.error());
    auto found = session.find_mailbox(*name);
    if (!found) co_return no_mailbox();
    const MailboxId mailbox = (*found)->id;
    request.mailbox = mailbox;
    request.cause = session.cause("APPEND");
    auto result = co_await session.account()->deliver(std::move(request));
    if (!result && result.error().code == Errc::not_found) co_return no_mailbox();
    if (!result) co_return CommandResult::failed(result.error());
    Operation operation{Operation::Kind::appended};
    operation.mailbox = session.account()->find_mailbox(mailbox);
    operation.uidvalidity = result->uidvalidity;
    operation.destination = UidSet::from_numbers(result->uids);
    std::string code = session.report(operation);
    co_return CommandResult::ok("APPEND completed", std::move(code));
}

}  // namespace

std::unique_ptr<CommandHandler> make_append() {
    return std::make_unique<AppendCommand>();
}

}  // namespace postern::imap
