#include "catenate_source.hpp"

#include "postern/imap/ext/engine.hpp"
#include "postern/imap/url_content.hpp"

namespace postern::imap {

namespace {

Error bad_url(std::string_view url, std::string_view why) {
    // In the code as the client wrote it; what would end the code early cannot be in a URL (section 5: url-resp-text).
    std::string shown(url);
    for (char& c : shown) {
        if (c == ']' || c == '\\' || static_cast<unsigned char>(c) < 0x20) c = '?';
    }
    return {Errc::invalid, "[BADURL " + shown + "] " + std::string(why)};
}

Error too_big() {
    return {Errc::too_large, "[TOOBIG] The message is too large"};
}

/// An astring that may be a streamed literal.
Result<std::string> read_astring(CommandContext& context) {
    if (!context.args.at_literal()) {
        auto text = context.args.astring();
        if (!text) return text.error();
        return std::string(*text);
    }
    auto octets = context.literal_octets();
    if (!octets) return octets.error();
    return **octets;
}

/// Whose URLs these are: relative ones, and absolute ones that name the user (section 3 wants the former only).
Result<ImapUrl> parse_own_url(const Session& session, std::string_view text) {
    auto url = parse_imap_url(text);
    if (!url) return bad_url(text, url.error().text);
    if (url->absolute && url->user != session.identity()->login)
        return bad_url(text, "The URL leads to somebody else's mail");
    return url;
}

}  // namespace

LiteralDecision CatenateSource::literal(Session& session, const LiteralOffer& offer,
                                        ArgumentCursor& /*args*/) {
    LiteralDecision decision;
    decision.kind = LiteralDecision::Kind::stream;
    if (offer.size <= session.engine().append_limit()) return decision;
    decision.kind = LiteralDecision::Kind::refuse;
    decision.refusal = CommandResult::no("The message is too large", "TOOBIG");
    return decision;
}

Result<std::shared_ptr<const std::string>> CatenateSource::read_text(CommandContext& context) {
    if (auto space = context.args.space(); !space) return space.error();
    if (!context.args.at_literal()) return context.args.expected("a literal after TEXT");
    return context.literal_octets();
}

Task<Result<std::shared_ptr<const std::string>>> CatenateSource::read_part(CommandContext* context,
                                                                           std::uint64_t room) {
    if (auto space = context->args.space(); !space) co_return space.error();
    auto text = read_astring(*context);
    if (!text) co_return text.error();
    Session& session = context->session;
    auto url = parse_own_url(session, *text);
    if (!url) co_return url.error();
    auto mailbox = session.find_mailbox(url->mailbox);
    if (!mailbox) co_return bad_url(*text, "There is no such mailbox");
    const MailboxId id = (*mailbox)->id;
    auto content = co_await read_url(session.account(), id, std::move(*url), UrlForm::stored, room);
    if (!content) {
        const Error& error = content.error();
        if (error.code == Errc::too_large) co_return too_big();
        if (error.code == Errc::not_found) co_return bad_url(*text, error.text);
        co_return error;
    }
    co_return std::make_shared<const std::string>(std::move(content->octets));
}

Task<Result<std::shared_ptr<const std::string>>> CatenateSource::read(CommandContext* context) {
    ArgumentCursor& args = context->args;
    if (auto space = args.space(); !space) co_return space.error();
    if (auto open = args.expect('('); !open) co_return open.error();
    const std::uint64_t limit = context->session.engine().append_limit();
    auto message = std::make_shared<std::string>();
    for (;;) {
        Result<std::shared_ptr<const std::string>> piece = args.expected("TEXT or URL");
        if (args.match_keyword("TEXT")) {
            piece = read_text(*context);
        } else if (args.match_keyword("URL")) {
            const std::uint64_t room = limit - message->size();
            piece = co_await read_part(context, room);
        }
        if (!piece) co_return piece.error();
        if ((*piece)->size() > limit - message->size()) co_return too_big();
        message->append(**piece);
        auto last = args.list_end();
        if (!last) co_return last.error();
        if (*last) break;
    }
    co_return message;
}

}  // namespace postern::imap
