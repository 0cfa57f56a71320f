#pragma once
// Small pieces every reader of headers needs. ASCII only, independent of the locale.
#include <string_view>

namespace postern::mime {

constexpr char to_lower(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}
constexpr bool is_digit(char c) noexcept {
    return c >= '0' && c <= '9';
}
constexpr bool is_alpha(char c) noexcept {
    return to_lower(c) >= 'a' && to_lower(c) <= 'z';
}
constexpr bool is_blank(char c) noexcept {
    return c == ' ' || c == '\t';
}
constexpr bool is_space(char c) noexcept {
    return is_blank(c) || c == '\r' || c == '\n';
}

/// Value of a hexadecimal digit, or -1.
constexpr int hex_value(char c) noexcept {
    if (is_digit(c)) return c - '0';
    c = to_lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

constexpr std::string_view trim_left(std::string_view s) noexcept {
    std::size_t i = 0;
    while (i < s.size() && is_space(s[i])) ++i;
    return s.substr(i);
}
constexpr std::string_view trim_right(std::string_view s) noexcept {
    std::size_t n = s.size();
    while (n > 0 && is_space(s[n - 1])) --n;
    return s.substr(0, n);
}
constexpr std::string_view trim(std::string_view s) noexcept {
    return trim_right(trim_left(s));
}

/// Index after a comment that starts at s[i] == '(' (RFC 5322 section 3.2.2, nesting, quoted pairs); s.size() when it is
/// not closed.
constexpr std::size_t skip_comment(std::string_view s, std::size_t i) noexcept {
    int depth = 0;
    for (; i < s.size(); ++i) {
        if (s[i] == '\\') {
            ++i;
        } else if (s[i] == '(') {
            ++depth;
        } else if (s[i] == ')' && --depth == 0) {
            return i + 1;
        }
    }
    return s.size();
}

/// Index of the first octet at or after i that is neither white space nor within a comment.
constexpr std::size_t skip_cfws(std::string_view s, std::size_t i) noexcept {
    while (i < s.size()) {
        if (is_space(s[i])) {
            ++i;
        } else if (s[i] == '(') {
            i = skip_comment(s, i);
        } else {
            break;
        }
    }
    return i;
}

}  // namespace postern::mime
