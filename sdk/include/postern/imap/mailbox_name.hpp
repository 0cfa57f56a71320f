#pragma once
// Mailbox names (RFC 3501 section 5.1, RFC 9051 section 5.1). Inside the server a name is UTF-8; the wire form depends
// on the session.
#include <string>
#include <string_view>

#include "postern/export.hpp"
#include "postern/result.hpp"

namespace postern::imap {

/// "INBOX" in any case is the one INBOX; every other name is case-sensitive.
POSTERN_SDK bool is_inbox(std::string_view name);
/// From the wire: modified UTF-7, or UTF-8 in sessions that switched to it. INBOX comes back in upper case.
/// Errc::invalid (a NO, not a BAD: the syntax was right) if the name does not decode.
POSTERN_SDK Result<std::string> mailbox_from_wire(std::string_view wire, bool utf8);
/// To the wire. A name that is not UTF-8 (a broken store) comes out with its octets above 127 as "?".
POSTERN_SDK std::string mailbox_to_wire(std::string_view name, bool utf8);

struct MailboxNameRules {
    char delimiter = '/';
    std::size_t max_size = 1000;      ///< octets of the whole name
    std::size_t max_component = 255;  ///< octets between delimiters
    std::size_t max_depth = 50;
    bool normalised = false;  ///< only Unicode's form C: names that come as UTF-8 (RFC 9051 section 5.1)
};
/// May a mailbox of this name (UTF-8) be created? Not: empty or too long names or components, delimiter at either end,
/// control characters, U+2028, U+2029 (RFC 9051 section 5.1), "%" and "*" (a LIST could never name it alone).
POSTERN_SDK Result<void> check_mailbox_name(std::string_view name, const MailboxNameRules& rules = {});

}  // namespace postern::imap
