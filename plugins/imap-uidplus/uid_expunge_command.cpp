#include "uid_expunge_command.hpp"

namespace postern::imap {

namespace {

Result<std::vector<mail::Slot>> parse(CommandContext& context) {
    if (auto space = context.args.space(); !space) return space.error();
    auto set = context.args.sequence_set();
    if (!set) return set.error();
    if (auto end = context.args.end(); !end) return end.error();
    return context.session.resolve(*set, true);
}

}  // namespace

Task<CommandResult> UidExpungeCommand::run(CommandContext* context) {
    Session& session = context->session;
    auto slots = parse(*context);
    if (!slots) co_return CommandResult::failed(slots.error());
    if (session.selected()->read_only) co_return CommandResult::no("The mailbox is open read-only", "NOPERM");
    const mail::Columns columns = session.selected()->mailbox->columns();
    std::erase_if(*slots, [&](mail::Slot slot) { return (columns.flags[slot] & mail::deleted) == 0; });
    auto permitted = session.working_on(*slots);
    if (!permitted) co_return CommandResult::failed(permitted.error());
    mail::ExpungeRequest request;
    request.slots = std::move(*slots);
    request.cause = session.cause("UID EXPUNGE");
    auto result = co_await session.selected()->mailbox->expunge(std::move(request));
    if (!result) co_return CommandResult::failed(result.error());
    Operation operation{};
    operation.kind = Operation::Kind::expunged;
    operation.by_uid = true;
    operation.modseq = result->modseq;
    operation.source = UidSet::from_numbers(result->uids);
    co_return CommandResult::ok("UID EXPUNGE completed", session.report(operation));
}

}  // namespace postern::imap
