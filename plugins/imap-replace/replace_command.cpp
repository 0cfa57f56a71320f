#include "replace_command.hpp"

#include "postern/imap/ext/engine.hpp"

namespace postern::imap {

namespace {

/// seq-number or uid: one of them, no set.
Result<SequenceSet> parse_target(ArgumentCursor& args) {
    if (auto space = args.space(); !space) return space.error();
    auto set = args.sequence_set();
    if (!set) return set.error();
    const bool one = !set->is_reference() && set->ranges().size() == 1 &&
                     set->ranges().front().first == set->ranges().front().last;
    if (!one) return args.error("one message, no set");
    if (auto space = args.space(); !space) return space.error();
    return set;
}

CommandResult no_mailbox() {
    return CommandResult::no("There is no such mailbox", "TRYCREATE");
}

/// APPENDUID is told before the expunge (section 4.3); the answer carries what an expunge brings.
std::string report(Session& session, const mail::DeliveryResult& result, MailboxId mailbox, Uid replaced,
                   bool by_uid) {
    Operation appended{Operation::Kind::appended};
    appended.by_uid = by_uid;
    appended.mailbox = session.account()->find_mailbox(mailbox);
    appended.uidvalidity = result.uidvalidity;
    appended.destination = UidSet::from_numbers(result.uids);
    const std::string code = session.report(appended);
    if (!code.empty()) session.writer().status("", "OK", code, "Replacement message ready");
    Operation expunged{Operation::Kind::expunged};
    expunged.by_uid = by_uid;
    expunged.source.add(replaced);
    expunged.modseq = result.expunge_modseq;
    return session.report(expunged);
}

}  // namespace

LiteralDecision ReplaceCommand::literal(Session& session, const LiteralOffer& offer, ArgumentCursor& args) {
    // What is wrong before the mailbox's name, or the name being a literal, shows when the command runs.
    if (!parse_target(args) || args.at_end()) return {};
    auto name = args.mailbox();
    if (!name) return {};
    LiteralDecision decision;
    decision.kind = LiteralDecision::Kind::refuse;
    if (session.selected()->read_only) {
        decision.refusal = CommandResult::no("The mailbox is open read-only", "NOPERM");
    } else if (!session.find_mailbox(*name)) {
        decision.refusal = no_mailbox();
    } else {
        return session.engine().message_literal(session, offer, args);
    }
    return decision;
}

Task<CommandResult> ReplaceCommand::run(CommandContext* context) {
    Session& session = context->session;
    auto target = parse_target(context->args);
    if (!target) co_return CommandResult::failed(target.error());
    auto name = context->args.mailbox();
    if (!name) co_return CommandResult::failed(name.error());
    auto message = co_await session.engine().read_message(context);
    if (!message) co_return CommandResult::failed(message.error());
    if (auto end = context->args.end(); !end) co_return CommandResult::failed(end.error());
    auto slots = session.resolve(*target, context->uid);
    if (!slots) co_return CommandResult::failed(slots.error());
    if (session.selected()->read_only) co_return CommandResult::no("The mailbox is open read-only", "NOPERM");
    auto found = session.find_mailbox(*name);
    if (!found) co_return no_mailbox();
    if (slots->empty()) co_return CommandResult::no("There is no such message", "NONEXISTENT");

    const MailboxId mailbox = (*found)->id;
    const Uid replaced = session.selected()->mailbox->columns().uid[slots->front()];
    mail::DeliveryRequest request;
    request.mailbox = mailbox;
    request.messages.push_back(std::move(*message));
    request.replaced_in = session.selected()->mailbox;
    request.replaced = std::move(*slots);
    request.cause = session.cause("REPLACE");
    auto result = co_await session.account()->deliver(std::move(request));
    if (!result && result.error().code == Errc::not_found) {
        if (session.account()->find_mailbox(mailbox) == nullptr) co_return no_mailbox();
        co_return CommandResult::no("That message no longer exists", "EXPUNGEISSUED");
    }
    if (!result) co_return CommandResult::failed(result.error());
    std::string code = report(session, *result, mailbox, replaced, context->uid);
    co_return CommandResult::ok("REPLACE completed", std::move(code));
}

}  // namespace postern::imap
