// AUTHENTICATE (RFC 3501 section 6.2.2) over the registered SASL mechanisms (X4).
#include "commands/commands.hpp"
#include "postern/auth/sasl.hpp"
#include "session.hpp"

namespace postern::imap {

namespace {

constexpr std::size_t max_response = 16 * 1024;  ///< octets of one base64 line
constexpr std::chrono::seconds response_time{120};

/// Challenges are continuation requests.
class ContinuationLine final : public SaslLine {
public:
    explicit ContinuationLine(Session& session) : session_(session) {}
    Task<Result<std::string>> ask(std::string challenge) override {
        session_.writer().continue_request(challenge);
        auto line = co_await session_.read_line(max_response, response_time);
        co_return line;
    }

private:
    Session& session_;
};

class AuthenticateCommand final : public CommandHandler {
public:
    CommandTraits traits() const override { return {in_not_authenticated, false, Updates::none}; }
    Task<CommandResult> run(CommandContext* context) override;

private:
    struct Arguments {
        SaslMechanism* mechanism = nullptr;
        std::optional<std::string> initial;  ///< decoded
    };
    Result<Arguments> parse(CommandContext& context) const;
};

Result<AuthenticateCommand::Arguments> AuthenticateCommand::parse(CommandContext& context) const {
    ArgumentCursor& in = context.args;
    auto space = in.space();
    if (!space) return space.error();
    auto name = in.keyword();
    if (!name) return name.error();
    Arguments arguments;
    auto& session = static_cast<ServerSession&>(context.session);
    if (session.session_features().initial_response && in.skip_space()) {
        const std::string_view text = in.rest();
        arguments.initial = decode_initial_response(text);
        if (!arguments.initial) return Error(Errc::protocol_violation, "The initial response is not base64");
    } else {
        auto end = in.end();
        if (!end) return end.error();
    }
    arguments.mechanism = session.registries().mechanisms.find(*name);
    if (arguments.mechanism == nullptr)
        return Error(Errc::unsupported, "[CANNOT] There is no such mechanism");
    return arguments;
}

Task<CommandResult> AuthenticateCommand::run(CommandContext* context) {
    auto arguments = parse(*context);
    if (!arguments) co_return CommandResult::failed(arguments.error());
    auto& session = static_cast<ServerSession&>(context->session);
    Connection& connection = session.connection();
    SaslPeer peer{"imap", connection.peer_address(), connection.is_private(), connection.tls()};
    if (!arguments->mechanism->available(peer)) {
        co_return CommandResult::no("Switch to TLS first", "PRIVACYREQUIRED");
    }
    ContinuationLine line(session);
    auto identity =
        co_await run_sasl(arguments->mechanism, std::move(peer), std::move(arguments->initial), &line);
    if (!identity && identity.error().code == Errc::cancelled)
        co_return CommandResult::bad("AUTHENTICATE cancelled");
    if (!identity) co_return CommandResult::failed(identity.error());
    session.sign_in(std::move(*identity), "AUTHENTICATE completed");
    co_return CommandResult::ok({});
}

}  // namespace

std::unique_ptr<CommandHandler> make_authenticate() {
    return std::make_unique<AuthenticateCommand>();
}

}  // namespace postern::imap
