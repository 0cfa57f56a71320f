// SUBSCRIBE and UNSUBSCRIBE (RFC 3501 sections 6.3.6 and 6.3.7). The name need not exist: a mailbox may come back.
#include "commands/commands.hpp"
#include "postern/imap/mailbox_name.hpp"

namespace postern::imap {

namespace {

class SubscribeCommand final : public CommandHandler {
public:
    explicit SubscribeCommand(bool subscribe) : subscribe_(subscribe) {}
    CommandTraits traits() const override { return {}; }

    Task<CommandResult> run(CommandContext* context) override {
        Session& session = context->session;
        auto name = parse_one_mailbox(context->args);
        if (!name) co_return CommandResult::failed(name.error());
        if (name->size() > 1 && name->back() == mail::hierarchy_delimiter) name->pop_back();
        if (subscribe_) {
            auto allowed = check_mailbox_name(*name);
            if (!allowed) co_return CommandResult::failed(allowed.error());
        }
        mail::Cause cause = session.cause(context->name);
        auto done = co_await session.account()->set_subscribed(*name, subscribe_, std::move(cause));
        if (!done) co_return CommandResult::failed(done.error());
        co_return CommandResult::ok(context->name + " completed");
    }

private:
    bool subscribe_;
};

}  // namespace

std::unique_ptr<CommandHandler> make_subscribe(bool subscribe) {
    return std::make_unique<SubscribeCommand>(subscribe);
}

}  // namespace postern::imap
