#pragma once
#include "postern/imap/ext/append_source.hpp"
#include "utf8_mode.hpp"

namespace postern::imap {

/// APPEND mailbox UTF8 (~{n}...): how RFC 6855 had it. RFC 9755 dropped it, clients still send it.
class Utf8Source final : public AppendSource {
public:
    explicit Utf8Source(const Utf8Mode& mode) : mode_(mode) {}
    Task<Result<std::shared_ptr<const std::string>>> read(CommandContext* context) override;
    LiteralDecision literal(Session& session, const LiteralOffer& offer, ArgumentCursor& args) override;

private:
    const Utf8Mode& mode_;
};

}  // namespace postern::imap
