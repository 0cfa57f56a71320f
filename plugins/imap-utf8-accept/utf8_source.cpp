#include "utf8_source.hpp"

namespace postern::imap {

LiteralDecision Utf8Source::literal(Session& session, const LiteralOffer& /*offer*/,
                                    ArgumentCursor& /*args*/) {
    LiteralDecision decision;
    decision.kind = LiteralDecision::Kind::stream;
    if (session.is_on(mode_)) return decision;
    decision.kind = LiteralDecision::Kind::refuse;
    decision.refusal = CommandResult::no("ENABLE UTF8=ACCEPT comes first", "CANNOT");
    return decision;
}

Task<Result<std::shared_ptr<const std::string>>> Utf8Source::read(CommandContext* context) {
    ArgumentCursor& args = context->args;
    if (!context->session.is_on(mode_)) co_return Error(Errc::unsupported, "ENABLE UTF8=ACCEPT comes first");
    if (auto space = args.space(); !space) co_return space.error();
    if (auto open = args.expect('('); !open) co_return open.error();
    auto octets = context->literal_octets();
    if (!octets) co_return octets.error();
    if (auto close = args.expect(')'); !close) co_return close.error();
    co_return octets;
}

}  // namespace postern::imap
