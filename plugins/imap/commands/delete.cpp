// DELETE (RFC 3501 section 6.3.4).
#include "commands/commands.hpp"
#include "postern/imap/mailbox_name.hpp"

namespace postern::imap {

namespace {

class DeleteCommand final : public CommandHandler {
public:
    CommandTraits traits() const override { return {}; }

    Task<CommandResult> run(CommandContext* context) override {
        Session& session = context->session;
        auto name = parse_one_mailbox(context->args);
        if (!name) co_return CommandResult::failed(name.error());
        if (is_inbox(*name)) co_return CommandResult::no("INBOX cannot be deleted", "CANNOT");
        auto found = session.find_mailbox(*name);
        if (!found) co_return CommandResult::failed(found.error());
        // A session that deletes the mailbox it has selected leaves it.
        const bool own =
            session.selected() != nullptr && session.selected()->mailbox->info().id == (*found)->id;
        mail::Cause cause = session.cause("DELETE");
        auto deleted = co_await session.account()->delete_mailbox(*name, std::move(cause));
        if (!deleted) co_return CommandResult::failed(deleted.error());
        if (own && !session.selected()->mailbox->exists()) session.close_selected();
        co_return CommandResult::ok("DELETE completed");
    }
};

}  // namespace

std::unique_ptr<CommandHandler> make_delete() {
    return std::make_unique<DeleteCommand>();
}

}  // namespace postern::imap
