#pragma once
// H() and HMAC() of RFC 5802 section 2.2.
#include <string>
#include <string_view>

#include "kernel/auth/scram.hpp"

namespace postern::auth {

std::string scram_digest(ScramHash hash, std::string_view text);
std::string scram_hmac(ScramHash hash, std::string_view key, std::string_view text);

}  // namespace postern::auth
