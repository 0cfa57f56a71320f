#include "commands/append.hpp"

#include "commands/commands.hpp"
#include "postern/imap/ext/engine.hpp"
#include "postern/mime/header.hpp"
#include "session.hpp"

namespace postern::imap {

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
    std::optional<mail::DeliveryResult> copy;
    if (!copies_.empty() && request.messages.size() == 1 && request.messages.front().content)
        copy = co_await find_copy(&session, mailbox, request.messages.front().content);
    Result<mail::DeliveryResult> result = Error(Errc::internal);
    if (copy)
        result = std::move(*copy);
    else
        result = co_await session.account()->deliver(std::move(request));
    if (!result && result.error().code == Errc::not_found) co_return no_mailbox();
    if (!result) co_return CommandResult::failed(result.error());
    Operation operation{Operation::Kind::appended};
    operation.mailbox = session.account()->find_mailbox(mailbox);
    operation.uidvalidity = result->uidvalidity;
    operation.destination = UidSet::from_numbers(result->uids);
    std::string code = session.report(operation);
    co_return CommandResult::ok("APPEND completed", std::move(code));
}

Task<std::optional<mail::DeliveryResult>> AppendCommand::find_copy(
    Session* session, MailboxId mailbox, std::shared_ptr<const std::string> content) {
    const std::string_view header = std::string_view(*content).substr(0, mime::header_length(*content));
    std::string id;
    mime::append_unfolded(mime::first_value(header, "Message-ID"), id);
    std::optional<Uid> uid;
    for (const mail::ExistingCopies* copies : copies_) {
        if (!uid && !id.empty()) uid = copies->find_copy(session->account()->id(), mailbox, id);
    }
    if (!uid) co_return std::nullopt;
    auto open = co_await session->account()->open_mailbox(mailbox);
    if (!open || (*open)->find(*uid) == mail::no_slot) co_return std::nullopt;
    mail::DeliveryResult result;
    result.uidvalidity = (*open)->info().uidvalidity;
    result.uids.push_back(*uid);
    co_return result;
}

std::unique_ptr<CommandHandler> make_append() {
    return std::make_unique<AppendCommand>();
}

}  // namespace postern::imap
