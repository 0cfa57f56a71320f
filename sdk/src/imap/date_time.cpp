#include "postern/imap/date_time.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "postern/imap/lexical.hpp"

namespace postern::imap {

namespace {

using namespace std::chrono;

constexpr std::array<std::string_view, 12> month_names{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

/// Exactly `size` digits at `at`; -1 if they are not there.
int digits(std::string_view text, std::size_t at, std::size_t size) {
    if (at + size > text.size()) return -1;
    int value = 0;
    for (std::size_t i = at; i < at + size; ++i) {
        if (!is_digit(text[i])) return -1;
        value = value * 10 + (text[i] - '0');
    }
    return value;
}

/// "-Mon-yyyy" at `at`, with the day already known; nullopt if there is no such day.
std::optional<year_month_day> month_and_year(std::string_view text, std::size_t at, int day_number) {
    if (text.size() < at + 9 || text[at] != '-' || text[at + 4] != '-') return std::nullopt;
    const int year_number = digits(text, at + 5, 4);
    if (year_number < 0 || day_number < 1) return std::nullopt;
    for (unsigned m = 0; m < month_names.size(); ++m) {
        if (!equals_ignore_case(text.substr(at + 1, 3), month_names[m])) continue;
        const year_month_day date{year(year_number), month(m + 1), day(static_cast<unsigned>(day_number))};
        if (date.ok()) return date;
    }
    return std::nullopt;
}

/// "+hhmm" at `at` in minutes; nullopt if malformed.
std::optional<std::int16_t> zone(std::string_view text, std::size_t at) {
    if (at >= text.size() || (text[at] != '+' && text[at] != '-')) return std::nullopt;
    const int hours_number = digits(text, at + 1, 2);
    const int minutes_number = digits(text, at + 3, 2);
    if (hours_number < 0 || hours_number > 23 || minutes_number < 0 || minutes_number > 59)
        return std::nullopt;
    const int total = hours_number * 60 + minutes_number;
    return static_cast<std::int16_t>(text[at] == '-' ? -total : total);
}

void put_digits(char* out, unsigned value, int size) {
    for (int i = size - 1; i >= 0; --i, value /= 10) out[i] = static_cast<char>('0' + value % 10);
}

void put_date(char* out, year_month_day date) {
    const auto day_number = static_cast<unsigned>(date.day());
    put_digits(out, day_number, 2);
    if (day_number < 10) out[0] = ' ';
    out[2] = '-';
    std::memcpy(out + 3, month_names[(static_cast<unsigned>(date.month()) - 1) % 12].data(), 3);
    out[6] = '-';
    put_digits(out + 7, static_cast<unsigned>(static_cast<int>(date.year())), 4);
}

// What four digits of a year can say.
constexpr std::int64_t first_second = sys_seconds(sys_days(year(0) / 1 / 1)).time_since_epoch().count();
constexpr std::int64_t last_second =
    sys_seconds(sys_days(year(9999) / 12 / 31)).time_since_epoch().count() + 86399;

}  // namespace

std::optional<year_month_day> parse_date(std::string_view text) {
    const std::size_t day_size = text.find('-');
    if ((day_size != 1 && day_size != 2) || text.size() != day_size + 9) return std::nullopt;
    return month_and_year(text, day_size, digits(text, 0, day_size));
}

std::optional<DateTime> parse_date_time(std::string_view text) {
    if (text.size() != date_time_size) return std::nullopt;
    const int day_number = text[0] == ' ' ? digits(text, 1, 1) : digits(text, 0, 2);
    const auto date = month_and_year(text, 2, day_number);
    const int hour = digits(text, 12, 2);
    const int minute = digits(text, 15, 2);
    const int second = digits(text, 18, 2);
    const auto east = zone(text, 21);
    const bool separators = text[11] == ' ' && text[14] == ':' && text[17] == ':' && text[20] == ' ';
    if (!date || !east || !separators) return std::nullopt;
    if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60) return std::nullopt;
    const std::int64_t midnight = sys_seconds(sys_days(*date)).time_since_epoch().count();
    return DateTime{midnight + hour * 3600 + minute * 60 + second - *east * 60, *east};
}

std::string format_date(year_month_day date) {
    char out[11];
    put_date(out, date);
    return out[0] == ' ' ? std::string(out + 1, 10) : std::string(out, 11);
}

void format_date_time(DateTime t, char* out) {
    const std::int64_t local = std::clamp(t.local(), first_second, last_second);
    const sys_seconds moment{seconds(local)};
    const auto midnight = floor<days>(moment);
    put_date(out, year_month_day(midnight));
    const auto second_of_day = static_cast<unsigned>((moment - midnight).count());
    out[11] = ' ';
    put_digits(out + 12, second_of_day / 3600, 2);
    out[14] = ':';
    put_digits(out + 15, second_of_day / 60 % 60, 2);
    out[17] = ':';
    put_digits(out + 18, second_of_day % 60, 2);
    out[20] = ' ';
    out[21] = t.zone_minutes < 0 ? '-' : '+';
    const unsigned zone_size = static_cast<unsigned>(t.zone_minutes < 0 ? -t.zone_minutes : t.zone_minutes);
    put_digits(out + 22, zone_size / 60, 2);
    put_digits(out + 24, zone_size % 60, 2);
}

std::string format_date_time(DateTime t) {
    std::string out(date_time_size, '\0');
    format_date_time(t, out.data());
    return out;
}

}  // namespace postern::imap
