#pragma once
// date and date-time (RFC 3501 section 9).
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "postern/export.hpp"
#include "postern/mime/date.hpp"

namespace postern::imap {

/// An instant and the zone it was written in.
using DateTime = mime::DateTime;

/// "1-Feb-1994" or "01-Feb-1994", month in any case; a day that exists. Without quotes.
POSTERN_SDK std::optional<std::chrono::year_month_day> parse_date(std::string_view text);
/// " 1-Feb-1994 21:52:25 -0800": day fixed to two places by space or zero; leap second 60 allowed. Without quotes.
POSTERN_SDK std::optional<DateTime> parse_date_time(std::string_view text);

POSTERN_SDK std::string format_date(std::chrono::year_month_day date);
POSTERN_SDK std::string format_date_time(DateTime t);
/// The same into `out`, 26 octets, no terminator: " 1-Feb-1994 21:52:25 -0800".
inline constexpr std::size_t date_time_size = 26;
POSTERN_SDK void format_date_time(DateTime t, char* out);

}  // namespace postern::imap
