// AUTHENTICATE (RFC 3501 section 6.2.2) over the registered SASL mechanisms (X4).
#include "commands/commands.hpp"
#include "postern/encoding/base64.hpp"
#include "postern/imap/ext/authentication.hpp"
#include "session.hpp"

namespace postern::imap {

namespace {

constexpr std::size_t max_response = 16 * 1024;  ///< octets of one base64 line
constexpr int max_steps = 10;
constexpr std::chrono::seconds response_time{120};

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
    Task<Result<std::string>> ask(Session* session, std::string challenge);
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
        // "=" stands for a response that is there but empty (RFC 4959 section 3).
        arguments.initial = text == "=" ? std::optional<std::string>(std::string()) : decode_base64(text);
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

Task<Result<std::string>> AuthenticateCommand::ask(Session* session, std::string challenge) {
    session->writer().continue_request(encode_base64(challenge));
    auto line = co_await session->read_line(max_response, response_time);
    if (!line) co_return line.error();
    // "*" cancels (RFC 3501 section 6.2.2).
    if (*line == "*") co_return Error(Errc::protocol_violation, "AUTHENTICATE cancelled");
    auto octets = decode_base64(*line);
    if (!octets) co_return Error(Errc::protocol_violation, "The response is not base64");
    co_return std::move(*octets);
}

Task<CommandResult> AuthenticateCommand::run(CommandContext* context) {
    auto arguments = parse(*context);
    if (!arguments) co_return CommandResult::failed(arguments.error());
    auto& session = static_cast<ServerSession&>(context->session);
    Connection& connection = session.connection();
    const SaslPeer peer{"imap", connection.peer_address(), connection.is_private(), connection.tls()};
    if (!arguments->mechanism->available(peer)) {
        co_return CommandResult::no("Switch to TLS first", "PRIVACYREQUIRED");
    }
    const std::unique_ptr<SaslExchange> exchange = arguments->mechanism->start(peer);
    SaslStep step;
    bool client_speaks = arguments->mechanism->client_first();
    for (int i = 0; i < max_steps && !step.identity; ++i) {
        std::string message;
        if (i > 0 || client_speaks) {
            if (i == 0 && arguments->initial) {
                message = std::move(*arguments->initial);
            } else {
                auto answer = co_await ask(&session, std::move(step.challenge));
                if (!answer) co_return CommandResult::failed(answer.error());
                message = std::move(*answer);
            }
        }
        auto next = co_await exchange->step(std::move(message));
        if (!next) co_return CommandResult::failed(next.error());
        step = std::move(*next);
    }
    if (!step.identity) co_return CommandResult::no("Too many steps", "AUTHENTICATIONFAILED");
    session.sign_in(std::move(*step.identity), "AUTHENTICATE completed");
    co_return CommandResult::ok({});
}

}  // namespace

std::unique_ptr<CommandHandler> make_authenticate() {
    return std::make_unique<AuthenticateCommand>();
}

}  // namespace postern::imap
