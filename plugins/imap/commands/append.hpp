#pragma once
// APPEND (RFC 3501 section 6.3.11).
#include <optional>
#include <vector>

#include "postern/imap/ext/command_handler.hpp"
#include "postern/mail/existing_copies.hpp"

namespace postern::imap {

/// Whether the mailbox exists and the message is not too large is decided when its literal is announced, before the octets come.
class AppendCommand final : public CommandHandler {
public:
    CommandTraits traits() const override { return {}; }
    Task<CommandResult> run(CommandContext* context) override;
    LiteralDecision literal(Session& session, const LiteralOffer& offer, ArgumentCursor& args) override;

    /// Who knows of messages that the server has stored already. Before the first session.
    void set_copies(std::vector<mail::ExistingCopies*> copies) { copies_ = std::move(copies); }

private:
    static CommandResult no_mailbox() { return CommandResult::no("There is no such mailbox", "TRYCREATE"); }
    /// The copy of the message that is in the mailbox already, and what APPEND would have answered for it.
    Task<std::optional<mail::DeliveryResult>> find_copy(Session* session, MailboxId mailbox,
                                                        std::shared_ptr<const std::string> content);

    std::vector<mail::ExistingCopies*> copies_;
};

}  // namespace postern::imap
