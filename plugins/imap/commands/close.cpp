// CLOSE (RFC 3501 section 6.4.2): removes what is marked as deleted without telling, and leaves the mailbox.
#include "commands/commands.hpp"

namespace postern::imap {

namespace {

class CloseCommand final : public CommandHandler {
public:
    CommandTraits traits() const override { return {in_selected, false, Updates::none}; }

    Task<CommandResult> run(CommandContext* context) override {
        auto end = context->args.end();
        if (!end) co_return CommandResult::failed(end.error());
        Session& session = context->session;
        if (!session.selected()->read_only && session.selected()->mailbox->exists()) {
            mail::ExpungeRequest request;
            request.cause = session.cause("CLOSE");
            const std::shared_ptr<mail::Mailbox> mailbox = session.selected()->mailbox;
            auto expunged = co_await mailbox->expunge(std::move(request));
            // Who may not expunge leaves the mailbox as it is (RFC 4314 section 4).
            if (!expunged && expunged.error().code != Errc::permission_denied)
                co_return CommandResult::failed(expunged.error());
        }
        session.close_selected();
        co_return CommandResult::ok("CLOSE completed");
    }
};

}  // namespace

std::unique_ptr<CommandHandler> make_close() {
    return std::make_unique<CloseCommand>();
}

}  // namespace postern::imap
