#pragma once
// Date-times of mail (RFC 5322 section 3.3, obsolete zones of 4.3), read tolerantly.
#include <cstdint>
#include <optional>
#include <string_view>

#include "postern/export.hpp"

namespace postern::mime {

/// A point in time and the zone it was written in.
struct DateTime {
    std::int64_t utc = 0;           ///< seconds since 1970-01-01T00:00:00Z
    std::int16_t zone_minutes = 0;  ///< east of Greenwich; 0 when the zone is invalid (RFC 5256 section 2.2)

    /// Seconds since 1970 of the wall clock as written: SENTON and friends disregard the zone (RFC 3501 section 6.4.4).
    std::int64_t local() const noexcept { return utc + zone_minutes * 60; }
    bool operator==(const DateTime&) const = default;
};

/// Reads "Fri, 21 Nov 1997 09:55:06 -0600 (CST)" and what senders make of it: no day name, two-digit years, one-digit
/// hours, no seconds, named zones, month before day ("Nov 21 09:55:06 1997", as asctime has it). nullopt if there is no date.
POSTERN_SDK std::optional<DateTime> parse_date(std::string_view value);

/// The date of the topmost Received field of the block whose date can be read.
POSTERN_SDK std::optional<DateTime> received_date(std::string_view header_block);

}  // namespace postern::mime
