#pragma once
#include "postern/imap/ext/command_handler.hpp"

namespace postern::imap {

/// REPLACE and UID REPLACE (RFC 8508): APPEND and the expunge of one message, in one transaction.
class ReplaceCommand final : public CommandHandler {
public:
    CommandTraits traits() const override {
        return {.states = in_selected, .uid_form = true, .updates = Updates::all};
    }
    Task<CommandResult> run(CommandContext* context) override;
    LiteralDecision literal(Session& session, const LiteralOffer& offer, ArgumentCursor& args) override;
};

}  // namespace postern::imap
