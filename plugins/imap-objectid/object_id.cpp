#include "object_id.hpp"

#include <algorithm>

#include "postern/imap/lexical.hpp"

namespace postern::imap {

namespace {
constexpr std::string_view digits = "0123456789abcdef";
constexpr std::size_t digit_count = 16;
}  // namespace

std::string object_id(ObjectKind kind, std::uint64_t number) {
    std::string id(1 + digit_count, static_cast<char>(kind));
    for (std::size_t i = digit_count; i > 0; --i, number >>= 4) id[i] = digits[number & 15];
    return id;
}

std::optional<std::uint64_t> object_number(ObjectKind kind, std::string_view id) {
    if (id.size() != 1 + digit_count || id.front() != static_cast<char>(kind)) return std::nullopt;
    std::uint64_t number = 0;
    for (const char c : id.substr(1)) {
        const auto digit = digits.find(c);
        if (digit == std::string_view::npos) return std::nullopt;
        number = number << 4 | digit;
    }
    return number;
}

bool is_object_id(std::string_view text) {
    const auto allowed = [](char c) {
        const char lower = ascii_lower(c);
        return (lower >= 'a' && lower <= 'z') || is_digit(c) || c == '_' || c == '-';
    };
    return !text.empty() && text.size() <= 255 && std::ranges::all_of(text, allowed);
}

}  // namespace postern::imap
