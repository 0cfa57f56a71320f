// LOGIN (RFC 3501 section 6.2.3).
#include "commands/commands.hpp"
#include "server.hpp"
#include "session.hpp"

namespace postern::imap {

namespace {

class LoginCommand final : public CommandHandler {
public:
    explicit LoginCommand(Server& server) : server_(server) {}
    CommandTraits traits() const override { return {in_not_authenticated, false, Updates::none}; }

    /// A password must not even be sent where anybody listens.
    LiteralDecision literal(Session& session, const LiteralOffer&, ArgumentCursor&) override {
        LiteralDecision decision;
        if (session.connection().is_private()) return decision;
        decision.kind = LiteralDecision::Kind::refuse;
        decision.refusal = not_private();
        return decision;
    }

    Task<CommandResult> run(CommandContext* context) override {
        auto credentials = parse(*context);
        if (!credentials) co_return CommandResult::failed(credentials.error());
        auto& session = static_cast<ServerSession&>(context->session);
        if (!session.connection().is_private()) {
            co_return not_private();
        }
        auto identity = co_await server_.auth().sign_in(std::move(*credentials));
        if (!identity) co_return CommandResult::failed(identity.error());
        session.sign_in(std::move(*identity), "LOGIN completed");
        co_return CommandResult::ok({});
    }

private:
    static CommandResult not_private() { return CommandResult::no("Switch to TLS first", "PRIVACYREQUIRED"); }
    static Result<Credentials> parse(CommandContext& context) {
        ArgumentCursor& in = context.args;
        auto space = in.space();
        if (!space) return space.error();
        auto login = in.astring();
        if (!login) return login.error();
        auto second = in.space();
        if (!second) return second.error();
        auto password = in.astring();
        if (!password) return password.error();
        auto end = in.end();
        if (!end) return end.error();
        Credentials credentials;
        credentials.login = *login;
        credentials.password = *password;
        credentials.protocol = "imap";
        credentials.peer_address = context.session.connection().peer_address();
        return credentials;
    }

    Server& server_;
};

}  // namespace

std::unique_ptr<CommandHandler> make_login(Server& server) {
    return std::make_unique<LoginCommand>(server);
}

}  // namespace postern::imap
