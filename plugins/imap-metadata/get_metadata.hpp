#pragma once
#include "annotations.hpp"
#include "postern/imap/ext/command_handler.hpp"

namespace postern::imap {

/// GETMETADATA (RFC 5464 section 4.2): one call of the store, whatever is asked for. An entry that was named, and of which
/// nothing is known, comes back with NIL.
class GetMetadataCommand final : public CommandHandler {
public:
    explicit GetMetadataCommand(const MetadataSettings& settings) : settings_(settings) {}
    CommandTraits traits() const override { return {.states = in_authenticated}; }
    Task<CommandResult> run(CommandContext* context) override;

private:
    const MetadataSettings& settings_;
};

}  // namespace postern::imap
