#include "resetkey_command.hpp"

#include "postern/imap/access_keys.hpp"
#include "postern/imap/url_token.hpp"

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
    // Without what others share: the keys of their mailboxes are theirs.
    auto own = co_await service_->open(session.identity()->account);
    if (!own) co_return CommandResult::failed(own.error());
    if (in.at_end()) {
        auto removed = co_await remove_access_keys(own->get(), std::move(cause));
        if (!removed) co_return CommandResult::failed(removed.error());
        co_return CommandResult::ok("All keys removed");
    }
    if (auto space = in.space(); !space) co_return CommandResult::failed(space.error());
    auto name = in.mailbox();
    if (!name) co_return CommandResult::failed(name.error());
    if (auto parsed = parse_mechanisms(in); !parsed) co_return CommandResult::failed(parsed.error());
    const mail::MailboxInfo* mailbox = (*own)->find_mailbox(*name);
    if (mailbox == nullptr) co_return CommandResult::no("That is no mailbox of yours", "NONEXISTENT");
    const MailboxId id = mailbox->id;
    auto key = co_await renew_access_key(own->get(), id, std::move(cause));
    if (!key) co_return CommandResult::failed(key.error());
    co_return CommandResult::ok("The mailbox has a new key", "URLMECH INTERNAL");
}

}  // namespace postern::imap
