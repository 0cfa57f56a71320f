#include "connector-imap/login.hpp"

#include "connector-imap/refusal.hpp"
#include "postern/gateway/refusal.hpp"
#include "postern/gateway/sasl.hpp"
#include "postern/imap/lexical.hpp"

namespace postern::imap_client {

using gateway::CredentialKind;
using gateway::Fault;
using gateway::FaultKind;
using gateway::RemoteCredential;
using gateway::RemoteServer;
using gateway::RemoteTls;

namespace {

/// One for the message, one that tells of an error (RFC 7628 section 3.2.2).
constexpr int max_challenges = 2;

// Characters that would end the command and begin another.
bool breaks_line(const std::string& text) {
    return text.find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos;
}

std::string quoted(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + '"';
}

// Capabilities in "[CAPABILITY ...]" of a status.
bool take_code(const Status& status, Capabilities& capabilities) {
    if (status.code != "CAPABILITY") return false;
    capabilities = Capabilities::parse(status.argument);
    return true;
}

// Capabilities of an untagged response of their own, or of a code.
bool take_capabilities(Response& response, Capabilities& capabilities) {
    const auto head = parse_head(response);
    if (head && head->name == "CAPABILITY") {
        capabilities = Capabilities::parse(std::string_view(response.text).substr(head->rest));
        return true;
    }
    const auto status = parse_status(response.text);
    return status && take_code(*status, capabilities);
}

Task<Outcome<Capabilities>> ask_capabilities(Wire* wire) {
    Capabilities found;
    Taker taker = [&found](Response& response) {
        take_capabilities(response, found);
        return true;
    };
    auto status = co_await wire->command("CAPABILITY", std::move(taker));
    if (!status) co_return status.error();
    if (!status->ok() || !found.known()) {
        co_return classify_refusal("CAPABILITY", *status, FaultKind::protocol_violation);
    }
    co_return found;
}

/// Greeting; true if the server took us in without a sign-in.
Task<Outcome<bool>> read_greeting(Wire* wire, Capabilities* capabilities) {
    auto response = co_await wire->read();
    if (!response) co_return response.error();
    const auto status = parse_status(response->text);
    if (response->kind != Response::Kind::untagged || !status) {
        wire->fail();
        co_return Fault(FaultKind::protocol_violation, "this is no IMAP server");
    }
    take_code(*status, *capabilities);
    if (status->ok()) co_return status->kind == Status::Kind::preauth;
    wire->fail();
    Fault fault = classify_login_refusal(*status);
    // Nothing was asked yet: no password can be wrong.
    if (fault.kind == FaultKind::auth_failed) fault.kind = FaultKind::transient;
    fault.definite = false;
    co_return fault;
}

/// The way a mechanism's single message goes out, and what is answered to a challenge.
struct Exchange {
    std::string mechanism;
    std::string message;       ///< base64
    std::string on_challenge;  ///< to end an exchange that the server refuses
};

Exchange exchange_for(const Capabilities& capabilities, const RemoteCredential& credential,
                      const RemoteServer& server) {
    Exchange out;
    if (credential.kind == CredentialKind::password) {
        out.mechanism = "PLAIN";
        out.message = gateway::base64(gateway::sasl_plain(credential));
        out.on_challenge = "*";
    } else if (capabilities.has_mechanism("OAUTHBEARER")) {
        out.mechanism = "OAUTHBEARER";
        out.message = gateway::base64(gateway::sasl_oauthbearer(credential, server));
        out.on_challenge = "AQ==";  // RFC 7628 section 3.2.3
    } else {
        out.mechanism = "XOAUTH2";
        out.message = gateway::base64(gateway::sasl_xoauth2(credential));
    }
    return out;
}

Task<Outcome<Status>> authenticate(Wire* wire, Exchange exchange, bool initial_response,
                                   Capabilities* found) {
    Taker taker = [found](Response& response) {
        take_capabilities(response, *found);
        return true;
    };
    CommandText command;
    command.text = "AUTHENTICATE " + exchange.mechanism;
    if (initial_response) command.text += ' ' + exchange.message;
    command.secret = true;
    auto tag = co_await wire->send(std::move(command));
    if (!tag) co_return tag.error();
    bool answered = initial_response;
    int challenges = 0;
    while (true) {
        auto response = co_await wire->read();
        if (!response) co_return response.error();
        if (response->kind == Response::Kind::untagged) {
            taker(*response);
            continue;
        }
        if (response->kind == Response::Kind::tagged) {
            auto status = parse_status(response->text);
            if (status && response->tag == *tag) co_return *status;
            wire->fail();
            co_return Fault(FaultKind::protocol_violation, "a response to what nobody asked");
        }
        if (++challenges > max_challenges) {
            wire->fail();
            co_return Fault(FaultKind::protocol_violation, "the server asks again and again");
        }
        std::string answer = answered ? exchange.on_challenge : exchange.message;
        answered = true;
        auto sent = co_await wire->send_line(std::move(answer), true);
        if (!sent) co_return sent.error();
    }
}

Task<Outcome<Status>> plain_login(Wire* wire, RemoteCredential credential, Capabilities* found) {
    Taker taker = [found](Response& response) {
        take_capabilities(response, *found);
        return true;
    };
    CommandText command;
    command.text = "LOGIN " + quoted(credential.login) + ' ' + quoted(credential.secret);
    command.secret = true;
    auto status = co_await wire->command(std::move(command), std::move(taker));
    co_return status;
}

/// Signs in; `found` gets what the server then says it can do, if it says so.
Task<Outcome<void>> sign_in(Wire* wire, RemoteServer server, RemoteCredential credential,
                            Capabilities capabilities, Capabilities* found) {
    if (breaks_line(credential.login) || breaks_line(credential.secret)) {
        Fault fault(FaultKind::auth_failed, "name or password cannot be sent");
        fault.definite = true;
        co_return fault;
    }
    const bool password = credential.kind == CredentialKind::password;
    const bool token = capabilities.has_mechanism("OAUTHBEARER") || capabilities.has_mechanism("XOAUTH2");
    const bool sasl = password ? capabilities.has_mechanism("PLAIN") : token;
    if (!sasl && (!password || capabilities.has("LOGINDISABLED"))) {
        co_return Fault(FaultKind::permanent,
                        "the server offers no way to sign in with this kind of credential");
    }
    Outcome<Status> status = Fault();
    if (sasl) {
        Exchange exchange = exchange_for(capabilities, credential, server);
        const bool initial = capabilities.has("SASL-IR");
        status = co_await authenticate(wire, std::move(exchange), initial, found);
    } else {
        status = co_await plain_login(wire, std::move(credential), found);
    }
    if (!status) co_return status.error();
    if (status->ok()) {
        take_code(*status, *found);
        co_return Outcome<void>{};
    }
    Fault fault = classify_login_refusal(*status);
    if (!password && fault.kind == FaultKind::auth_failed) fault.kind = FaultKind::auth_expired;
    co_return fault;
}

Task<Outcome<void>> secure(Wire* wire, RemoteServer server, Capabilities capabilities) {
    // Configured means required: a server that does not offer it, or somebody between who hides it, gets no password.
    if (!capabilities.has("STARTTLS"))
        co_return Fault(FaultKind::permanent, "the server does not offer STARTTLS");
    auto status = co_await wire->command("STARTTLS");
    if (!status) co_return status.error();
    if (!status->ok()) co_return classify_refusal("STARTTLS", *status, FaultKind::permanent);
    auto secured = co_await wire->start_tls(std::move(server));
    co_return secured;
}

Task<Outcome<void>> identify(Wire* wire, LoginResult* result) {
    std::string* name = &result->implementation;
    Taker taker = [name](Response& response) {
        const auto head = parse_head(response);
        if (head && head->name == "ID")
            *name = gateway::printable(std::string_view(response.text).substr(head->rest));
        return true;
    };
    // Some providers take nobody in who does not say who he is (RFC 2971).
    auto status = co_await wire->command("ID (\"name\" \"Postern\")", std::move(taker));
    if (!status) co_return status.error();
    co_return Outcome<void>{};
}

Task<Outcome<void>> enable(Wire* wire, LoginResult* result) {
    bool* enabled = &result->qresync;
    Taker taker = [enabled](Response& response) {
        const auto head = parse_head(response);
        if (!head || head->name != "ENABLED") return true;
        for (const auto word : words_of(std::string_view(response.text).substr(head->rest))) {
            if (imap::equals_ignore_case(word, "QRESYNC")) *enabled = true;
        }
        return true;
    };
    auto status = co_await wire->command("ENABLE QRESYNC", std::move(taker));
    if (!status) co_return status.error();
    co_return Outcome<void>{};
}

Task<Outcome<void>> find_namespaces(Wire* wire, LoginResult* result) {
    Namespaces* namespaces = &result->namespaces;
    Taker taker = [namespaces](Response& response) {
        const auto head = parse_head(response);
        if (!head || head->name != "NAMESPACE") return true;
        if (auto found = parse_namespaces(response, *head)) *namespaces = std::move(*found);
        return true;
    };
    auto status = co_await wire->command("NAMESPACE", std::move(taker));
    if (!status) co_return status.error();
    co_return Outcome<void>{};
}

// What makes a session better, where the server can.
Task<Outcome<void>> settle_in(Wire* wire, LoginResult* result, Switches switches) {
    Capabilities& capabilities = result->capabilities;
    if (!switches.qresync) capabilities.remove("QRESYNC");
    if (!switches.condstore) {
        capabilities.remove("QRESYNC");
        capabilities.remove("CONDSTORE");
    }
    if (!switches.list_status) capabilities.remove("LIST-STATUS");
    if (capabilities.literal_plus()) wire->use_literal_plus();
    if (capabilities.has("ID")) {
        auto identified = co_await identify(wire, result);
        if (!identified) co_return identified.error();
    }
    // Announced is not enough: a proxy may announce what the server behind it does not know (gateway.md 4.1).
    if (capabilities.qresync() && capabilities.has("ENABLE")) {
        auto enabled = co_await enable(wire, result);
        if (!enabled) co_return enabled.error();
    }
    if (capabilities.has("NAMESPACE")) {
        auto found = co_await find_namespaces(wire, result);
        if (!found) co_return found.error();
    }
    co_return Outcome<void>{};
}

}  // namespace

Task<Outcome<LoginResult>> log_in(Wire* wire, RemoteServer server, RemoteCredential credential,
                                  Switches switches) {
    LoginResult result;
    if (server.tls == RemoteTls::implicit) {
        auto secured = co_await wire->start_tls(server);
        if (!secured) co_return secured.error();
    }
    auto greeted = co_await read_greeting(wire, &result.capabilities);
    if (!greeted) co_return greeted.error();
    if (*greeted && server.tls == RemoteTls::starttls) {
        // Who is greeted as known cannot secure the line any more: somebody may sit in between (RFC 3501 section 6.2.1).
        co_return Fault(FaultKind::permanent, "the server does not let the line be secured");
    }
    if (!result.capabilities.known()) {
        auto asked = co_await ask_capabilities(wire);
        if (!asked) co_return asked.error();
        result.capabilities = *asked;
    }
    if (server.tls == RemoteTls::starttls) {
        auto secured = co_await secure(wire, server, result.capabilities);
        if (!secured) co_return secured.error();
        // What was learned in plain text may have been forged.
        auto asked = co_await ask_capabilities(wire);
        if (!asked) co_return asked.error();
        result.capabilities = *asked;
    }
    Capabilities after;
    if (!*greeted) {
        auto signed_in = co_await sign_in(wire, server, std::move(credential), result.capabilities, &after);
        if (!signed_in) co_return signed_in.error();
    }
    wire->trust();
    if (!after.known()) {
        auto asked = co_await ask_capabilities(wire);
        if (!asked) co_return asked.error();
        after = *asked;
    }
    result.capabilities = std::move(after);
    auto settled = co_await settle_in(wire, &result, switches);
    if (!settled) co_return settled.error();
    co_return result;
}

}  // namespace postern::imap_client
