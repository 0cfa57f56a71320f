#pragma once
// Messages that scripts write: replies, notices, edited headers.
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "postern/export.hpp"
#include "postern/sieve/machine.hpp"

namespace postern::sieve {

/// Text as the value of a header field: as it is where it is ASCII, else as encoded-words (RFC 2047), folded. Line ends and
/// other controls become blanks.
POSTERN_SDK std::string encode_header(std::string_view utf8);
/// "Fri, 21 Nov 1997 09:55:06 -0600"
POSTERN_SDK std::string format_mail_date(UnixTime time, int zone_minutes);
/// Hexadecimal SHA-256, for keys and ids.
POSTERN_SDK std::string digest(std::string_view text);
/// Line ends become CRLF.
POSTERN_SDK std::string with_crlf(std::string_view text);

struct Composed {
    std::vector<std::pair<std::string, std::string>> fields;  ///< values are encoded already
    std::string text;
    bool is_entity = false;  ///< the text is a MIME entity with header fields of its own (":mime")
};
/// The message, with MIME-Version and, unless it is an entity, Content-Type and Content-Transfer-Encoding.
POSTERN_SDK std::string compose(const Composed& mail);
/// Date, Message-ID, Auto-Submitted: what every message has that a script sends (RFC 3834).
POSTERN_SDK std::vector<std::pair<std::string, std::string>> automatic_fields(Machine& machine,
                                                                              std::string_view auto_submitted,
                                                                              std::string_view seed);

/// Puts a field at the top of the header of a message, or at its end.
POSTERN_SDK std::string add_field(std::string_view message, std::string_view name, std::string_view value,
                                  bool last);

}  // namespace postern::sieve
