#pragma once
// SASLprep (RFC 4013): names and passwords that look the same become the same octets.
#include <optional>
#include <string>
#include <string_view>

#include "postern/export.hpp"

namespace postern {

/// UTF-8 in its prepared form. Code points that Unicode 3.2 did not assign pass, as in queries (RFC 3454 section 7): a
/// password with a newer character is no worse than others. nullopt if it is not UTF-8, holds what is prohibited
/// (controls, private use) or mixes directions (RFC 3454 section 6), or is longer than 4096 octets.
POSTERN_SDK std::optional<std::string> saslprep(std::string_view text);

}  // namespace postern
