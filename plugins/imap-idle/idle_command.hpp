#pragma once
#include <chrono>

#include "postern/imap/ext/command_handler.hpp"

namespace postern::imap {

/// IDLE (RFC 2177).
///
///     C: a1 IDLE
///     S: + idling
///     S: * 4 EXISTS
///     C: DONE
///     S: a1 OK IDLE completed
class IdleCommand final : public CommandHandler {
public:
    /// How often a line is sent to a silent client, so that address translators on the way keep the connection.
    void set_keepalive(std::chrono::seconds interval) { keepalive_ = interval; }

    /// Section 3 allows IDLE in the authenticated state too; it then waits for nothing but DONE.
    CommandTraits traits() const override { return {.states = in_authenticated}; }
    Task<CommandResult> run(CommandContext* context) override;

private:
    std::chrono::seconds keepalive_{120};
};

}  // namespace postern::imap
