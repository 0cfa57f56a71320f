#include "resetkey_command.hpp"

#include "access_keys.hpp"
#include "token.hpp"

namespace postern::imap {

namespace {

Result<void> parse_mechanisms(ArgumentCursor& in) {
    while (!in.at_end()) {
        if (auto space = in.space(); !space) return space;
        const auto mechanism = in.atom();
        if (!mechanism) return mechanism.error();
        if (!equals_ignore_case(*mechanism, internal_mechanism))
            return Error(Errc::unsupported, "The only mechanism is INTERNAL");
    }
    return {};
}

}  // namespace

Task<CommandResult> ResetKeyCommand::run(CommandContext* context) {
    Session& session = context->session;
    ArgumentCursor& in = context->args;
    mail::Cause cause = session.cause("RESETKEY");
    if (in.at_end()) {
        auto removed = co_await remove_access_keys(session.account(), std::move(cause));
        if (!removed) co_return CommandResult::failed(removed.error());
        co_return CommandResult::ok("All keys removed");
    }
    if (auto space = in.space(); !space) co_return CommandResult::failed(space.error());
    auto name = in.mailbox();
    if (!name) co_return CommandResult::failed(name.error());
    if (auto parsed = parse_mechanisms(in); !parsed) co_return CommandResult::failed(parsed.error());
    auto mailbox = session.find_mailbox(*name);
    if (!mailbox) co_return CommandResult::failed(mailbox.error());
    const MailboxId id = (*mailbox)->id;
    auto key = co_await renew_access_key(session.account(), id, std::move(cause));
    if (!key) co_return CommandResult::failed(key.error());
    co_return CommandResult::ok("The mailbox has a new key", "URLMECH INTERNAL");
}

}  // namespace postern::imap
