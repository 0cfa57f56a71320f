#pragma once
// LIST wildcards (RFC 3501 section 6.3.8): "*" matches anything, "%" anything but the delimiter.
#include <string>
#include <string_view>

#include "postern/export.hpp"

namespace postern::imap {

/// A pattern ready to match many names. Linear in name times pattern in the worst case, never exponential.
class POSTERN_SDK ListPattern {
public:
    /// Reference and pattern are joined as RFC 3501 section 6.3.8 has it (plain concatenation, unless the pattern
    /// starts with the delimiter: then it is absolute). `delimiter` 0: flat names. An INBOX prefix of the pattern
    /// matches in any case.
    ListPattern(std::string_view reference, std::string_view pattern, char delimiter);

    bool matches(std::string_view name) const;
    /// Some name strictly below `parent` could match: whether to walk into it.
    bool may_match_below(std::string_view parent) const;
    /// No wildcard: the pattern names one mailbox.
    bool is_literal() const { return literal_; }
    const std::string& text() const { return text_; }
    /// The part before the first wildcard: every match starts with it (INBOX apart).
    std::string_view literal_prefix() const;

private:
    std::string text_;
    char delimiter_;
    bool literal_;
};

}  // namespace postern::imap
