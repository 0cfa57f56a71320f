#include "postern/imap/lexical.hpp"

#include <algorithm>

namespace postern::imap {

namespace lexical {
namespace {

constexpr std::uint8_t classify(unsigned c) {
    if (c == 0 || c > 127) return 0;
    std::uint8_t bits = 0;
    if (c != '\r' && c != '\n' && c != '"' && c != '\\') bits |= quoted_plain;
    if (c <= ' ' || c == 127 || c == '(' || c == ')' || c == '{' || c == '"' || c == '\\') return bits;
    bits |= list_char;
    if (c == '%' || c == '*') return bits;
    bits |= astring_char;
    if (c != '+') bits |= tag_char;
    if (c != ']') bits |= atom_char;
    if (c >= '0' && c <= '9') bits |= digit;
    return bits;
}

constexpr std::array<std::uint8_t, 256> classify_all() {
    std::array<std::uint8_t, 256> out{};
    for (unsigned c = 0; c < out.size(); ++c) out[c] = classify(c);
    return out;
}

}  // namespace

constinit const std::array<std::uint8_t, 256> classes = classify_all();

}  // namespace lexical

std::string to_upper(std::string_view s) {
    std::string out(s);
    std::transform(out.begin(), out.end(), out.begin(), ascii_upper);
    return out;
}

bool is_atom(std::string_view s) {
    return !s.empty() && std::all_of(s.begin(), s.end(), is_atom_char);
}

}  // namespace postern::imap
