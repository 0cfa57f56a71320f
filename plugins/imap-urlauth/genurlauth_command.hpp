#pragma once
#include "access_rules.hpp"
#include "postern/imap/ext/command_handler.hpp"

namespace postern::imap {

/// GENURLAUTH (RFC 4467 section 7): URLs that let others read a part of a message.
///
///     C: a1 GENURLAUTH "imap://joe@example.com/INBOX/;uid=20/;section=1.2;urlauth=submit+fred" INTERNAL
///     S: * GENURLAUTH "imap://joe@example.com/INBOX/;uid=20/;section=1.2;urlauth=submit+fred:internal:0191..."
class GenUrlAuthCommand final : public CommandHandler {
public:
    explicit GenUrlAuthCommand(const AccessRules& rules) : rules_(rules) {}
    void set_service(mail::MailService* service) { service_ = service; }
    CommandTraits traits() const override { return {.states = in_authenticated}; }
    Task<CommandResult> run(CommandContext* context) override;

private:
    struct Wanted {
        std::string rump;
        MailboxId mailbox{};
    };
    /// `own` is the user's account without what others share with him: the keys of their mailboxes are theirs.
    Result<std::vector<Wanted>> parse(CommandContext& context, const mail::Account& own) const;
    Result<Wanted> check(const mail::Account& own, std::string_view rump) const;

    const AccessRules& rules_;
    mail::MailService* service_ = nullptr;
};

}  // namespace postern::imap
