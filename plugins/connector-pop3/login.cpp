#include "connector-pop3/login.hpp"

#include "connector-pop3/line_sink.hpp"
#include "connector-pop3/refusal.hpp"
#include "postern/gateway/sasl.hpp"

namespace postern::pop3 {

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

Task<Outcome<StatusLine>> auth_plain(Wire* wire, gateway::RemoteCredential credential) {
    std::string response = gateway::base64(gateway::sasl_plain(credential));
    if (response.size() + 11 <= max_command) {
        std::string command = "AUTH PLAIN " + response;
        auto status = co_await wire->command(std::move(command), true);
        co_return status;
    }
    auto challenge = co_await wire->command("AUTH PLAIN");
    if (!challenge) co_return challenge.error();
    if (!challenge->challenge) co_return *challenge;
    auto status = co_await wire->command(std::move(response), true);
    co_return status;
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

Task<Outcome<void>> authenticate(Wire* wire, gateway::RemoteCredential credential,
                                 Capabilities capabilities) {
    if (breaks_line(credential.login) || breaks_line(credential.secret) || credential.login.empty()) {
        Fault fault(FaultKind::auth_failed, "name or password cannot be sent");
        fault.definite = true;
        co_return fault;
    }
    const bool plain = capabilities.has_mechanism("PLAIN");
    const bool use_user = capabilities.user || !plain;
    Outcome<StatusLine> status = Fault();
    if (use_user) {
        status = co_await user_pass(wire, credential);
    } else {
        status = co_await auth_plain(wire, credential);
    }
    if (!status) co_return status.error();
    if (status->ok) co_return Outcome<void>{};
    if (status->challenge) {
        wire->fail();
        co_return Fault(FaultKind::protocol_violation, "the server asks for more than name and password");
    }
    co_return classify_login_refusal(status->text);
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
    auto signed_in = co_await authenticate(wire, std::move(credential), result.capabilities);
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
