#include "gateway/size_walk.hpp"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

namespace postern::gateway {

namespace {

/// So many sizes in a row must agree where a run begins.
constexpr std::size_t beginning = 4;
/// A run of fewer says nothing.
constexpr std::size_t shortest = 16;
/// Not taken at both ends of a run: beyond its true end sizes may agree by chance.
constexpr std::size_t margin = 2;
/// Places looked at for the beginning of a run, where sizes repeat all the time.
constexpr std::size_t most_places = 64;

using Sizes = std::span<const std::uint64_t>;
using Positions = std::vector<std::size_t>;

/// Positions whose size is found in the other list, too: what is not cannot be the same message and is no gap either.
Positions shared_positions(Sizes sizes, Sizes others) {
    const std::unordered_set<std::uint64_t> known(others.begin(), others.end());
    Positions out;
    for (std::size_t i = 0; i < sizes.size(); ++i) {
        if (known.contains(sizes[i])) out.push_back(i);
    }
    return out;
}

std::vector<std::uint64_t> pick(Sizes sizes, const Positions& positions) {
    std::vector<std::uint64_t> out;
    out.reserve(positions.size());
    for (const std::size_t position : positions) out.push_back(sizes[position]);
    return out;
}

class Walk {
public:
    Walk(Sizes listed, Sizes remembered)
        : listed_(listed), remembered_(remembered), taken_(remembered.size()) {
        for (std::size_t r = 0; r + beginning <= remembered_.size(); ++r) {
            places_[key_of(remembered_, r)].push_back(r);
        }
    }

    /// Calls found(first listed, first remembered, length) for each stretch of equal sizes.
    template <class Function>
    void run(Function found) {
        std::size_t expected = 0;
        for (std::size_t i = 0; i + beginning <= listed_.size();) {
            const std::size_t start = find_start(i, expected);
            const std::size_t length = start == remembered_.size() ? 0 : stretch(i, start);
            if (length < shortest) {
                ++i;
                continue;
            }
            std::fill_n(taken_.begin() + static_cast<std::ptrdiff_t>(start), length, true);
            found(i, start, length);
            i += length;
            expected = start + length;
        }
    }

private:
    static std::uint64_t key_of(Sizes sizes, std::size_t at) {
        std::uint64_t key = 0;
        for (std::size_t k = 0; k < beginning; ++k) {
            key = (key ^ sizes[at + k]) * 0x9E3779B97F4A7C15ULL;
            key ^= key >> 29;
        }
        return key;
    }

    bool begins(std::size_t i, std::size_t r) const {
        for (std::size_t k = 0; k < beginning; ++k) {
            if (taken_[r + k] || listed_[i + k] != remembered_[r + k]) return false;
        }
        return true;
    }

    // The nearest place after the last run, as messages are missing more often than moved; else the first of all.
    std::size_t find_start(std::size_t i, std::size_t expected) const {
        const auto found = places_.find(key_of(listed_, i));
        if (found == places_.end()) return remembered_.size();
        const Positions& places = found->second;
        const auto nearest = std::lower_bound(places.begin(), places.end(), expected);
        std::size_t looked = 0;
        for (auto place = nearest; place != places.end() && looked < most_places; ++place, ++looked) {
            if (begins(i, *place)) return *place;
        }
        for (auto place = places.begin(); place != nearest && looked < most_places; ++place, ++looked) {
            if (begins(i, *place)) return *place;
        }
        return remembered_.size();
    }

    std::size_t stretch(std::size_t i, std::size_t r) const {
        std::size_t length = 0;
        while (i + length < listed_.size() && r + length < remembered_.size() && !taken_[r + length] &&
               listed_[i + length] == remembered_[r + length]) {
            ++length;
        }
        return length;
    }

    Sizes listed_;
    Sizes remembered_;
    std::vector<bool> taken_;
    std::unordered_map<std::uint64_t, Positions> places_;
};

bool differs_from_neighbours(Sizes sizes, std::size_t at) {
    const bool before = at == 0 || sizes[at - 1] != sizes[at];
    return before && (at + 1 == sizes.size() || sizes[at + 1] != sizes[at]);
}

}  // namespace

std::vector<SizeRun> walk_by_size(std::span<const std::uint64_t> listed,
                                  std::span<const std::uint64_t> remembered) {
    const Positions listed_at = shared_positions(listed, remembered);
    const Positions remembered_at = shared_positions(remembered, listed);
    const auto there = pick(listed, listed_at);
    const auto here = pick(remembered, remembered_at);
    std::vector<SizeRun> runs;
    Walk(there, here).run([&](std::size_t i, std::size_t r, std::size_t length) {
        SizeRun run;
        for (std::size_t k = margin; k + margin < length; ++k) {
            if (differs_from_neighbours(there, i + k) && differs_from_neighbours(here, r + k)) {
                run.emplace_back(listed_at[i + k], remembered_at[r + k]);
            }
        }
        if (!run.empty()) runs.push_back(std::move(run));
    });
    return runs;
}

}  // namespace postern::gateway
