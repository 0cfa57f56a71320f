#include "postern/imap/number_set.hpp"

#include <algorithm>
#include <charconv>

#include "postern/imap/sequence_set.hpp"

namespace postern::imap {

namespace {

/// First range that ends at or after n.
template <class Ranges>
auto find_range(Ranges& ranges, std::uint32_t n) {
    return std::lower_bound(ranges.begin(), ranges.end(), n,
                            [](const NumberRange& r, std::uint32_t value) { return r.last < value; });
}

void append_number(std::string& out, std::uint32_t n) {
    char digits[10];
    const auto [end, error] = std::to_chars(digits, digits + sizeof digits, n);
    out.append(digits, end);
}

}  // namespace

NumberSet NumberSet::of(std::uint32_t first, std::uint32_t last) {
    NumberSet out;
    out.add(first, last);
    return out;
}

NumberSet NumberSet::from_numbers(std::vector<std::uint32_t> numbers) {
    if (!std::is_sorted(numbers.begin(), numbers.end())) std::sort(numbers.begin(), numbers.end());
    NumberSet out;
    for (const std::uint32_t n : numbers) out.add(n);
    return out;
}

NumberSet NumberSet::from_ranges(std::vector<NumberRange> ranges) {
    NumberSet out;
    out.ranges_ = std::move(ranges);
    out.normalise();
    return out;
}

Result<NumberSet> NumberSet::parse(std::string_view text, std::size_t max_ranges) {
    auto set = SequenceSet::parse(text, false, max_ranges);
    if (!set) return set.error();
    if (set->has_star()) return Error(Errc::protocol_violation, "\"*\" does not belong here");
    return set->resolve(0);
}

void NumberSet::normalise() {
    for (NumberRange& r : ranges_) {
        if (r.first > r.last) std::swap(r.first, r.last);
        if (r.first == 0 && r.last > 0) r.first = 1;
    }
    std::erase_if(ranges_, [](const NumberRange& r) { return r.last == 0; });
    const auto by_first = [](const NumberRange& a, const NumberRange& b) { return a.first < b.first; };
    if (!std::is_sorted(ranges_.begin(), ranges_.end(), by_first)) {
        std::sort(ranges_.begin(), ranges_.end(), by_first);
    }
    std::size_t kept = 0;
    for (const NumberRange& r : ranges_) {
        // 64 bits: last + 1 of the largest number must not wrap.
        if (kept > 0 && r.first <= std::uint64_t{ranges_[kept - 1].last} + 1) {
            ranges_[kept - 1].last = std::max(ranges_[kept - 1].last, r.last);
        } else {
            ranges_[kept++] = r;
        }
    }
    ranges_.resize(kept);
}

std::uint64_t NumberSet::count() const {
    std::uint64_t n = 0;
    for (const NumberRange& r : ranges_) n += r.size();
    return n;
}

bool NumberSet::contains(std::uint32_t n) const {
    const auto r = find_range(ranges_, n);
    return r != ranges_.end() && r->first <= n;
}

void NumberSet::add(std::uint32_t first, std::uint32_t last) {
    if (first == 0) first = 1;
    if (last < first) return;
    if (ranges_.empty() || first > std::uint64_t{ranges_.back().last} + 1) {
        ranges_.push_back({first, last});
        return;
    }
    auto from = find_range(ranges_, first - 1);
    auto to = from;
    while (to != ranges_.end() && to->first <= std::uint64_t{last} + 1) ++to;
    if (from == to) {
        ranges_.insert(from, {first, last});
        return;
    }
    from->first = std::min(from->first, first);
    from->last = std::max(std::prev(to)->last, last);
    ranges_.erase(std::next(from), to);
}

void NumberSet::remove(std::uint32_t first, std::uint32_t last) {
    if (last < first) return;
    auto from = find_range(ranges_, first);
    if (from == ranges_.end() || from->first > last) return;
    if (from->first < first) {
        const NumberRange right{last, from->last};
        from->last = first - 1;
        if (right.last > last) {
            ranges_.insert(std::next(from), {last + 1, right.last});
            return;
        }
        ++from;
    }
    auto to = from;
    while (to != ranges_.end() && to->last <= last) ++to;
    if (to != ranges_.end() && to->first <= last) to->first = last + 1;
    ranges_.erase(from, to);
}

NumberSet NumberSet::united(const NumberSet& other) const {
    NumberSet out;
    out.ranges_.reserve(ranges_.size() + other.ranges_.size());
    std::merge(ranges_.begin(), ranges_.end(), other.ranges_.begin(), other.ranges_.end(),
               std::back_inserter(out.ranges_),
               [](const NumberRange& a, const NumberRange& b) { return a.first < b.first; });
    out.normalise();
    return out;
}

NumberSet NumberSet::intersected(const NumberSet& other) const {
    NumberSet out;
    auto a = ranges_.begin();
    auto b = other.ranges_.begin();
    while (a != ranges_.end() && b != other.ranges_.end()) {
        const std::uint32_t first = std::max(a->first, b->first);
        const std::uint32_t last = std::min(a->last, b->last);
        if (first <= last) out.ranges_.push_back({first, last});
        if (a->last < b->last) {
            ++a;
        } else {
            ++b;
        }
    }
    return out;
}

NumberSet NumberSet::without(const NumberSet& other) const {
    NumberSet out;
    auto b = other.ranges_.begin();
    for (const NumberRange& r : ranges_) {
        std::uint64_t first = r.first;
        while (b != other.ranges_.end() && b->last < first) ++b;
        for (auto cut = b; cut != other.ranges_.end() && cut->first <= r.last; ++cut) {
            if (cut->first > first)
                out.ranges_.push_back({static_cast<std::uint32_t>(first), cut->first - 1});
            first = std::uint64_t{cut->last} + 1;
            b = cut;
        }
        if (first <= r.last) out.ranges_.push_back({static_cast<std::uint32_t>(first), r.last});
    }
    return out;
}

NumberSet NumberSet::slice(std::uint64_t position, std::uint64_t count) const {
    NumberSet out;
    for (const NumberRange& r : ranges_) {
        if (count == 0) break;
        if (position >= r.size()) {
            position -= r.size();
            continue;
        }
        const std::uint64_t take = std::min(count, r.size() - position);
        const auto first = static_cast<std::uint32_t>(r.first + position);
        out.ranges_.push_back({first, static_cast<std::uint32_t>(first + take - 1)});
        position = 0;
        count -= take;
    }
    return out;
}

std::string NumberSet::to_string() const {
    std::string out;
    out.reserve(ranges_.size() * 8);
    for (const NumberRange& r : ranges_) {
        if (!out.empty()) out += ',';
        append_number(out, r.first);
        if (r.last == r.first) continue;
        out += ':';
        append_number(out, r.last);
    }
    return out;
}

}  // namespace postern::imap
