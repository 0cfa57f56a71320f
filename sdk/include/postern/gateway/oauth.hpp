#pragma once
// OAuth 2.0 (RFC 6749) as a client of mail providers: refresh tokens, the device flow (RFC 8628) and the authorization code
// flow with PKCE (RFC 7636) over a redirection to loopback (RFC 8252). Times are seconds from the answer.
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "postern/config/config_node.hpp"
#include "postern/export.hpp"
#include "postern/gateway/fault.hpp"
#include "postern/net/http_client.hpp"
#include "postern/runtime/runtime.hpp"

namespace postern::gateway {

/// One entry of `oauth:`: an authorization server, and who we are to it.
struct OAuthProvider {
    std::string name;                ///< key of the entry
    std::string token_endpoint;      ///< https, or http on loopback
    std::string authorize_endpoint;  ///< "" if it has no code flow
    std::string device_endpoint;     ///< "" if it has no device flow
    std::string client_id;
    std::string client_secret;  ///< "" for a public client
    std::string scopes;         ///< separated by blanks
    std::string ca_file;        ///< PEM; if set, these authorities are trusted and no others

    POSTERN_SDK static OAuthProvider read(const std::string& name, const ConfigNode& node,
                                          Diagnostics& problems);
};

/// What a token endpoint answers. Wiped when this is destroyed.
struct POSTERN_SDK TokenAnswer {
    std::string access_token;
    std::string refresh_token;  ///< "" if the one that was sent goes on (RFC 6749 section 6)
    std::string scopes;         ///< that were granted; "": as asked for (RFC 6749 section 5.1)
    std::chrono::seconds lifetime{3600};

    TokenAnswer() = default;
    TokenAnswer(const TokenAnswer&) = default;
    TokenAnswer(TokenAnswer&&) noexcept = default;
    TokenAnswer& operator=(const TokenAnswer&) = default;
    TokenAnswer& operator=(TokenAnswer&&) noexcept = default;
    ~TokenAnswer();
};

/// Pure. Faults: auth_failed, definite: the grant is worth nothing any more (invalid_grant); permanent: the settings are
/// wrong (invalid_client, ...); rate_limited; transient.
POSTERN_SDK Outcome<TokenAnswer> parse_token_answer(const http::Response& response);

/// A new access token. Faults as above, and offline.
POSTERN_SDK Task<Outcome<TokenAnswer>> refresh_tokens(Dialer* dialer, OAuthProvider provider,
                                                      std::string refresh_token);

/// RFC 8628 section 3.2.
struct DeviceCode {
    std::string device_code;
    std::string user_code;
    std::string verification_uri;
    std::string verification_uri_complete;  ///< with the code in it; "" if there is none
    std::chrono::seconds lifetime{900};
    std::chrono::seconds interval{5};  ///< between two questions; grows when the server says so
};
POSTERN_SDK Outcome<DeviceCode> parse_device_code(const http::Response& response);
POSTERN_SDK Task<Outcome<DeviceCode>> ask_device_code(Dialer* dialer, OAuthProvider provider);
/// Asks once; nothing: the user has not decided yet, ask again after `code->interval`. A fault that is not transient or
/// offline is the end. `code` outlives the call.
POSTERN_SDK Task<Outcome<std::optional<TokenAnswer>>> poll_device_code(Dialer* dialer, OAuthProvider provider,
                                                                       DeviceCode* code);

/// One run of the code flow. The verifier stays here until the code is exchanged.
struct CodeRequest {
    std::string state;
    std::string verifier;      ///< RFC 7636 section 4.1
    std::string redirect_uri;  ///< "http://127.0.0.1:PORT/" (RFC 8252 section 7.3)
    std::string address;       ///< to be opened in a browser
};
POSTERN_SDK CodeRequest make_code_request(const OAuthProvider& provider, std::string redirect_uri);
/// BASE64URL(SHA256(verifier)): RFC 7636 section 4.2.
POSTERN_SDK std::string pkce_challenge(std::string_view verifier);
/// The code in the redirection that the browser followed ("/?code=...&state=..."). permanent: the user or the server said
/// no, or it is the answer to another request.
POSTERN_SDK Outcome<std::string> code_of_redirection(const CodeRequest& request, std::string_view target);
POSTERN_SDK Task<Outcome<TokenAnswer>> exchange_code(Dialer* dialer, OAuthProvider provider,
                                                     CodeRequest request, std::string code);

}  // namespace postern::gateway
