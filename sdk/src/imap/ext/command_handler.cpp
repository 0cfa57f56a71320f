#include "postern/imap/ext/command_handler.hpp"

namespace postern::imap {

namespace {

/// RFC 5530 section 3.
std::string_view code_for(Errc code) {
    switch (code) {
        case Errc::not_found:
            return "NONEXISTENT";
        case Errc::already_exists:
            return "ALREADYEXISTS";
        case Errc::permission_denied:
            return "NOPERM";
        case Errc::authentication_failed:
            return "AUTHENTICATIONFAILED";
        case Errc::temporary:
        case Errc::unavailable:
            return "UNAVAILABLE";
        case Errc::over_quota:
            return "OVERQUOTA";
        case Errc::too_large:
            return "LIMIT";
        case Errc::invalid:
        case Errc::unsupported:
            return "CANNOT";
        case Errc::corrupt:
            return "CORRUPTION";
        case Errc::conflict:
            return "INUSE";
        case Errc::internal:
            return "SERVERBUG";
        case Errc::cancelled:
        case Errc::protocol_violation:
            break;
    }
    return {};
}

std::string_view text_for(Errc code) {
    switch (code) {
        case Errc::temporary:
            return "The server cannot do this now; try again later";
        case Errc::not_found:
            return "There is no such thing";
        case Errc::internal:
            return "Internal error; it is in the server's log";
        default:
            return to_string(code);
    }
}

}  // namespace

CommandResult CommandResult::ok(std::string text, std::string code) {
    return {Condition::ok, std::move(code), std::move(text)};
}
CommandResult CommandResult::no(std::string text, std::string code) {
    return {Condition::no, std::move(code), std::move(text)};
}
CommandResult CommandResult::bad(std::string text, std::string code) {
    return {Condition::bad, std::move(code), std::move(text)};
}

CommandResult CommandResult::failed(const Error& error) {
    const auto condition = error.code == Errc::protocol_violation ? Condition::bad : Condition::no;
    std::string_view text = error.text;
    if (text.starts_with('[')) {
        if (const auto end = text.find(']'); end != text.npos) {
            std::string code(text.substr(1, end - 1));
            text.remove_prefix(end + 1);
            if (text.starts_with(' ')) text.remove_prefix(1);
            return {condition, std::move(code), std::string(text)};
        }
    }
    return {condition, std::string(code_for(error.code)),
            std::string(text.empty() ? text_for(error.code) : text)};
}

Result<std::shared_ptr<const std::string>> CommandContext::literal_octets() {
    const std::size_t begin = args.mark();
    auto literal = args.literal();
    if (!literal) return literal.error();
    if (!literal->streamed) return std::make_shared<const std::string>(literal->data);
    if (literal->index < streamed.size() && streamed[literal->index]) return streamed[literal->index];
    args.rewind(begin);
    return Error(Errc::internal, "a streamed literal was not kept");
}

CommandHandler::~CommandHandler() = default;
LiteralDecision CommandHandler::literal(Session&, const LiteralOffer&, ArgumentCursor&) {
    return {};
}

CommandHook::~CommandHook() = default;
Result<void> CommandHook::before(CommandContext&) {
    return {};
}
bool CommandHook::prepares(const CommandContext&) const {
    return false;
}
Task<Result<void>> CommandHook::prepare(CommandContext*) {
    co_return Result<void>();
}
Result<void> CommandHook::working_on(Session&, std::vector<mail::Slot>&) {
    return {};
}
void CommandHook::after(CommandContext&, CommandResult&) {}
void CommandHook::progress(Session&, std::uint64_t, std::uint64_t) {}

}  // namespace postern::imap
