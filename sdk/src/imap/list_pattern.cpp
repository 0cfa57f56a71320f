#include "postern/imap/list_pattern.hpp"

#include <algorithm>
#include <vector>

#include "postern/imap/lexical.hpp"

namespace postern::imap {

namespace {

constexpr std::string_view inbox = "INBOX";

bool is_wildcard(char c) {
    return c == '*' || c == '%';
}

/// How many octets at the start of `name` compare in any case: those of INBOX, alone or as the root of a tree.
std::size_t caseless_prefix(std::string_view name, char delimiter) {
    if (!equals_ignore_case(name.substr(0, inbox.size()), inbox)) return 0;
    const bool root = name.size() == inbox.size() || (delimiter != '\0' && name[inbox.size()] == delimiter);
    return root ? inbox.size() : 0;
}

/// Adjacent wildcards match what the strongest of them matches alone.
std::string collapse(std::string_view pattern) {
    std::string out;
    for (const char c : pattern) {
        if (is_wildcard(c) && !out.empty() && is_wildcard(out.back())) {
            if (c == '*') out.back() = '*';
        } else {
            out += c;
        }
    }
    return out;
}

/// The set of pattern positions reachable after some octets of a name. Each step costs one pass over the pattern.
class Positions {
public:
    Positions(std::string_view pattern, char delimiter)
        : pattern_(pattern), delimiter_(delimiter), now_(pattern.size() + 1), next_(pattern.size() + 1) {
        mark(now_, 0);
    }

    void step(char c, bool ignore_case) {
        std::fill(next_.begin(), next_.end(), 0);
        for (std::size_t p = 0; p < pattern_.size(); ++p) {
            if (!now_[p]) continue;
            const char want = pattern_[p];
            if (want == '*' || (want == '%' && (c != delimiter_ || delimiter_ == '\0'))) mark(next_, p);
            if (is_wildcard(want)) continue;
            if (want == c || (ignore_case && ascii_lower(want) == ascii_lower(c))) mark(next_, p + 1);
        }
        now_.swap(next_);
    }
    bool at_end() const { return now_.back() != 0; }
    bool before_end() const {
        return std::any_of(now_.begin(), now_.end() - 1, [](unsigned char reached) { return reached != 0; });
    }

private:
    /// A wildcard also matches nothing.
    void mark(std::vector<unsigned char>& set, std::size_t p) const {
        set[p] = 1;
        if (p < pattern_.size() && is_wildcard(pattern_[p])) set[p + 1] = 1;
    }

    std::string_view pattern_;
    char delimiter_;
    std::vector<unsigned char> now_;
    std::vector<unsigned char> next_;
};

}  // namespace

ListPattern::ListPattern(std::string_view reference, std::string_view pattern, char delimiter)
    : delimiter_(delimiter) {
    const bool absolute = delimiter != '\0' && !pattern.empty() && pattern.front() == delimiter;
    text_ = collapse(absolute ? std::string(pattern) : std::string(reference).append(pattern));
    literal_ = text_.find_first_of("*%") == std::string::npos;
}

std::string_view ListPattern::literal_prefix() const {
    return std::string_view(text_).substr(0, text_.find_first_of("*%"));
}

bool ListPattern::matches(std::string_view name) const {
    const std::size_t caseless = caseless_prefix(name, delimiter_);
    const std::string_view prefix = literal_prefix();
    if (name.size() < prefix.size()) return false;
    for (std::size_t i = 0; i < prefix.size(); ++i) {
        const bool equal =
            i < caseless ? ascii_lower(name[i]) == ascii_lower(prefix[i]) : name[i] == prefix[i];
        if (!equal) return false;
    }
    const std::string_view rest = std::string_view(text_).substr(prefix.size());
    if (rest.empty()) return name.size() == prefix.size();
    if (rest == "*") return true;
    if (rest == "%")
        return delimiter_ == '\0' || name.find(delimiter_, prefix.size()) == std::string_view::npos;
    Positions positions(rest, delimiter_);
    for (std::size_t i = prefix.size(); i < name.size(); ++i) positions.step(name[i], i < caseless);
    return positions.at_end();
}

bool ListPattern::may_match_below(std::string_view parent) const {
    if (delimiter_ == '\0') return false;
    const std::string path = std::string(parent) + delimiter_;
    const std::size_t caseless = caseless_prefix(path, delimiter_);
    Positions positions(text_, delimiter_);
    for (std::size_t i = 0; i < path.size(); ++i) positions.step(path[i], i < caseless);
    return positions.before_end();
}

}  // namespace postern::imap
