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
    CommandTraits traits() const override { return {.states = in_authenticated}; }
    Task<CommandResult> run(CommandContext* context) override;

private:
    struct Wanted {
        std::string rump;
        MailboxId mailbox{};
    };
    Result<std::vector<Wanted>> parse(CommandContext& context) const;
    Result<Wanted> check(Session& session, std::string_view rump) const;

    const AccessRules& rules_;
};

}  // namespace postern::imap
