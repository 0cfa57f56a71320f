#pragma once
// IMAP's view of a message, ready to send (RFC 3501 section 7.4.2, RFC 9051 section 7.5.2). Made once, at delivery.
//
// Strings are quoted where they can be, and literals {n} where they hold 8-bit octets, CR or LF or are very long.
// A NUL octet, which IMAP cannot carry outside literal8, is replaced by "?" in these strings (never in content).
#include <string>
#include <string_view>

#include "postern/export.hpp"
#include "postern/mime/message.hpp"

namespace postern::mime {

/// Appends a string in the form above: "abc" or {3}CRLF...
POSTERN_SDK void append_imap_string(std::string_view text, std::string& out);

/// Appends the ENVELOPE of the header block of `part` (the message itself or an encapsulated one). An address without a
/// domain gets the host "MISSING_DOMAIN", one without local part the mailbox "MISSING_MAILBOX": NIL would mean a group.
POSTERN_SDK void append_envelope(const Message& message, const Part& part, std::string& out,
                                 const Limits& limits = {});

/// Appends BODYSTRUCTURE, with extension data.
POSTERN_SDK void append_bodystructure(const Message& message, std::string& out, const Limits& limits = {});

/// Appends BODY: the same without extension data, cut from a BODYSTRUCTURE made by append_bodystructure().
/// Appends nothing and returns false if that string is not one.
POSTERN_SDK bool append_body_of(std::string_view bodystructure, std::string& out);

}  // namespace postern::mime
