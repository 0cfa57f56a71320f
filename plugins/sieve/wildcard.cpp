#include "wildcard.hpp"

namespace postern::sieve {

namespace {

/// Octets of the character at `at`; one where it is not UTF-8.
std::size_t character_length(std::string_view text, std::size_t at) {
    const auto lead = static_cast<unsigned char>(text[at]);
    const std::size_t wanted = lead < 0x80 ? 1 : lead < 0xc0 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    std::size_t length = 1;
    while (length < wanted && at + length < text.size() &&
           (static_cast<unsigned char>(text[at + length]) & 0xc0) == 0x80) {
        ++length;
    }
    return length == wanted ? length : 1;
}

Glyph glyph_at(std::string_view text, std::size_t at, const Comparator& comparator) {
    Glyph out;
    out.begin = at;
    out.end = at + character_length(text, at);
    out.folded = comparator.fold(text.substr(out.begin, out.end - out.begin));
    return out;
}

bool fits(const Glyph& text, const Glyph& pattern) {
    return pattern.kind == Glyph::Kind::one ||
           (pattern.kind == Glyph::Kind::character && pattern.folded == text.folded);
}

}  // namespace

std::vector<Glyph> glyphs_of(std::string_view text, const Comparator& comparator) {
    std::vector<Glyph> out;
    out.reserve(text.size());
    for (std::size_t at = 0; at < text.size(); at = out.back().end)
        out.push_back(glyph_at(text, at, comparator));
    return out;
}

std::vector<Glyph> pattern_of(std::string_view pattern, const Comparator& comparator) {
    std::vector<Glyph> out;
    std::size_t at = 0;
    while (at < pattern.size()) {
        if (pattern[at] == '*' || pattern[at] == '?') {
            Glyph wildcard;
            wildcard.kind = pattern[at] == '*' ? Glyph::Kind::any : Glyph::Kind::one;
            out.push_back(std::move(wildcard));
            ++at;
            continue;
        }
        if (pattern[at] == '\\' && at + 1 < pattern.size()) ++at;
        out.push_back(glyph_at(pattern, at, comparator));
        at = out.back().end;
    }
    return out;
}

bool match_wildcards(const std::vector<Glyph>& text, const std::vector<Glyph>& pattern,
                     std::string_view original, std::vector<std::string>* found) {
    constexpr std::size_t none = SIZE_MAX;
    std::vector<std::size_t> begins(pattern.size());  // where each glyph of the pattern starts to match
    std::size_t t = 0, p = 0, star = none, retry = 0;
    while (t < text.size() || p < pattern.size()) {
        if (p < pattern.size() && pattern[p].kind == Glyph::Kind::any) {
            begins[p] = t;
            star = p++;
            retry = t;
        } else if (p < pattern.size() && t < text.size() && fits(text[t], pattern[p])) {
            begins[p++] = t++;
        } else if (star != none && retry < text.size()) {
            t = ++retry;
            p = star + 1;
        } else {
            return false;
        }
    }
    if (found == nullptr) return true;
    found->assign(1, std::string(original));
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        if (pattern[i].kind == Glyph::Kind::character) continue;
        const std::size_t next = i + 1 < pattern.size() ? begins[i + 1] : text.size();
        const std::size_t begin = begins[i] < text.size() ? text[begins[i]].begin : original.size();
        const std::size_t end = next < text.size() ? text[next].begin : original.size();
        found->emplace_back(original.substr(begin, end - begin));
    }
    return true;
}

}  // namespace postern::sieve
