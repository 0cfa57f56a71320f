#pragma once
// ":matches": "*" and "?" over characters (RFC 5228 section 2.7.1). Time is at most text times pattern.
#include <string>
#include <vector>

#include "postern/sieve/extension.hpp"

namespace postern::sieve {

/// A character as the comparator sees it, and where it stands in the original.
struct Glyph {
    enum class Kind : std::uint8_t { character, one, any };
    Kind kind = Kind::character;
    std::string folded;
    std::size_t begin = 0;
    std::size_t end = 0;
};

std::vector<Glyph> glyphs_of(std::string_view text, const Comparator& comparator);
/// "\\*" is a star, "\\?" a question mark, "\\\\" a backslash.
std::vector<Glyph> pattern_of(std::string_view pattern, const Comparator& comparator);

/// `found`: what all of it, and each wildcard, matched; each as short as possible from the left (RFC 5229 section 3.2).
bool match_wildcards(const std::vector<Glyph>& text, const std::vector<Glyph>& pattern,
                     std::string_view original, std::vector<std::string>* found);

}  // namespace postern::sieve
