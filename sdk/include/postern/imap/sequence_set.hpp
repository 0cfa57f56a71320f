#pragma once
// sequence-set as a client writes it (RFC 3501 section 9): "1:3,7,10:*". What "*" means is known only when it is used.
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "postern/export.hpp"
#include "postern/imap/number_set.hpp"
#include "postern/result.hpp"

namespace postern::imap {

class POSTERN_SDK SequenceSet {
public:
    static constexpr std::uint32_t star = 0;  ///< stands for "*" in a range
    static constexpr std::size_t default_max_ranges = 100000;

    /// The text must be a sequence-set and nothing else. `allow_reference`: "$" alone is accepted (RFC 5182).
    static Result<SequenceSet> parse(std::string_view text, bool allow_reference = false,
                                     std::size_t max_ranges = default_max_ranges);
    static SequenceSet from(const NumberSet& set);

    /// The set is "$": the session keeps its value. Nothing else is in it.
    bool is_reference() const { return reference_; }
    bool has_star() const;
    /// As written: any order, either end may be `star`.
    std::span<const NumberRange> ranges() const { return ranges_; }

    /// "*" becomes `largest`, the largest number in use. 0 (an empty mailbox): a range with "*" holds nothing.
    NumberSet resolve(std::uint32_t largest) const;
    /// Some number is above `largest`: for message numbers the command is BAD, for uids it means nothing
    /// (RFC 3501 section 6.4.8).
    bool exceeds(std::uint32_t largest) const;

    std::string to_string() const;
    friend bool operator==(const SequenceSet&, const SequenceSet&) = default;

private:
    std::vector<NumberRange> ranges_;
    bool reference_ = false;
};

}  // namespace postern::imap
