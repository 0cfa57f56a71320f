#pragma once
// Replies of SMTP and LMTP (RFC 5321 section 4.2) with enhanced status codes (RFC 2034, RFC 3463).
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "postern/export.hpp"

namespace postern::smtp {

/// "250 2.1.5 Recipient ok".
struct Reply {
    unsigned code = 250;
    std::string status;  ///< "2.1.5"; "" where none belongs: greeting, EHLO, 3xx
    std::string text;    ///< UTF-8; lines separated by LF

    bool positive() const { return code < 400; }
};

/// As on the wire, with line ends. Control characters, and octets beyond ASCII unless `utf8`, become '?'; lines are cut
/// below 512 octets (RFC 5321 section 4.5.3.1.5).
POSTERN_SDK std::string to_wire(const Reply& reply, bool utf8 = false);

/// Takes replies out of what a server sends. Any input, in any pieces.
class POSTERN_SDK ReplyParser {
public:
    enum class State { more, done, failed };
    static constexpr std::size_t max_line = 4096;
    static constexpr std::size_t max_lines = 200;

    /// Takes octets from the front of `input` up to the end of one reply.
    State feed(std::string_view& input);
    /// After State::done: the reply, each of its lines without the code; the parser is ready for the next.
    Reply take();

private:
    State line(std::string_view text);

    std::string line_;
    Reply reply_;
    std::size_t lines_ = 0;
    bool failed_ = false;
};

/// "5.1.1" at the front of a text, if there is one (RFC 2034 section 4).
POSTERN_SDK std::optional<std::string_view> leading_status(std::string_view text);

}  // namespace postern::smtp
