// COPY and commands like it (X28, RFC 3501 section 6.4.7).
#include "core_engine.hpp"
#include "session.hpp"
#include "transfer_elsewhere.hpp"

namespace postern::imap {

namespace {

Operation facts(const mail::TransferResult& result, bool move, bool by_uid) {
    Operation operation{move ? Operation::Kind::moved : Operation::Kind::copied};
    operation.by_uid = by_uid;
    operation.uidvalidity = result.uidvalidity;
    operation.modseq = result.modseq;
    operation.source = UidSet::from_numbers(result.source);
    operation.destination = UidSet::from_numbers(result.destination);
    return operation;
}

}  // namespace

Task<CommandResult> CoreEngine::transfer(CommandContext* context, bool move) {
    Session& session = context->session;
    ArgumentCursor& in = context->args;
    auto space = in.space();
    if (!space) co_return CommandResult::failed(space.error());
    auto set = in.sequence_set();
    if (!set) co_return CommandResult::failed(set.error());
    auto second = in.space();
    if (!second) co_return CommandResult::failed(second.error());
    auto name = in.mailbox();
    if (!name) co_return CommandResult::failed(name.error());
    auto end = in.end();
    if (!end) co_return CommandResult::failed(end.error());
    auto slots = session.resolve(*set, context->uid);
    if (!slots) co_return CommandResult::failed(slots.error());
    auto destination = session.find_mailbox(*name);
    if (!destination) co_return CommandResult::no("There is no such mailbox", "TRYCREATE");
    if (move && session.selected()->read_only)
        co_return CommandResult::no("The mailbox is open read-only", "NOPERM");
    auto permitted = session.working_on(*slots);
    if (!permitted) co_return CommandResult::failed(permitted.error());
    if (slots->empty()) co_return CommandResult::ok("No such messages");

    mail::TransferRequest request;
    request.slots = std::move(*slots);
    request.destination = (*destination)->id;
    request.move = move;
    request.cause = session.cause(context->name);
    const MailboxId destination_id = request.destination;
    const std::size_t wanted = request.slots.size();
    const std::shared_ptr<mail::Mailbox> mailbox = session.selected()->mailbox;
    const bool elsewhere = mailbox->account().find_mailbox(destination_id) == nullptr;
    const MailboxRights rights = static_cast<ServerSession&>(session).rights(mailbox->info());
    if (move && elsewhere && (!rights.expunge || (rights.flags.flags & mail::deleted) == 0))
        co_return CommandResult::no("You may not remove messages there", "NOPERM");
    Result<mail::TransferResult> result = Error(Errc::internal);
    if (elsewhere) {
        result = co_await transfer_elsewhere(session.account(), mailbox, std::move(request));
    } else {
        result = co_await mailbox->transfer(std::move(request));
    }
    if (!result) {
        // Otherwise it is the selected mailbox that somebody has deleted.
        if (result.error().code == Errc::not_found &&
            session.account()->find_mailbox(destination_id) == nullptr)
            co_return CommandResult::no("There is no such mailbox", "TRYCREATE");
        co_return CommandResult::failed(result.error());
    }
    if (result->source.empty())
        co_return CommandResult::no("Those messages no longer exist", "EXPUNGEISSUED");
    Operation operation = facts(*result, move, context->uid);
    operation.mailbox = session.account()->find_mailbox(destination_id);
    std::string code = session.report(operation);
    std::string text = result->source.size() == wanted ? context->name + " completed"
                                                       : "Done, without messages that no longer exist";
    co_return CommandResult::ok(std::move(text), std::move(code));
}

}  // namespace postern::imap
