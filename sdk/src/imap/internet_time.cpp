// Dates of EXPIRE in URLs (RFC 3339 section 5.6).
#include <chrono>

#include "postern/imap/url.hpp"

namespace postern::imap {

namespace {

/// Reads a text of fixed places from the left; a place that does not fit ends it all.
class Reader {
public:
    explicit Reader(std::string_view text) : rest_(text) {}

    int digits(std::size_t count) {
        int value = 0;
        for (std::size_t i = 0; i < count; ++i) {
            const char c = next();
            if (c < '0' || c > '9') failed_ = true;
            value = value * 10 + (c - '0');
        }
        return value;
    }
    void skip(char wanted) {
        const char c = next();
        if (c != wanted && c != wanted + ('a' - 'A')) failed_ = true;
    }
    char peek() const { return rest_.empty() ? '\0' : rest_.front(); }
    /// ".25"
    void skip_fraction() {
        if (peek() != '.') return;
        rest_.remove_prefix(1);
        digits(1);
        while (peek() >= '0' && peek() <= '9') rest_.remove_prefix(1);
    }
    bool complete() const { return !failed_ && rest_.empty(); }

private:
    char next() {
        if (rest_.empty()) {
            failed_ = true;
            return '0';
        }
        const char c = rest_.front();
        rest_.remove_prefix(1);
        return c;
    }

    std::string_view rest_;
    bool failed_ = false;
};

/// Seconds east; the reader stands at "Z", "+" or "-".
std::optional<int> read_zone(Reader& in) {
    const char sign = in.peek();
    if (sign != '+' && sign != '-') {
        in.skip('Z');
        return 0;
    }
    in.skip(sign);
    const int hours = in.digits(2);
    in.skip(':');
    const int minutes = in.digits(2);
    if (hours > 23 || minutes > 59) return std::nullopt;
    return (hours * 60 + minutes) * (sign == '-' ? -60 : 60);
}

}  // namespace

std::optional<std::int64_t> parse_internet_time(std::string_view text) {
    Reader in(text);
    const int year = in.digits(4);
    in.skip('-');
    const int month = in.digits(2);
    in.skip('-');
    const int day = in.digits(2);
    in.skip('T');
    const int hour = in.digits(2);
    in.skip(':');
    const int minute = in.digits(2);
    in.skip(':');
    const int second = in.digits(2);
    in.skip_fraction();
    const auto zone = read_zone(in);
    if (!in.complete() || !zone || hour > 23 || minute > 59 || second > 60) return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year(year),
                                           std::chrono::month(static_cast<unsigned>(month)),
                                           std::chrono::day(static_cast<unsigned>(day))};
    if (!date.ok()) return std::nullopt;
    const std::int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
    return days * 86400 + hour * 3600 + minute * 60 + second - *zone;
}

}  // namespace postern::imap
