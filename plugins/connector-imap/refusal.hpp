#pragma once
// What a server means by NO and BAD: response codes (RFC 5530), else the words it uses.
#include <string_view>

#include "connector-imap/responses.hpp"
#include "postern/gateway/remote.hpp"

namespace postern::imap_client {

/// To LOGIN or AUTHENTICATE, or BYE instead of a greeting.
gateway::Fault classify_login_refusal(const Status& status);

/// To any later command. Without a code that tells, it is `otherwise`.
gateway::Fault classify_refusal(std::string_view command, const Status& status, gateway::FaultKind otherwise);

/// A function of its own: GCC 12 takes the assignment within a coroutine for one out of bounds.
void refuse(gateway::ActionResult& result, gateway::FaultKind kind, std::string text);

}  // namespace postern::imap_client
