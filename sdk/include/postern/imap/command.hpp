#pragma once
// A complete client command as CommandReader yields it (RFC 3501 section 2.2.1).
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "postern/export.hpp"

namespace postern::imap {

/// One literal of a command.
struct LiteralRef {
    std::size_t offset = 0;  ///< of "{" or "~" in Command::text
    std::size_t data = 0;  ///< offset of the first octet in Command::text; a streamed literal has none there
    std::uint64_t size = 0;  ///< octets announced (and received)
    bool streamed = false;   ///< the octets went to the caller, not into the text
    bool literal8 = false;   ///< "~{n}"
};

/// A command: tag, and everything after the space up to the end of the line. Literals stay in the text as on the wire,
/// "{5}" CRLF and then the octets; `literals` says where, in order. Views into the reader or into the caller's input.
struct Command {
    std::string_view tag;
    std::string_view text;
    std::span<const LiteralRef> literals;
};

/// A command that owns its octets, for handlers that outlive the input buffer.
class POSTERN_SDK StoredCommand {
public:
    StoredCommand() = default;
    explicit StoredCommand(const Command& c);
    /// Views into this object; valid until it is moved or destroyed.
    Command view() const { return {tag_, text_, literals_}; }

private:
    std::string tag_;
    std::string text_;
    std::vector<LiteralRef> literals_;
};

}  // namespace postern::imap
