#pragma once
// What providers mean by the words with which they refuse a sign-in. A busy server must not look like a wrong password.
#include <string>
#include <string_view>

#include "postern/export.hpp"
#include "postern/gateway/fault.hpp"

namespace postern::gateway {

/// Text of a peer made fit for the log: printable, bounded.
POSTERN_SDK std::string printable(std::string_view text);

/// For a refusal without a response code: rate_limited or transient if the words say so, else auth_failed.
POSTERN_SDK Fault classify_login_words(std::string_view text);

}  // namespace postern::gateway
