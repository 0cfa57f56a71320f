#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "postern/export.hpp"

namespace postern {

/// RFC 4648 section 4, with padding, strict: nullopt for anything else. "" is empty.
POSTERN_SDK std::optional<std::string> decode_base64(std::string_view text);
POSTERN_SDK std::string encode_base64(std::string_view octets);

}  // namespace postern
