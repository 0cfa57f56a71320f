#include "postern/gateway/oauth.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <stdexcept>

#include "oauth_answer.hpp"
#include "postern/encoding/base64.hpp"
#include "postern/gateway/refusal.hpp"

namespace postern::gateway {

namespace {

constexpr std::size_t random_octets = 32;
/// RFC 8628 section 3.5.
constexpr std::chrono::seconds slow_down_step{5};

using Response = Outcome<http::Response>;

/// Without padding (RFC 7636 appendix A).
std::string base64url(std::string_view octets) {
    std::string out = encode_base64(octets);
    for (char& c : out) {
        if (c == '+') c = '-';
        if (c == '/') c = '_';
    }
    out.erase(std::min(out.find('='), out.size()));
    return out;
}

std::string random_text() {
    std::string octets(random_octets, '\0');
    if (RAND_bytes(reinterpret_cast<unsigned char*>(octets.data()), static_cast<int>(octets.size())) != 1) {
        throw std::runtime_error("no random octets");
    }
    return base64url(octets);
}

Fault fault_of(const Error& error) {
    const bool kept_back = error.code == Errc::permission_denied || error.code == Errc::invalid;
    if (kept_back) return {FaultKind::permanent, error.text};
    return {error.code == Errc::protocol_violation ? FaultKind::transient : FaultKind::offline, error.text};
}

Task<Response> post_form(Dialer* dialer, OAuthProvider provider, std::string endpoint, http::Fields fields) {
    if (dialer == nullptr) co_return Fault(FaultKind::permanent, "no outgoing connections");
    auto url = http::Url::parse(endpoint);
    if (!url) co_return fault_of(url.error());
    fields.emplace_back("client_id", provider.client_id);
    if (!provider.client_secret.empty()) fields.emplace_back("client_secret", provider.client_secret);
    http::Request request;
    request.method = "POST";
    request.url = std::move(*url);
    request.headers = {{"Content-Type", "application/x-www-form-urlencoded"}, {"Accept", "application/json"}};
    request.body = http::form_encode(fields);
    request.ca_file = provider.ca_file;
    for (auto& [name, value] : fields) OPENSSL_cleanse(value.data(), value.size());
    auto response = co_await http::send(dialer, std::move(request));
    if (!response) co_return fault_of(response.error());
    co_return std::move(*response);
}

Task<Outcome<TokenAnswer>> ask_token(Dialer* dialer, OAuthProvider provider, http::Fields fields) {
    std::string endpoint = provider.token_endpoint;
    auto response = co_await post_form(dialer, std::move(provider), std::move(endpoint), std::move(fields));
    if (!response) co_return response.error();
    co_return parse_token_answer(*response);
}

std::string read_endpoint(const ConfigNode& node, std::string_view key, Diagnostics& problems) {
    std::string text = node.get_string(key, "", problems);
    if (text.empty()) return text;
    const auto url = http::Url::parse(text);
    const auto wrong = [&](const std::string& why) {
        problems.error(node[key].place(), '`' + std::string(key) + "`: " + why);
    };
    if (!url) {
        wrong(url.error().text);
    } else if (!url->tls && url->host != "localhost" && url->host != "::1" &&
               !url->host.starts_with("127.")) {
        wrong("tokens do not travel without TLS: https");
    }
    return text;
}

}  // namespace

TokenAnswer::~TokenAnswer() {
    OPENSSL_cleanse(access_token.data(), access_token.size());
    OPENSSL_cleanse(refresh_token.data(), refresh_token.size());
}

OAuthProvider OAuthProvider::read(const std::string& name, const ConfigNode& node, Diagnostics& problems) {
    node.check_keys({"token", "authorize", "device", "client_id", "client_secret", "scopes", "ca"}, problems);
    OAuthProvider provider;
    provider.name = name;
    provider.token_endpoint = read_endpoint(node, "token", problems);
    provider.authorize_endpoint = read_endpoint(node, "authorize", problems);
    provider.device_endpoint = read_endpoint(node, "device", problems);
    provider.client_id = node.require_string("client_id", problems).value_or("");
    provider.client_secret = node.get_string("client_secret", "", problems);
    provider.scopes = node.get_string("scopes", "", problems);
    provider.ca_file = node.get_string("ca", "", problems);
    if (provider.token_endpoint.empty()) {
        problems.error(node.place(), "`oauth` entry `" + name + "` needs `token`: its token endpoint");
    } else if (provider.authorize_endpoint.empty() && provider.device_endpoint.empty()) {
        problems.error(node.place(), "`oauth` entry `" + name + "` needs `device` or `authorize`");
    }
    return provider;
}

Task<Outcome<TokenAnswer>> refresh_tokens(Dialer* dialer, OAuthProvider provider, std::string refresh_token) {
    http::Fields fields = {{"grant_type", "refresh_token"}};
    fields.emplace_back("refresh_token", std::move(refresh_token));
    auto answer = co_await ask_token(dialer, std::move(provider), std::move(fields));
    co_return answer;
}

Task<Outcome<DeviceCode>> ask_device_code(Dialer* dialer, OAuthProvider provider) {
    http::Fields fields;
    if (!provider.scopes.empty()) fields.emplace_back("scope", provider.scopes);
    std::string endpoint = provider.device_endpoint;
    auto response = co_await post_form(dialer, std::move(provider), std::move(endpoint), std::move(fields));
    if (!response) co_return response.error();
    co_return parse_device_code(*response);
}

Task<Outcome<std::optional<TokenAnswer>>> poll_device_code(Dialer* dialer, OAuthProvider provider,
                                                           DeviceCode* code) {
    http::Fields fields = {{"grant_type", "urn:ietf:params:oauth:grant-type:device_code"}};
    fields.emplace_back("device_code", code->device_code);
    std::string endpoint = provider.token_endpoint;
    auto response = co_await post_form(dialer, std::move(provider), std::move(endpoint), std::move(fields));
    if (!response) co_return response.error();
    auto reply = read_token_reply(*response);
    if (reply.outcome) co_return std::optional<TokenAnswer>(std::move(*reply.outcome));
    if (reply.error == "slow_down") code->interval += slow_down_step;
    if (reply.error == "slow_down" || reply.error == "authorization_pending") {
        co_return std::optional<TokenAnswer>();
    }
    co_return reply.outcome.error();
}

std::string pkce_challenge(std::string_view verifier) {
    std::string digest(EVP_MAX_MD_SIZE, '\0');
    unsigned size = 0;
    if (EVP_Digest(verifier.data(), verifier.size(), reinterpret_cast<unsigned char*>(digest.data()), &size,
                   EVP_sha256(), nullptr) != 1) {
        throw std::runtime_error("SHA-256 failed");
    }
    digest.resize(size);
    return base64url(digest);
}

CodeRequest make_code_request(const OAuthProvider& provider, std::string redirect_uri) {
    CodeRequest request;
    request.state = random_text();
    request.verifier = random_text();
    request.redirect_uri = std::move(redirect_uri);
    http::Fields fields = {{"response_type", "code"},
                           {"client_id", provider.client_id},
                           {"redirect_uri", request.redirect_uri},
                           {"state", request.state},
                           {"code_challenge", pkce_challenge(request.verifier)},
                           {"code_challenge_method", "S256"}};
    if (!provider.scopes.empty()) fields.emplace_back("scope", provider.scopes);
    // A query that the endpoint has already stays (RFC 6749 section 3.1).
    const bool has_query = provider.authorize_endpoint.find('?') != std::string::npos;
    request.address = provider.authorize_endpoint + (has_query ? '&' : '?') + http::form_encode(fields);
    return request;
}

Outcome<std::string> code_of_redirection(const CodeRequest& request, std::string_view target) {
    const std::size_t query = target.find('?');
    const http::Fields fields =
        http::form_decode(query == std::string_view::npos ? std::string_view() : target.substr(query + 1));
    // RFC 6749 section 10.12: somebody else's code must not be taken for the user's.
    if (http::field_of(fields, "state") != request.state) {
        return Fault(FaultKind::permanent, "this is not the answer to the request");
    }
    const std::string error = http::field_of(fields, "error");
    if (!error.empty()) {
        const std::string why = http::field_of(fields, "error_description");
        return Fault(FaultKind::permanent, "the authorization server answers " + printable(error) +
                                               (why.empty() ? "" : ": " + printable(why)));
    }
    std::string code = http::field_of(fields, "code");
    if (code.empty()) return Fault(FaultKind::permanent, "the answer holds no code");
    return code;
}

Task<Outcome<TokenAnswer>> exchange_code(Dialer* dialer, OAuthProvider provider, CodeRequest request,
                                         std::string code) {
    http::Fields fields = {{"grant_type", "authorization_code"}};
    fields.emplace_back("code", std::move(code));
    fields.emplace_back("redirect_uri", std::move(request.redirect_uri));
    fields.emplace_back("code_verifier", std::move(request.verifier));
    auto answer = co_await ask_token(dialer, std::move(provider), std::move(fields));
    co_return answer;
}

}  // namespace postern::gateway
