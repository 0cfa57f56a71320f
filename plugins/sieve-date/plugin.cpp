// date (RFC 5260): the tests date and currentdate
#include <chrono>
#include <cstdio>

#include "postern/mime/date.hpp"
#include "postern/sieve/compose.hpp"
#include "postern/sieve/pieces.hpp"

namespace postern::sieve {

namespace {

std::string printed(const char* format, int a, int b = 0, int c = 0) {
    std::array<char, 40> text{};
    std::snprintf(text.data(), text.size(), format, a, b, c);
    return text.data();
}

/// A point in time as seen in a zone.
struct Moment {
    std::chrono::year_month_day date;
    std::chrono::hh_mm_ss<std::chrono::seconds> clock;
    std::chrono::sys_days day;
    int zone;

    Moment(UnixTime utc, int zone_minutes)
        : Moment(std::chrono::sys_seconds(std::chrono::seconds(utc + zone_minutes * 60)), zone_minutes) {}

    int year() const { return static_cast<int>(date.year()); }
    int month() const { return static_cast<int>(static_cast<unsigned>(date.month())); }
    int day_of_month() const { return static_cast<int>(static_cast<unsigned>(date.day())); }
    int hour() const { return static_cast<int>(clock.hours().count()); }
    int minute() const { return static_cast<int>(clock.minutes().count()); }
    int second() const { return static_cast<int>(clock.seconds().count()); }

private:
    Moment(std::chrono::sys_seconds local, int zone_minutes)
        : date(std::chrono::floor<std::chrono::days>(local)),
          clock(local - std::chrono::floor<std::chrono::days>(local)),
          day(std::chrono::floor<std::chrono::days>(local)),
          zone(zone_minutes) {}
};

std::string zone_text(int zone, const char* format) {
    return (zone < 0 ? "-" : "+") + printed(format, std::abs(zone) / 60, std::abs(zone) % 60);
}

/// Section 4.2; nothing if there is no such part.
std::optional<std::string> date_part(const std::string& part, UnixTime utc, int zone) {
    const Moment m(utc, zone);
    const std::string date = printed("%04d-%02d-%02d", m.year(), m.month(), m.day_of_month());
    const std::string time = printed("%02d:%02d:%02d", m.hour(), m.minute(), m.second());
    if (part == "year") return printed("%04d", m.year());
    if (part == "month") return printed("%02d", m.month());
    if (part == "day") return printed("%02d", m.day_of_month());
    if (part == "date") return date;
    if (part == "julian") return std::to_string(m.day.time_since_epoch().count() + 40587);
    if (part == "hour") return printed("%02d", m.hour());
    if (part == "minute") return printed("%02d", m.minute());
    if (part == "second") return printed("%02d", m.second());
    if (part == "time") return time;
    if (part == "iso8601") return date + "T" + time + (zone == 0 ? "Z" : zone_text(zone, "%02d:%02d"));
    if (part == "std11") return format_mail_date(utc, zone);
    if (part == "zone") return zone_text(zone, "%02d%02d");
    if (part == "weekday") return std::to_string(std::chrono::weekday(m.day).c_encoding());
    return std::nullopt;
}

struct DateTest {
    Matching matching;
    Stages stages;
    Text field;  ///< unused by currentdate
    Text part;
    std::optional<int> zone;
    bool original = false;
    bool current = false;

    bool evaluate(Machine& machine) const {
        UnixTime time = machine.environment().now();
        int shown = zone.value_or(machine.environment().zone_minutes());
        if (!current) {
            const auto found = header_date(machine);
            if (!found) return matching.test(machine, {});
            time = found->utc;
            if (original) shown = found->zone_minutes;
        }
        const auto value = date_part(to_lower(part.value(machine)), time, shown);
        if (!value) return false;
        return matching.test(machine, std::span(&*value, 1));
    }

private:
    /// Of the first field; what follows the last semicolon, as in Received (section 4).
    std::optional<mime::DateTime> header_date(Machine& machine) const {
        const auto fields = fields_of(machine, stages, {field.value(machine)});
        if (fields.empty()) return std::nullopt;
        std::string_view value =
            fields.front().text ? std::string_view(*fields.front().text) : fields.front().raw;
        const auto semicolon = value.rfind(';');
        if (semicolon != std::string_view::npos) value.remove_prefix(semicolon + 1);
        return mime::parse_date(value);
    }
};

TestPtr compile_date(Compiler& compiler, const Node& node) {
    Arguments in(compiler, node);
    DateTest test{Matching(compiler), {}, {}, {}, {}, false, node.name == "currentdate"};
    while (const Argument* tag = in.next_tag()) {
        if (tag->tag == ":zone") {
            const Place at = in.place();
            test.zone = zone_of(in.constant("the time zone"));
            if (!test.zone) compiler.fail(at, "a time zone is a sign and four digits");
        } else if (tag->tag == ":originalzone" && !test.current) {
            test.original = true;
        } else if (!test.matching.take(in, *tag) && !test.stages.take(compiler, in, *tag)) {
            in.unexpected(*tag);
        }
    }
    if (test.original && test.zone)
        compiler.fail(node.place, ":zone and :originalzone contradict each other");
    const Place at = in.place();
    if (!test.current) {
        test.field = in.string("the header field");
        if (test.field.is_constant() && !is_field_name(test.field.constant())) {
            compiler.fail(at, "\"" + test.field.constant() + "\" is no name of a header field");
        }
    }
    const Place part_at = in.place();
    test.part = in.string("the part of the date");
    if (test.part.is_constant() && !date_part(to_lower(test.part.constant()), 0, 0)) {
        compiler.fail(part_at, "a date has no part \"" + test.part.constant() + "\"");
    }
    test.matching.read_keys(in);
    in.end();
    return make_test([test = std::move(test)](Machine& machine) { return test.evaluate(machine); });
}

class Date final : public ExtensionPlugin {
public:
    explicit Date(Host& host) : ExtensionPlugin(host) {
        capability("date");
        test("date", "date", compile_date);
        test("currentdate", "date", compile_date);
    }
};

}  // namespace

}  // namespace postern::sieve

POSTERN_PLUGIN(postern::sieve::Date, {.id = "sieve-date",
                                      .summary = "Sieve: date (RFC 5260)",
                                      .dependencies = postern::sieve::needs_engine});
