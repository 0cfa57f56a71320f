#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace postern::imap {

/// RFC 4648 section 4, with padding, strict: nullopt for anything else. "" is empty.
std::optional<std::string> decode_base64(std::string_view text);
std::string encode_base64(std::string_view octets);

}  // namespace postern::imap
