// APPEND (RFC 3501 section 6.3.11). The octets of a message go straight into the string that is stored. Whether the
// mailbox exists and the message is not too large is decided when its literal is announced, before the octets come.
#include "commands/commands.hpp"
#include "postern/imap/ext/append_source.hpp"
#include "server.hpp"
#include "session.hpp"

namespace postern::imap {

namespace {

class AppendCommand final : public CommandHandler {
public:
    explicit AppendCommand(Server& server) : server_(server) {}
    CommandTraits traits() const override { return {}; }
    Task<CommandResult> run(CommandContext* context) override;
    LiteralDecision literal(Session& session, const LiteralOffer& offer, ArgumentCursor& args) override;

private:
    Task<Result<mail::NewMail>> message(CommandContext* context);
    /// Everything of a message before its octets.
    Result<void> parse_head(Session& session, ArgumentCursor& in, mail::NewMail& message) const;
    Result<bool> parse_option(Session& session, ArgumentCursor& in, mail::NewMail& message) const;
    AppendSource* find_source(ArgumentCursor& in) const;
    static LiteralDecision refuse(CommandResult result);

    Server& server_;
};

LiteralDecision AppendCommand::refuse(CommandResult result) {
    LiteralDecision decision;
    decision.kind = LiteralDecision::Kind::refuse;
    decision.refusal = std::move(result);
    return decision;
}

AppendSource* AppendCommand::find_source(ArgumentCursor& in) const {
    return server_.registries().append_sources.find(to_upper(in.peek_atom()));
}

Result<bool> AppendCommand::parse_option(Session& session, ArgumentCursor& in, mail::NewMail& message) const {
    const std::string word = to_upper(in.peek_atom());
    AppendOption* option = word.empty() ? nullptr : server_.registries().append_options.find(word);
    if (option == nullptr) return false;
    in.match_keyword(word);
    auto applied = option->apply(session, message, in);
    if (!applied) return applied.error();
    auto space = in.space();
    if (!space) return space.error();
    return true;
}

Result<void> AppendCommand::parse_head(Session& session, ArgumentCursor& in, mail::NewMail& message) const {
    auto space = in.space();
    if (!space) return space;
    if (in.peek() == '(') {
        auto flags = in.flag_list();
        if (!flags) return flags.error();
        message.flags = flags->system;
        message.keywords = std::move(flags->keywords);
        auto next = in.space();
        if (!next) return next;
    }
    if (in.peek() == '"') {
        auto date = in.date_time();
        if (!date) return date.error();
        message.internal_date = date->utc;
        message.zone = date->zone_minutes;
        auto next = in.space();
        if (!next) return next;
    }
    for (;;) {
        auto option = parse_option(session, in, message);
        if (!option) return option.error();
        if (!*option) return {};
    }
}

LiteralDecision AppendCommand::literal(Session& session, const LiteralOffer& offer, ArgumentCursor& args) {
    if (!args.space() || args.at_end()) return {};
    auto name = args.mailbox();
    if (!name) return {};
    auto found = session.find_mailbox(*name);
    if (!found) return refuse(CommandResult::no("There is no such mailbox", "TRYCREATE"));
    if (offer.size > server_.settings().append_limit) {
        return refuse(CommandResult::no("The message is too large", "TOOBIG"));
    }
    LiteralDecision decision;
    decision.kind = LiteralDecision::Kind::stream;
    mail::NewMail ignored;
    while (parse_head(session, args, ignored) && !args.at_end()) {
        if (AppendSource* source = find_source(args)) {
            args.match_keyword(args.peek_atom());
            return source->literal(session, offer, args);
        }
        if (!args.at_literal() || !args.literal()) return {};
    }
    return decision;
}

Task<Result<mail::NewMail>> AppendCommand::message(CommandContext* context) {
    mail::NewMail message;
    auto head = parse_head(context->session, context->args, message);
    if (!head) co_return head.error();
    if (AppendSource* source = find_source(context->args)) {
        context->args.match_keyword(context->args.peek_atom());
        auto content = co_await source->read(context);
        if (!content) co_return content.error();
        message.content = std::move(*content);
    } else {
        auto content = context->literal_octets();
        if (!content) co_return content.error();
        message.content = std::move(*content);
    }
    if (message.content->empty()) co_return Error(Errc::invalid, "A message cannot be empty");
    if (message.content->size() > server_.settings().append_limit) {
        co_return Error(Errc::too_large, "[TOOBIG] The message is too large");
    }
    co_return message;
}

Task<CommandResult> AppendCommand::run(CommandContext* context) {
    auto& session = static_cast<ServerSession&>(context->session);
    auto space = context->args.space();
    if (!space) co_return CommandResult::failed(space.error());
    auto name = context->args.mailbox();
    if (!name) co_return CommandResult::failed(name.error());
    mail::DeliveryRequest request;
    do {
        auto next = co_await message(context);
        if (!next) co_return CommandResult::failed(next.error());
        request.messages.push_back(std::move(*next));
    } while (session.session_features().several_appends && !context->args.at_end());
    auto end = context->args.end();
    if (!end) co_return CommandResult::failed(end.error());
    auto found = session.find_mailbox(*name);
    if (!found) co_return CommandResult::no("There is no such mailbox", "TRYCREATE");
    request.mailbox = (*found)->id;
    request.cause = session.cause("APPEND");
    const MailboxId mailbox = request.mailbox;
    auto result = co_await session.account()->deliver(std::move(request));
    if (!result && result.error().code == Errc::not_found) {
        co_return CommandResult::no("There is no such mailbox", "TRYCREATE");
    }
    if (!result) co_return CommandResult::failed(result.error());
    Operation operation{Operation::Kind::appended};
    operation.mailbox = session.account()->find_mailbox(mailbox);
    operation.uidvalidity = result->uidvalidity;
    operation.destination = UidSet::from_numbers(result->uids);
    std::string code = session.report(operation);
    co_return CommandResult::ok("APPEND completed", std::move(code));
}

}  // namespace

std::unique_ptr<CommandHandler> make_append(Server& server) {
    return std::make_unique<AppendCommand>(server);
}

}  // namespace postern::imap
