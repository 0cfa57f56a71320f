#pragma once
// Message flags (RFC 3501 section 2.3.2).
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "postern/export.hpp"

namespace postern::imap {

/// Bits of the system flags.
enum SystemFlag : std::uint8_t {
    flag_answered = 1,
    flag_flagged = 2,
    flag_deleted = 4,
    flag_seen = 8,
    flag_draft = 16,
    flag_recent = 32,  ///< set by the server only
};

struct Flags {
    std::uint8_t system = 0;            ///< SystemFlag bits
    std::vector<std::string> keywords;  ///< as given; equal names in other case are one keyword
    bool wildcard = false;              ///< "\*", only in PERMANENTFLAGS

    bool empty() const { return system == 0 && keywords.empty() && !wildcard; }
    friend bool operator==(const Flags&, const Flags&) = default;
};

/// "\Seen" in any case; nullopt for anything that is not a system flag.
POSTERN_SDK std::optional<SystemFlag> parse_system_flag(std::string_view name);
/// "\Seen"
POSTERN_SDK std::string_view system_flag_name(SystemFlag f);
/// A valid keyword: an atom of at most `max_keyword_size` octets (it may start with "$").
inline constexpr std::size_t max_keyword_size = 255;
POSTERN_SDK bool is_keyword(std::string_view name);
/// Adds a keyword unless it is there already in any case.
POSTERN_SDK void add_keyword(Flags& flags, std::string_view name);

}  // namespace postern::imap
