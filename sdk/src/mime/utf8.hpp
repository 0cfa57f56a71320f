#pragma once
// UTF-8, octet by octet (RFC 3629).
#include <cstdint>
#include <string>
#include <string_view>

namespace postern::mime {

inline constexpr std::string_view replacement_utf8 = "\xEF\xBF\xBD";

/// What decode_utf8() found at one place.
struct Utf8Step {
    std::uint32_t code_point = 0;
    std::uint8_t length = 0;  ///< octets of the character; of the bad sequence if !valid
    bool valid = false;
    bool incomplete = false;  ///< not valid only because the text ends here
};

/// Decodes one character at s[i]. Overlong forms, surrogates and values over U+10FFFF are not valid.
Utf8Step decode_utf8(std::string_view s, std::size_t i) noexcept;

void append_code_point(std::uint32_t code_point, std::string& out);

/// Appends `text` with every bad sequence replaced by U+FFFD. Returns the count of octets used: less than the size when
/// the end is an incomplete character and `last` is false.
std::size_t append_valid_utf8(std::string_view text, bool last, std::string& out);

/// Index of the first octet over 127 at or after i, or the size.
std::size_t find_non_ascii(std::string_view s, std::size_t i) noexcept;

/// Cuts `text` to at most `octets`, not within a character.
std::string_view cut_utf8(std::string_view text, std::size_t octets) noexcept;

}  // namespace postern::mime
