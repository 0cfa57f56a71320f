#pragma once
#include "postern/imap/ext/command_handler.hpp"

namespace postern::imap {

/// UID EXPUNGE (RFC 4315 section 2.1): removes the \Deleted messages among those named.
///
///     C: a1 UID EXPUNGE 3000:3002
///     S: * 3 EXPUNGE
///     S: a1 OK UID EXPUNGE completed
class UidExpungeCommand final : public CommandHandler {
public:
    CommandTraits traits() const override { return {.states = in_selected, .updates = Updates::all}; }
    Task<CommandResult> run(CommandContext* context) override;
};

}  // namespace postern::imap
