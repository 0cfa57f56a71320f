#pragma once
#include "postern/imap/ext/command_handler.hpp"

namespace postern::imap {

/// THREAD and UID THREAD (RFC 5256 section 3).
class ThreadCommand final : public CommandHandler {
public:
    CommandTraits traits() const override {
        return {.states = in_selected, .uid_form = true, .updates = Updates::numbers_stay_by_msn};
    }
    Task<CommandResult> run(CommandContext* context) override;
};

}  // namespace postern::imap
