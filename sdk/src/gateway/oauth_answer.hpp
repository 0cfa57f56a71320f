#pragma once
// What authorization servers answer, as values.
#include <string>

#include "postern/gateway/oauth.hpp"

namespace postern::gateway {

/// Of a token endpoint: tokens, or the error code of RFC 6749 section 5.2 with the fault it means.
struct TokenReply {
    Outcome<TokenAnswer> outcome = Fault();
    std::string error;  ///< "" if there is none
};
TokenReply read_token_reply(const http::Response& response);

}  // namespace postern::gateway
