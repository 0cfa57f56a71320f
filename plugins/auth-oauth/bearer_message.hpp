#pragma once
// What clients say to sign in with a token.
#include <string>
#include <string_view>

#include "postern/result.hpp"

namespace postern::oauth {

struct BearerMessage {
    std::string user;   ///< for whom; "" if the client leaves it to the token
    std::string token;  ///< b64token (RFC 6750 section 2.1)
};

/// "n,a=user@example.com,^Ahost=...^Aauth=Bearer ...^A^A" (RFC 7628 section 3.1). protocol_violation if it is none.
Result<BearerMessage> parse_oauthbearer(std::string_view message);
/// "user=user@example.com^Aauth=Bearer ...^A^A", Google's form from before the RFC.
Result<BearerMessage> parse_xoauth2(std::string_view message);

}  // namespace postern::oauth
