// Date-times, read token by token with little regard to their order (RFC 5322 section 3.3 and 4.3).
#include "postern/mime/date.hpp"

#include <array>
#include <chrono>

#include "mime/ascii.hpp"
#include "postern/mime/header.hpp"

namespace postern::mime {

namespace {

constexpr std::array<std::string_view, 12> months = {"jan", "feb", "mar", "apr", "may", "jun",
                                                     "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::array<std::string_view, 7> week_days = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

struct NamedZone {
    std::string_view name;
    int minutes;
};
constexpr NamedZone zones[] = {{"EST", -300}, {"EDT", -240}, {"CST", -360}, {"CDT", -300},
                               {"MST", -420}, {"MDT", -360}, {"PST", -480}, {"PDT", -420}};

template <std::size_t N>
int index_of_prefix(const std::array<std::string_view, N>& names, std::string_view word) noexcept {
    if (word.size() < 3) return -1;
    for (std::size_t i = 0; i < N; ++i) {
        if (equal_ascii_nocase(word.substr(0, 3), names[i])) return static_cast<int>(i);
    }
    return -1;
}

class DateReader {
public:
    explicit DateReader(std::string_view value) : s_(value) {}
    std::optional<DateTime> run();

private:
    void read_number();
    void read_time(int hour);
    void read_word();
    void read_offset();
    int digits(int& count);
    std::optional<DateTime> result() const;
    bool more() const noexcept { return i_ < s_.size(); }

    std::string_view s_;
    std::size_t i_ = 0;
    int year_ = -1, month_ = -1, day_ = -1;
    int hour_ = -1, minute_ = 0, second_ = 0;
    bool afternoon_ = false, forenoon_ = false;
    int zone_ = 0;
    bool zone_read_ = false;
};

/// Reads digits; the value is capped so that it cannot overflow.
int DateReader::digits(int& count) {
    int value = 0;
    count = 0;
    for (; more() && is_digit(s_[i_]); ++i_, ++count) {
        if (value < 1000000) value = value * 10 + (s_[i_] - '0');
    }
    return value;
}

// hour ":" minute [":" second]
void DateReader::read_time(int hour) {
    int n = 0;
    ++i_;
    hour_ = hour;
    minute_ = digits(n);
    if (n == 0) minute_ = 99;
    if (more() && s_[i_] == ':') {
        ++i_;
        second_ = digits(n);
        if (more() && s_[i_] == '.') ++i_, digits(n);  // fractions of a second
    }
}

void DateReader::read_number() {
    int n = 0;
    const int value = digits(n);
    const bool time_follows = more() && s_[i_] == ':' && hour_ < 0 && n <= 2;
    if (time_follows) return read_time(value);
    const bool year_first = n == 4 && year_ < 0 && day_ < 0 && more() && s_[i_] == '-';
    if (year_first) {  // 1997-11-21T09:55:06
        year_ = value;
        ++i_;
        if (!more() || !is_digit(s_[i_])) return;
        month_ = digits(n) - 1;
        if (more() && s_[i_] == '-') ++i_, day_ = digits(n);
        if (more() && to_lower(s_[i_]) == 't') ++i_;
    } else if (n <= 2 && day_ < 0) {
        day_ = value;
    } else if (year_ < 0 && n <= 4) {
        // Two digits up to 49 are of this century, three digits count from 1900 (RFC 5322 section 4.3).
        year_ = n >= 4 ? value : value + (n == 2 && value < 50 ? 2000 : 1900);
    }
}

// +hhmm; "+hh:mm" is read too. An offset that is out of range counts as UTC.
void DateReader::read_offset() {
    const int sign = s_[i_++] == '-' ? -1 : 1;
    int n = 0;
    int value = digits(n);
    if (n <= 2 && more() && s_[i_] == ':') {
        ++i_;
        value = value * 100 + digits(n);
        n = 4;
    } else if (n <= 2) {
        value *= 100;
    }
    const bool valid = n <= 4 && value / 100 <= 23 && value % 100 <= 59;
    zone_ = valid ? sign * (value / 100 * 60 + value % 100) : 0;
    zone_read_ = true;
}

void DateReader::read_word() {
    const std::size_t begin = i_;
    while (more() && is_alpha(s_[i_])) ++i_;
    const std::string_view word = s_.substr(begin, i_ - begin);
    if (const int m = index_of_prefix(months, word); m >= 0 && month_ < 0) {
        month_ = m;
    } else if (index_of_prefix(week_days, word) >= 0 || hour_ < 0) {
        return;
    } else if (equal_ascii_nocase(word, "pm")) {
        afternoon_ = true;
    } else if (equal_ascii_nocase(word, "am")) {
        forenoon_ = true;
    } else if (!zone_read_) {
        for (const NamedZone& z : zones) {
            if (equal_ascii_nocase(word, z.name)) zone_ = z.minutes;
        }
    }
}

std::optional<DateTime> DateReader::result() const {
    using namespace std::chrono;
    if (year_ < 1 || month_ < 0 || month_ > 11 || day_ < 1) return std::nullopt;
    const year_month_day date(year(year_), month(static_cast<unsigned>(month_) + 1),
                              day(static_cast<unsigned>(day_)));
    if (!date.ok()) return std::nullopt;
    int hour = hour_;
    if (afternoon_ && hour < 12) hour += 12;
    if (forenoon_ && hour == 12) hour = 0;
    // An invalid time counts as midnight (RFC 5256 section 2.2).
    const bool valid = hour >= 0 && hour <= 23 && minute_ <= 59 && second_ <= 60;
    const int seconds_of_day = valid ? hour * 3600 + minute_ * 60 + second_ : 0;
    DateTime out;
    out.zone_minutes = static_cast<std::int16_t>(zone_);
    out.utc = sys_days(date).time_since_epoch() / days(1) * std::int64_t{86400} + seconds_of_day - zone_ * 60;
    return out;
}

std::optional<DateTime> DateReader::run() {
    constexpr std::size_t longest = 256;
    s_ = s_.substr(0, longest);
    while (more()) {
        const char c = s_[i_];
        if (c == '(') {
            i_ = skip_comment(s_, i_);
        } else if (is_digit(c)) {
            read_number();
        } else if (is_alpha(c)) {
            read_word();
        } else if ((c == '+' || c == '-') && hour_ >= 0 && !zone_read_ && i_ + 1 < s_.size() &&
                   is_digit(s_[i_ + 1])) {
            read_offset();
        } else {
            ++i_;
        }
    }
    return result();
}

}  // namespace

std::optional<DateTime> parse_date(std::string_view value) {
    return DateReader(value).run();
}

std::optional<DateTime> received_date(std::string_view header_block) {
    HeaderReader reader(header_block);
    while (const Field* field = reader.next()) {
        if (field->id != FieldId::received) continue;
        const std::size_t semicolon = field->value.rfind(';');
        if (semicolon == std::string_view::npos) continue;
        if (auto date = parse_date(field->value.substr(semicolon + 1))) return date;
    }
    return std::nullopt;
}

}  // namespace postern::mime
