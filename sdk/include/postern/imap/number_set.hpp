#pragma once
// Sets of uids or message numbers (RFC 3501 section 9: sequence-set, RFC 4315: uid-set).
#include <cstdint>
#include <iterator>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "postern/export.hpp"
#include "postern/result.hpp"

namespace postern::imap {

struct NumberRange {
    std::uint32_t first = 0;
    std::uint32_t last = 0;  ///< inclusive, not below first

    std::uint64_t size() const { return std::uint64_t{last} - first + 1; }
    bool contains(std::uint32_t n) const { return first <= n && n <= last; }
    friend bool operator==(const NumberRange&, const NumberRange&) = default;
};

/// A set of non-zero 32-bit numbers, kept as sorted ranges that neither overlap nor touch. 8 octets a range: 1:* costs
/// one range, 50,000 scattered numbers 400 kB. Appending in ascending order is O(1), looking up O(log ranges).
class POSTERN_SDK NumberSet {
public:
    NumberSet() = default;
    static NumberSet of(std::uint32_t first, std::uint32_t last);
    /// Any order, duplicates allowed.
    static NumberSet from_numbers(std::vector<std::uint32_t> numbers);
    /// Any order, overlapping allowed; a range with first > last is taken reversed, 0 is dropped.
    static NumberSet from_ranges(std::vector<NumberRange> ranges);
    /// "1:3,7" without "*"; any order is normalised. At most `max_ranges` ranges.
    static Result<NumberSet> parse(std::string_view text, std::size_t max_ranges = 1000000);

    bool empty() const { return ranges_.empty(); }
    /// How many numbers.
    std::uint64_t count() const;
    std::uint32_t min() const { return ranges_.front().first; }  ///< not on an empty set
    std::uint32_t max() const { return ranges_.back().last; }    ///< not on an empty set
    bool contains(std::uint32_t n) const;
    std::span<const NumberRange> ranges() const { return ranges_; }

    void add(std::uint32_t n) { add(n, n); }
    void add(std::uint32_t first, std::uint32_t last);
    void remove(std::uint32_t n) { remove(n, n); }
    void remove(std::uint32_t first, std::uint32_t last);
    void clear() { ranges_.clear(); }
    void reserve_ranges(std::size_t n) { ranges_.reserve(n); }

    NumberSet united(const NumberSet& other) const;
    NumberSet intersected(const NumberSet& other) const;
    NumberSet without(const NumberSet& other) const;
    /// The `count` numbers from the `position`-th (0 is the smallest) on; fewer at the end.
    NumberSet slice(std::uint64_t position, std::uint64_t count) const;

    /// "1:3,7", empty text for the empty set.
    std::string to_string() const;

    class Iterator {
    public:
        using iterator_category = std::forward_iterator_tag;
        using value_type = std::uint32_t;
        using difference_type = std::ptrdiff_t;
        using pointer = const std::uint32_t*;
        using reference = std::uint32_t;

        Iterator() = default;
        Iterator(const NumberRange* range, std::uint64_t number) : range_(range), number_(number) {}
        std::uint32_t operator*() const { return static_cast<std::uint32_t>(range_->first + number_); }
        Iterator& operator++() {
            if (++number_ == range_->size()) ++range_, number_ = 0;
            return *this;
        }
        Iterator operator++(int) {
            auto before = *this;
            ++*this;
            return before;
        }
        friend bool operator==(const Iterator&, const Iterator&) = default;

    private:
        const NumberRange* range_ = nullptr;
        std::uint64_t number_ = 0;  ///< offset in the range
    };
    Iterator begin() const { return {ranges_.data(), 0}; }
    Iterator end() const { return {ranges_.data() + ranges_.size(), 0}; }

    friend bool operator==(const NumberSet&, const NumberSet&) = default;

private:
    void normalise();
    std::vector<NumberRange> ranges_;
};

using UidSet = NumberSet;
using MessageNumberSet = NumberSet;

}  // namespace postern::imap
