#pragma once
// The mechanism INTERNAL (RFC 4467 section 2.4.1).
#include <string>
#include <string_view>

#include "postern/export.hpp"
#include "postern/result.hpp"

namespace postern::imap {

constexpr std::string_view internal_mechanism = "internal";

/// A new mailbox access key: 256 random bits in hexadecimal.
POSTERN_SDK Result<std::string> make_access_key();

/// What authorises `rump`, the URL up to the access identifier: a number for the algorithm, then HMAC-SHA-256, in lower case
/// hexadecimal.
POSTERN_SDK std::string make_token(std::string_view key, std::string_view rump);

/// In the same time whatever differs.
POSTERN_SDK bool same_token(std::string_view a, std::string_view b);

}  // namespace postern::imap
