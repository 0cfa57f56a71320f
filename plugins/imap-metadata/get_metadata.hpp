#pragma once
#include "annotations.hpp"
#include "postern/imap/ext/command_handler.hpp"
#include "postern/mail/account_state.hpp"

namespace postern::imap {

/// GETMETADATA (RFC 5464 section 4.2): one call of the store, whatever is asked for. An entry that was named, and of which
/// nothing is known, comes back with NIL.
class GetMetadataCommand final : public CommandHandler {
public:
    explicit GetMetadataCommand(const MetadataSettings& settings) : settings_(settings) {}
    CommandTraits traits() const override { return {.states = in_authenticated}; }
    Task<CommandResult> run(CommandContext* context) override;
    /// What plugins know of the account is shown among the server's entries.
    void set_states(std::vector<mail::AccountState*> states) { states_ = std::move(states); }

private:
    const MetadataSettings& settings_;
    std::vector<mail::AccountState*> states_;
};

}  // namespace postern::imap
