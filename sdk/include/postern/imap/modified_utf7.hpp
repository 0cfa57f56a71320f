#pragma once
// Modified UTF-7 of mailbox names (RFC 3501 section 5.1.3): "&" is the shift, "," stands for "/" in its base64.
#include <optional>
#include <string>
#include <string_view>

#include "postern/export.hpp"

namespace postern::imap {

/// Strict: only the form encode_modified_utf7() would give is accepted. Not for octets outside printable ASCII, broken
/// base64, padding bits that are not zero, printable ASCII in base64, needless shifts ("&AGE-", "&Jjo-&Jjo-") or lone
/// surrogates.
POSTERN_SDK std::optional<std::string> decode_modified_utf7(std::string_view name);
/// nullopt if the name is not UTF-8.
POSTERN_SDK std::optional<std::string> encode_modified_utf7(std::string_view utf8);
inline bool is_modified_utf7(std::string_view name) {
    return decode_modified_utf7(name).has_value();
}

}  // namespace postern::imap
