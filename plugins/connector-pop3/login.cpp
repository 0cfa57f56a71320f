#include "connector-pop3/login.hpp"

#include <optional>

#include "connector-pop3/line_sink.hpp"
#include "connector-pop3/refusal.hpp"
#include "postern/gateway/sasl.hpp"

namespace postern::pop3 {

using gateway::CredentialKind;
using gateway::Fault;
using gateway::FaultKind;
using gateway::RemoteTls;

namespace {

constexpr std::size_t max_capabilities = 200;
/// RFC 2449 section 4: a command line is at most 255 octets.
constexpr std::size_t max_command = 253;

// Characters that would end the command and begin another.
bool breaks_line(const std::string& text) {
    return text.find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos;
}

/// A mechanism's single message, and how an exchange is ended that the server refuses with a challenge.
struct Exchange {
    std::string mechanism;
    std::string message;                      ///< base64
    std::optional<std::string> on_challenge;  ///< not set: a challenge makes no sense
};

Exchange exchange_for(const Capabilities& capabilities, const gateway::RemoteCredential& credential,
                      const gateway::RemoteServer& server) {
    Exchange out;
    if (credential.kind == CredentialKind::password) {
        out.mechanism = "PLAIN";
        out.message = gateway::base64(gateway::sasl_plain(credential));
    } else if (capabilities.has_mechanism("OAUTHBEARER")) {
        out.mechanism = "OAUTHBEARER";
        out.message = gateway::base64(gateway::sasl_oauthbearer(credential, server));
        out.on_challenge = "AQ==";  // RFC 7628 section 3.2.3
    } else {
        out.mechanism = "XOAUTH2";
        out.message = gateway::base64(gateway::sasl_xoauth2(credential));
        out.on_challenge = "";
    }
    return out;
}

// RFC 5034 section 4. What does not fit on the line of the command goes after it; some servers take a token only so.
Task<Outcome<StatusLine>> sasl(Wire* wire, Exchange exchange) {
    std::string command = "AUTH " + exchange.mechanism;
    const bool at_once = command.size() + 1 + exchange.message.size() <= max_command;
    if (at_once) command += ' ' + exchange.message;
    auto status = co_await wire->command(std::move(command), at_once);
    if (!status) co_return status.error();
    if (!at_once && status->challenge) {
        status = co_await wire->command(std::move(exchange.message), true);
        if (!status) co_return status.error();
    }
    if (!status->challenge || !exchange.on_challenge) co_return status;
    // The challenge says why; the refusal itself comes after the answer to it.
    std::string answer = *exchange.on_challenge;
    auto refused = co_await wire->command(std::move(answer));
    co_return refused;
}

Task<Outcome<StatusLine>> user_pass(Wire* wire, gateway::RemoteCredential credential) {
    std::string name = "USER " + credential.login;
    auto user = co_await wire->command(std::move(name));
    if (!user) co_return user.error();
    if (!user->ok) co_return *user;
    std::string password = "PASS " + credential.secret;
    auto pass = co_await wire->command(std::move(password), true);
    co_return pass;
}

Task<Outcome<void>> authenticate(Wire* wire, gateway::RemoteServer server,
                                 gateway::RemoteCredential credential, Capabilities capabilities) {
    if (breaks_line(credential.login) || breaks_line(credential.secret) || credential.login.empty()) {
        Fault fault(FaultKind::auth_failed, "name or password cannot be sent");
        fault.definite = true;
        co_return fault;
    }
    const bool token = credential.kind == CredentialKind::oauth_token;
    const bool takes_tokens =
        capabilities.has_mechanism("OAUTHBEARER") || capabilities.has_mechanism("XOAUTH2");
    if (token && capabilities.known && !takes_tokens) {
        co_return Fault(FaultKind::permanent, "the server offers no way to sign in with a token");
    }
    Outcome<StatusLine> status = Fault();
    if (token || (capabilities.has_mechanism("PLAIN") && !capabilities.user)) {
        Exchange exchange = exchange_for(capabilities, credential, server);
        status = co_await sasl(wire, std::move(exchange));
    } else {
        status = co_await user_pass(wire, credential);
    }
    if (!status) co_return status.error();
    if (status->ok) co_return Outcome<void>{};
    if (status->challenge) {
        wire->fail();
        co_return Fault(FaultKind::protocol_violation, "the server asks for more than name and password");
    }
    Fault fault = classify_login_refusal(status->text);
    if (token && fault.kind == FaultKind::auth_failed) fault.kind = FaultKind::auth_expired;
    co_return fault;
}

Task<Outcome<void>> secure(Wire* wire, gateway::RemoteServer server, Capabilities capabilities) {
    // Configured means required: a server that does not offer it, or somebody between who hides it, gets no password.
    if (capabilities.known && !capabilities.stls) {
        co_return Fault(FaultKind::permanent, "the server does not offer STLS");
    }
    auto status = co_await wire->command("STLS");
    if (!status) co_return status.error();
    if (!status->ok) co_return classify_refusal("STLS", status->text, FaultKind::permanent);
    auto secured = co_await wire->start_tls(std::move(server));
    co_return secured;
}

Task<Outcome<void>> read_greeting(Wire* wire) {
    auto greeting = co_await wire->read_status();
    if (!greeting) co_return greeting.error();
    if (greeting->ok) co_return Outcome<void>{};
    Fault fault = classify_login_refusal(greeting->text);
    // Nothing was asked yet: no password can be wrong.
    if (fault.kind == FaultKind::auth_failed) fault.kind = FaultKind::transient;
    co_return fault;
}

}  // namespace

Task<Outcome<Capabilities>> ask_capabilities(Wire* wire) {
    Capabilities capabilities;
    auto status = co_await wire->command("CAPA");
    if (!status) co_return status.error();
    if (!status->ok) co_return capabilities;
    capabilities.known = true;
    std::size_t lines = 0;
    LineSink sink([&capabilities, &lines](std::string_view line) {
        capabilities.add_line(line);
        return ++lines < max_capabilities;
    });
    auto data = co_await wire->read_data(&sink, status->bare_lf);
    if (!data) co_return data.error();
    if (data->refused) co_return Fault(FaultKind::protocol_violation, "the answer to CAPA has no end");
    co_return capabilities;
}

Task<Outcome<LoginResult>> log_in(Wire* wire, gateway::RemoteServer server,
                                  gateway::RemoteCredential credential, bool skip_capa) {
    LoginResult result;
    if (server.tls == RemoteTls::implicit) {
        auto secured = co_await wire->start_tls(server);
        if (!secured) co_return secured.error();
    }
    auto greeted = co_await read_greeting(wire);
    if (!greeted) co_return greeted.error();
    if (!skip_capa) {
        auto before = co_await ask_capabilities(wire);
        result.capa_broke = !before && before.error().kind == FaultKind::offline;
        if (result.capa_broke) co_return result;
        if (!before) co_return before.error();
        result.capabilities = *before;
    }
    if (server.tls == RemoteTls::starttls) {
        auto secured = co_await secure(wire, server, result.capabilities);
        if (!secured) co_return secured.error();
        // What was learned in plain text may have been forged (RFC 2595 section 4).
        result.capabilities = Capabilities();
        if (!skip_capa) {
            auto within = co_await ask_capabilities(wire);
            if (!within) co_return within.error();
            result.capabilities = *within;
        }
    }
    auto signed_in = co_await authenticate(wire, server, std::move(credential), result.capabilities);
    if (!signed_in) co_return signed_in.error();
    // UIDL, EXPIRE and LOGIN-DELAY may appear or change only now (RFC 2449 sections 6.5, 6.7).
    if (result.capabilities.known) {
        auto after = co_await ask_capabilities(wire);
        if (!after) co_return after.error();
        if (after->known) result.capabilities = *after;
    }
    co_return result;
}

}  // namespace postern::pop3
