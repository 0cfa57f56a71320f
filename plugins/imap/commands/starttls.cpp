// STARTTLS (RFC 3501 section 6.2.1). Whatever the client sent along with the command is discarded before the handshake:
// it was not protected.
#include "commands/commands.hpp"
#include "session.hpp"

namespace postern::imap {

namespace {

Task<Result<void>> start_tls(Session* session, void*) {
    static_cast<ServerSession*>(session)->discard_input();
    auto started = co_await session->connection().start_tls_server();
    co_return started;
}

class StartTlsCommand final : public CommandHandler {
public:
    CommandTraits traits() const override { return {in_not_authenticated, false, Updates::none}; }

    Task<CommandResult> run(CommandContext* context) override {
        auto end = context->args.end();
        if (!end) co_return CommandResult::failed(end.error());
        Connection& connection = context->session.connection();
        if (connection.tls() != nullptr) co_return CommandResult::bad("TLS is on already");
        if (!connection.can_start_tls()) co_return CommandResult::bad("This server has no certificate");
        context->after_reply = start_tls;
        co_return CommandResult::ok("Begin TLS negotiation now");
    }
};

}  // namespace

std::unique_ptr<CommandHandler> make_starttls() {
    return std::make_unique<StartTlsCommand>();
}

}  // namespace postern::imap
