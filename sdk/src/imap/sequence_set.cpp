#include "postern/imap/sequence_set.hpp"

#include <algorithm>
#include <charconv>

#include "postern/imap/lexical.hpp"

namespace postern::imap {

namespace {

Error bad_set(std::string_view text, std::size_t at) {
    return {Errc::protocol_violation, "malformed set \"" + std::string(text.substr(0, 40)) +
                                          "\" at its position " + std::to_string(at + 1)};
}

/// seq-number: nz-number / "*". Returns false if none stands at `at`.
bool take_number(std::string_view text, std::size_t& at, std::uint32_t& out) {
    if (at < text.size() && text[at] == '*') {
        out = SequenceSet::star;
        ++at;
        return true;
    }
    const char* begin = text.data() + at;
    if (at >= text.size() || !is_digit(*begin)) return false;
    const auto [end, error] = std::from_chars(begin, text.data() + text.size(), out);
    if (error != std::errc() || out == 0) return false;
    at += static_cast<std::size_t>(end - begin);
    return true;
}

}  // namespace

Result<SequenceSet> SequenceSet::parse(std::string_view text, bool allow_reference, std::size_t max_ranges) {
    SequenceSet out;
    if (allow_reference && text == "$") {
        out.reference_ = true;
        return out;
    }
    std::size_t at = 0;
    for (;;) {
        NumberRange r;
        if (!take_number(text, at, r.first)) return bad_set(text, at);
        r.last = r.first;
        if (at < text.size() && text[at] == ':') {
            ++at;
            if (!take_number(text, at, r.last)) return bad_set(text, at);
        }
        if (out.ranges_.size() == max_ranges) return Error(Errc::too_large, "too many ranges in a set");
        out.ranges_.push_back(r);
        if (at == text.size()) return out;
        if (text[at] != ',') return bad_set(text, at);
        ++at;
    }
}

SequenceSet SequenceSet::from(const NumberSet& set) {
    SequenceSet out;
    out.ranges_.assign(set.ranges().begin(), set.ranges().end());
    return out;
}

bool SequenceSet::has_star() const {
    return std::any_of(ranges_.begin(), ranges_.end(),
                       [](const NumberRange& r) { return r.first == star || r.last == star; });
}

NumberSet SequenceSet::resolve(std::uint32_t largest) const {
    std::vector<NumberRange> ranges;
    ranges.reserve(ranges_.size());
    for (NumberRange r : ranges_) {
        const bool open = r.first == star || r.last == star;
        if (open && largest == 0) continue;
        if (r.first == star) r.first = largest;
        if (r.last == star) r.last = largest;
        ranges.push_back(r);
    }
    return NumberSet::from_ranges(std::move(ranges));
}

bool SequenceSet::exceeds(std::uint32_t largest) const {
    return std::any_of(ranges_.begin(), ranges_.end(), [largest](const NumberRange& r) {
        const bool open = r.first == star || r.last == star;
        return r.first > largest || r.last > largest || (open && largest == 0);
    });
}

std::string SequenceSet::to_string() const {
    if (reference_) return "$";
    std::string out;
    const auto append = [&out](std::uint32_t n) { n == star ? out += '*' : out += std::to_string(n); };
    for (const NumberRange& r : ranges_) {
        if (!out.empty()) out += ',';
        append(r.first);
        if (r.last == r.first) continue;
        out += ':';
        append(r.last);
    }
    return out;
}

}  // namespace postern::imap
