#pragma once
#include "keepalive.hpp"
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
    /// How long a line may be silent before the client is sent a word. Before the first command.
    void set_bounds(const KeepaliveBounds& bounds) { pace_.set_bounds(bounds); }

    /// Section 3 allows IDLE in the authenticated state too; it then waits for nothing but DONE.
    CommandTraits traits() const override { return {.states = in_authenticated}; }
    Task<CommandResult> run(CommandContext* context) override;

private:
    KeepalivePace pace_;
};

}  // namespace postern::imap
