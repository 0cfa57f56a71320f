#pragma once
#include <string>

#include "postern/imap/ext/command_handler.hpp"

namespace postern::imap {

/// ID (RFC 2971): who the two sides are. Never changes what the server does.
///
///     C: a1 ID ("name" "Mail" "version" "16.0")
///     S: * ID ("name" "Postern" "version" "0.1.0")
///     S: a1 OK ID completed
class IdCommand final : public CommandHandler {
public:
    /// Whether clients learn the version.
    void set_reveal_version(bool reveal) { reveal_version_ = reveal; }

    CommandTraits traits() const override { return {.states = in_any_state}; }
    Task<CommandResult> run(CommandContext* context) override;

private:
    void answer(ResponseWriter out) const;

    bool reveal_version_ = true;
};

}  // namespace postern::imap
