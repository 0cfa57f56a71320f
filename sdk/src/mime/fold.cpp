// i;unicode-casemap (RFC 5051 section 2).
#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/utf16.h>

#include <array>

#include "mime/utf8.hpp"
#include "postern/mime/decode.hpp"

namespace postern::mime {

namespace {

constexpr char to_upper(char c) noexcept {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
}

void append_upper(std::string_view ascii, std::string& out) {
    const std::size_t begin = out.size();
    out.append(ascii);
    for (char* p = out.data() + begin; p != out.data() + out.size(); ++p) *p = to_upper(*p);
}

/// Titlecase, then full compatibility decomposition of one character.
void append_folded_character(const UNormalizer2* nfkd, std::uint32_t code_point, std::string& out) {
    const UChar32 title = u_totitle(static_cast<UChar32>(code_point));
    std::array<UChar, 32> units;
    UErrorCode status = U_ZERO_ERROR;
    const std::int32_t n =
        unorm2_getDecomposition(nfkd, title, units.data(), static_cast<std::int32_t>(units.size()), &status);
    if (n < 0 || U_FAILURE(status)) return append_code_point(static_cast<std::uint32_t>(title), out);
    for (std::int32_t i = 0; i < n;) {
        UChar32 c = 0;
        U16_NEXT(units.data(), i, n, c);
        append_code_point(static_cast<std::uint32_t>(c), out);
    }
}

/// Folded forms of U+0080 to U+07FF, which most text in Latin, Greek, Cyrillic, Hebrew and Arabic letters needs.
class TwoOctetTable {
public:
    explicit TwoOctetTable(const UNormalizer2* nfkd) {
        for (std::uint32_t c = 0x80; c < 0x800; ++c) append_folded_character(nfkd, c, entries_[c - 0x80]);
    }
    const std::string& operator[](std::uint32_t c) const noexcept { return entries_[c - 0x80]; }

private:
    std::array<std::string, 0x780> entries_;
};

}  // namespace

void append_folded(std::string_view utf8, std::string& out) {
    std::size_t i = find_non_ascii(utf8, 0);
    if (i == utf8.size()) return append_upper(utf8, out);
    UErrorCode status = U_ZERO_ERROR;
    static const UNormalizer2* const nfkd = unorm2_getNFKDInstance(&status);
    // Not UTF-8: compared as octets (step 1b); ASCII letters still without case.
    if (nfkd == nullptr || !is_utf8(utf8)) return append_upper(utf8, out);
    static const TwoOctetTable table(nfkd);
    std::size_t done = 0;
    while (i < utf8.size()) {
        append_upper(utf8.substr(done, i - done), out);
        const Utf8Step step = decode_utf8(utf8, i);
        if (step.code_point < 0x800) {
            out += table[step.code_point];
        } else {
            append_folded_character(nfkd, step.code_point, out);
        }
        done = i + step.length;
        i = find_non_ascii(utf8, done);
    }
    append_upper(utf8.substr(done), out);
}

std::string fold(std::string_view utf8) {
    std::string out;
    out.reserve(utf8.size());
    append_folded(utf8, out);
    return out;
}

}  // namespace postern::mime
