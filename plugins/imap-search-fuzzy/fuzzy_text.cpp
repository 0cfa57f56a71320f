#include "fuzzy_text.hpp"

#include <algorithm>
#include <array>

namespace postern::imap {

namespace {

constexpr std::size_t max_words = 16;        ///< of a pattern
constexpr std::size_t max_word_length = 40;  ///< longer ones are compared by their beginning

/// The next character; octets that are no UTF-8 stand for themselves.
char32_t next_character(std::string_view text, std::size_t& i) {
    const auto first = static_cast<unsigned char>(text[i++]);
    const int more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : first >= 0xc0 ? 1 : 0;
    if (more == 0 || i + static_cast<std::size_t>(more) > text.size()) return first;
    char32_t c = first & (0x3fU >> more);
    for (int k = 0; k < more; ++k) c = c << 6 | (static_cast<unsigned char>(text[i++]) & 0x3fU);
    return c;
}

bool is_mark(char32_t c) {
    return (c >= 0x300 && c < 0x370) || (c >= 0x1ab0 && c < 0x1b00) || (c >= 0x1dc0 && c < 0x1e00) ||
           (c >= 0x20d0 && c < 0x2100) || (c >= 0xfe20 && c < 0xfe30);
}

bool is_word_character(char32_t c) {
    if (c < 0x80) return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (c < 0xc0) return c == 0xaa || c == 0xb5 || c == 0xba;
    return !(c >= 0x2000 && c < 0x2070) && !(c >= 0x3000 && c < 0x3004) && !(c >= 0x3008 && c < 0x3021);
}

std::string without_marks(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size();) {
        const std::size_t begin = i;
        if (!is_mark(next_character(text, i))) out.append(text, begin, i - begin);
    }
    return out;
}

/// Calls `use` with each word, without marks, at most max_word_length characters of it.
template <class Use>
void for_each_word(std::string_view text, const Use& use) {
    std::array<char32_t, max_word_length> word{};
    std::size_t length = 0;
    for (std::size_t i = 0; i < text.size();) {
        const char32_t c = next_character(text, i);
        if (is_mark(c)) continue;
        if (is_word_character(c)) {
            if (length < word.size()) word[length++] = c;
            continue;
        }
        if (length > 0) use(std::u32string_view(word.data(), length));
        length = 0;
    }
    if (length > 0) use(std::u32string_view(word.data(), length));
}

int allowed_edits(std::size_t length) {
    if (length < 4) return 0;
    return length < 8 ? 1 : 2;
}

/// Of one word of the pattern against one of the text.
int word_score(std::u32string_view wanted, std::u32string_view word) {
    if (wanted == word) return 95;
    if (word.starts_with(wanted)) return wanted.size() * 2 >= word.size() ? 85 : 75;
    // "breaking" finds "break"
    const bool stem = word.size() >= 4 && wanted.size() - word.size() <= 4 && wanted.starts_with(word);
    if (wanted.size() > word.size() && stem) return 70;
    if (wanted.size() >= 4 && word.find(wanted) != word.npos) return 60;
    const int limit = allowed_edits(wanted.size());
    const int edits = limit == 0 ? 1 : edit_distance(wanted, word, limit);
    if (edits > limit) return 0;
    return edits == 1 ? 55 : 35;
}

}  // namespace

int edit_distance(std::u32string_view a, std::u32string_view b, int limit) {
    a = a.substr(0, max_word_length);
    b = b.substr(0, max_word_length);
    const auto difference = a.size() > b.size() ? a.size() - b.size() : b.size() - a.size();
    if (difference > static_cast<std::size_t>(limit)) return limit + 1;
    // Optimal string alignment, three rows of the table.
    std::array<std::array<int, max_word_length + 1>, 3> rows{};
    for (std::size_t j = 0; j <= b.size(); ++j) rows[0][j] = static_cast<int>(j);
    for (std::size_t i = 1; i <= a.size(); ++i) {
        auto& row = rows[i % 3];
        const auto& above = rows[(i - 1) % 3];
        const auto& before = rows[(i + 1) % 3];
        row[0] = static_cast<int>(i);
        int least = row[0];
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const int change = a[i - 1] == b[j - 1] ? 0 : 1;
            row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + change});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = std::min(row[j], before[j - 2] + 1);
            least = std::min(least, row[j]);
        }
        // A swap reaches two rows back, so one more than the least here may still be undone.
        if (least > limit + 1) return limit + 1;
    }
    return std::min(rows[a.size() % 3][b.size()], limit + 1);
}

FuzzyPattern::FuzzyPattern(std::string_view folded) : whole_(without_marks(folded)) {
    for_each_word(folded, [this](std::u32string_view word) {
        if (words_.size() < max_words) words_.emplace_back(word);
    });
}

int FuzzyPattern::score(std::string_view folded) const {
    const bool plain = std::ranges::all_of(folded, [](char c) { return static_cast<signed char>(c) >= 0; });
    const std::string stripped = plain ? std::string() : without_marks(folded);
    const std::string_view text = plain ? folded : std::string_view(stripped);
    if (text.find(whole_) != text.npos) return 100;
    if (words_.empty()) return 0;
    std::array<int, max_words> best{};
    for_each_word(text, [&](std::u32string_view word) {
        for (std::size_t i = 0; i < words_.size(); ++i) {
            if (best[i] < 95) best[i] = std::max(best[i], word_score(words_[i], word));
        }
    });
    int sum = 0;
    std::size_t missing = 0;
    for (std::size_t i = 0; i < words_.size(); ++i) {
        sum += best[i];
        missing += best[i] == 0 ? 1 : 0;
    }
    if (missing > (words_.size() >= 3 ? 1 : 0)) return 0;
    return std::max(1, sum / static_cast<int>(words_.size()));
}

}  // namespace postern::imap
