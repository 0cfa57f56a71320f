#pragma once
// Pieces of POP3's grammar (RFC 1939). No I/O.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace postern::pop3 {

/// Longest command line: RFC 2449 section 4 says 255, and SASL responses may be longer.
constexpr std::size_t max_line = 12288;

struct Command {
    std::string verb;            ///< in capitals
    std::string_view arguments;  ///< behind one blank, as sent: passwords may hold blanks
};
Command split_command(std::string_view line);

/// Takes a number from the front, and the blanks behind it; nullopt if there is none.
std::optional<std::uint64_t> take_number(std::string_view& in);

/// A message as a multi-line response (RFC 1939 section 3): dots at the start of lines are doubled, also after a bare LF, for
/// clients take it for the end of a line.
class DotStuffer {
public:
    void append(std::string_view octets, std::string& out);
    /// The line end that is missing, and the final dot.
    void finish(std::string& out);

private:
    char last_ = '\n';
    char before_last_ = '\r';
};

/// Octets of the header, the empty line and the first `lines` lines of the body; nullopt: more of the message is needed.
std::optional<std::size_t> top_length(std::string_view message, std::uint64_t lines);

/// RFC 1939 section 7: 1 to 70 characters from 0x21 to 0x7e.
bool is_unique_id(std::string_view text);

/// The octets hold characters beyond ASCII, all of them UTF-8.
bool is_utf8_header(std::string_view octets);

}  // namespace postern::pop3
