// Messages as APPEND and commands like it take them (RFC 3501 section 6.3.11). The octets of a literal go straight into the
// string that is stored.
#include "core_engine.hpp"
#include "postern/imap/ext/session.hpp"

namespace postern::imap {

namespace {
/// What one command may bring, in terms of the largest message.
constexpr std::uint64_t messages_together = 4;
}  // namespace

AppendSource* CoreEngine::take_source(ArgumentCursor& in) const {
    const std::string word = to_upper(in.peek_atom());
    AppendSource* source = word.empty() ? nullptr : registries_.append_sources.find(word);
    if (source != nullptr) in.match_keyword(word);
    return source;
}

Result<bool> CoreEngine::parse_message_option(Session& session, ArgumentCursor& in,
                                              mail::NewMail& message) const {
    const std::string word = to_upper(in.peek_atom());
    AppendOption* option = word.empty() ? nullptr : registries_.append_options.find(word);
    if (option == nullptr) return false;
    in.match_keyword(word);
    auto applied = option->apply(session, message, in);
    if (!applied) return applied.error();
    auto space = in.space();
    if (!space) return space.error();
    return true;
}

Result<void> CoreEngine::parse_message_head(Session& session, ArgumentCursor& in,
                                            mail::NewMail& message) const {
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
        auto option = parse_message_option(session, in, message);
        if (!option) return option.error();
        if (!*option) return {};
    }
}

LiteralDecision CoreEngine::message_literal(Session& session, const LiteralOffer& offer,
                                            ArgumentCursor& args) {
    LiteralDecision decision;
    // Several messages may come in one command, and wait for its end in memory.
    std::uint64_t together = offer.size;
    for (const LiteralRef& earlier : offer.literals) together += earlier.streamed ? earlier.size : 0;
    if (offer.size > settings_.append_limit || together > messages_together * settings_.append_limit) {
        decision.kind = LiteralDecision::Kind::refuse;
        decision.refusal = CommandResult::no("The message is too large", "TOOBIG");
        return decision;
    }
    mail::NewMail ignored;
    // Earlier messages of the same command lie behind.
    while (parse_message_head(session, args, ignored) && !args.at_end()) {
        if (AppendSource* source = take_source(args)) return source->literal(session, offer, args);
        if (!args.at_literal() || !args.literal()) return decision;
    }
    decision.kind = LiteralDecision::Kind::stream;
    return decision;
}

Task<Result<mail::NewMail>> CoreEngine::read_message(CommandContext* context) {
    mail::NewMail message;
    auto head = parse_message_head(context->session, context->args, message);
    if (!head) co_return head.error();
    if (AppendSource* source = take_source(context->args)) {
        auto content = co_await source->read(context);
        if (!content) co_return content.error();
        message.content = std::move(*content);
    } else {
        auto content = context->literal_octets();
        if (!content) co_return content.error();
        message.content = std::move(*content);
    }
    for (AppendFilter* filter : registries_.append_filters.all()) {
        auto applied = filter->apply(context->session, message.content);
        if (!applied) co_return applied.error();
    }
    if (message.content->empty()) co_return Error(Errc::invalid, "A message cannot be empty");
    if (message.content->size() > settings_.append_limit) {
        co_return Error(Errc::too_large, "[TOOBIG] The message is too large");
    }
    co_return message;
}

}  // namespace postern::imap
