#pragma once
#include "postern/imap/ext/command_handler.hpp"

namespace postern::imap {

/// RESETKEY [mailbox]: every URL that was authorised for the mailbox, or for any, is void (RFC 4467 section 7).
class ResetKeyCommand final : public CommandHandler {
public:
    void set_service(mail::MailService* service) { service_ = service; }
    CommandTraits traits() const override { return {.states = in_authenticated}; }
    Task<CommandResult> run(CommandContext* context) override;

private:
    mail::MailService* service_ = nullptr;
};

}  // namespace postern::imap
