#pragma once
// Names and values of annotations (RFC 5464 sections 3.2 and 5).
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "postern/export.hpp"
#include "postern/imap/argument_cursor.hpp"
#include "postern/imap/response_writer.hpp"
#include "postern/mail/types.hpp"

namespace postern::imap {

/// The form in which an entry's name is stored and compared: lower case. protocol_violation if it is no name of an entry below
/// "/private" or "/shared" (section 3.2): "*", "%", empty components, octets that are not ASCII.
POSTERN_SDK Result<std::string> metadata_entry_name(std::string_view name);

/// entries: an entry or "(" entry *(SP entry) ")"; also several without parentheses, as the examples of section 4.4.1 have
/// them. At most `max`.
POSTERN_SDK Result<std::vector<std::string>> parse_metadata_entries(ArgumentCursor& in, std::size_t max);

/// "entry value": the value as string or, where there is a NUL, as literal8; NIL if there is none.
POSTERN_SDK void write_metadata_value(ResponseWriter& out, std::string_view entry,
                                      const std::optional<std::string_view>& value);

/// The entry that is tied to the special use of a mailbox (RFC 6154 section 4), and its value: "\\Sent \\Archive".
constexpr std::string_view special_use_entry = "/private/specialuse";
POSTERN_SDK std::optional<std::string> special_use_value(const mail::MailboxInfo& mailbox);

/// The longest text that every one of the names begins with: what to ask the attribute store for.
POSTERN_SDK std::string common_prefix(const std::vector<std::string>& names);

}  // namespace postern::imap
