#include "postern/config/nearest.hpp"

#include <algorithm>
#include <cctype>
#include <numeric>

namespace postern {

namespace {

char lower(char c) {
    return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
}

/// Levenshtein distance, case ignored, where exchanging two neighbours counts as one step.
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> before(b.size() + 1);
    std::vector<std::size_t> last(b.size() + 1);
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(last.begin(), last.end(), 0U);
    for (std::size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const bool same = lower(a[i - 1]) == lower(b[j - 1]);
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (same ? 0U : 1U)});
            const bool swapped =
                i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) && lower(a[i - 2]) == lower(b[j - 1]);
            if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
        }
        before.swap(last);
        last.swap(row);
    }
    return last[b.size()];
}

}  // namespace

std::string_view nearest_name(std::string_view typed, const std::vector<std::string_view>& known) {
    std::string_view best;
    // A third of the letters may be wrong, one at least: beyond that a guess confuses more than it helps.
    std::size_t limit = std::max<std::size_t>(1, typed.size() / 3) + 1;
    for (const auto name : known) {
        const auto d = distance(typed, name);
        if (d < limit) {
            limit = d;
            best = name;
        }
    }
    return best;
}

std::string suggestion(std::string_view typed, const std::vector<std::string_view>& known) {
    if (known.empty()) return "";
    const auto near = nearest_name(typed, known);
    if (!near.empty()) return "; did you mean `" + std::string(near) + "`?";
    std::string out = "; known are: ";
    for (std::size_t i = 0; i < known.size(); ++i) {
        if (i > 0) out.append(", ");
        out.append(known[i]);
    }
    return out;
}

}  // namespace postern
