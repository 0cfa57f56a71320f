#pragma once
// Character classes of RFC 3501 section 9 and the lexical features a session may switch on.
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "postern/export.hpp"
#include "postern/mime/header.hpp"

namespace postern::imap {

/// What the grammar accepts beyond RFC 3501. All off in a bare session; extensions switch them on, for the whole
/// server or for one session. Takes effect with the next command.
struct LexicalFeatures {
    /// "{n+}": the client sends the octets without waiting (RFC 7888).
    bool non_synchronising_literals = false;
    /// Largest literal that may come without waiting (RFC 7888 section 5 knows 4096); 0 means no special limit.
    std::uint64_t non_synchronising_limit = 0;
    /// "~{n}": octets that may contain NUL (RFC 3516, RFC 4466).
    bool literal8 = false;
    /// Quoted strings may hold UTF-8 (RFC 9755 section 3, RFC 9051 section 4.3).
    bool utf8_quoted = false;
    /// Mailbox names on the wire are UTF-8, not modified UTF-7 (RFC 9755 section 3, RFC 9051 section 5.1).
    bool utf8_mailbox_names = false;
    /// "$" stands for a set the session keeps (RFC 5182 section 2.1).
    bool set_reference = false;
};

namespace lexical {
enum : std::uint8_t {
    atom_char = 1,      ///< ATOM-CHAR
    astring_char = 2,   ///< ASTRING-CHAR: ATOM-CHAR / "]"
    list_char = 4,      ///< list-char: ATOM-CHAR / "%" / "*" / "]"
    tag_char = 8,       ///< any ASTRING-CHAR but "+"
    quoted_plain = 16,  ///< may stand unescaped in a quoted string: TEXT-CHAR but DQUOTE and "\"
    digit = 32,
};
/// Class bits of each octet.
POSTERN_SDK extern const std::array<std::uint8_t, 256> classes;
}  // namespace lexical

inline bool is_class(char c, std::uint8_t bits) {
    return (lexical::classes[static_cast<unsigned char>(c)] & bits) != 0;
}
inline bool is_atom_char(char c) {
    return is_class(c, lexical::atom_char);
}
inline bool is_astring_char(char c) {
    return is_class(c, lexical::astring_char);
}
inline bool is_list_char(char c) {
    return is_class(c, lexical::list_char);
}
inline bool is_tag_char(char c) {
    return is_class(c, lexical::tag_char);
}
inline bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/// ASCII only, independent of the locale.
inline char ascii_upper(char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
}
inline char ascii_lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}
inline bool equals_ignore_case(std::string_view a, std::string_view b) {
    return mime::equal_ascii_nocase(a, b);
}
POSTERN_SDK std::string to_upper(std::string_view s);

/// A non-empty run of ATOM-CHAR.
POSTERN_SDK bool is_atom(std::string_view s);

}  // namespace postern::imap
