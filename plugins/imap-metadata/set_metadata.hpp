#pragma once
#include "annotations.hpp"
#include "postern/imap/ext/command_handler.hpp"

namespace postern::imap {

/// SETMETADATA (RFC 5464 section 4.3): every entry or none. NIL removes.
class SetMetadataCommand final : public CommandHandler {
public:
    explicit SetMetadataCommand(const MetadataSettings& settings) : settings_(settings) {}
    /// Gives mailboxes their special use; null if nobody does.
    void set_special_use(CreateParameter* special_use) { special_use_ = special_use; }
    CommandTraits traits() const override { return {.states = in_authenticated}; }
    Task<CommandResult> run(CommandContext* context) override;
    LiteralDecision literal(Session& session, const LiteralOffer& offer, ArgumentCursor& args) override;

private:
    struct Request;
    Result<Request> parse(ArgumentCursor& in) const;
    Result<void> check(const Request& request, const std::vector<store::Attribute>& stored,
                       const AnnotationTarget& target) const;
    Result<std::vector<std::string>> uses_in(Session& session, const AnnotationTarget& target,
                                             const std::optional<std::string>& value) const;
    CommandResult too_large() const;

    const MetadataSettings& settings_;
    CreateParameter* special_use_ = nullptr;
};

}  // namespace postern::imap
