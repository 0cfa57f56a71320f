#pragma once
// What a server means by -ERR: response codes (RFC 2449 section 8, RFC 3206), else the words it uses. A busy server must
// not look like a wrong password.
#include <string_view>

#include "postern/gateway/fault.hpp"
#include "postern/gateway/refusal.hpp"

namespace postern::pop3 {

using gateway::printable;

/// The code of "[IN-USE] text", in upper case; "" if there is none.
std::string response_code(std::string_view text);

/// -ERR to USER, PASS or AUTH, or instead of a greeting.
gateway::Fault classify_login_refusal(std::string_view text);

/// -ERR to any later command. Without a code it is `otherwise`.
gateway::Fault classify_refusal(std::string_view command, std::string_view text,
                                gateway::FaultKind otherwise);

}  // namespace postern::pop3
