#pragma once
#include "postern/imap/ext/append_source.hpp"
#include "postern/imap/url.hpp"

namespace postern::imap {

/// APPEND Drafts CATENATE (URL "/INBOX;UIDVALIDITY=385/;UID=20/;SECTION=HEADER" TEXT {42}...): a message made of pieces, some
/// of them of messages that are there already (RFC 4469 section 3). URLs lead to the user's own mailboxes only.
class CatenateSource final : public AppendSource {
public:
    Task<Result<std::shared_ptr<const std::string>>> read(CommandContext* context) override;
    LiteralDecision literal(Session& session, const LiteralOffer& offer, ArgumentCursor& args) override;

private:
    static Result<std::shared_ptr<const std::string>> read_text(CommandContext& context);
    static Task<Result<std::shared_ptr<const std::string>>> read_part(CommandContext* context,
                                                                      std::uint64_t room);
};

}  // namespace postern::imap
