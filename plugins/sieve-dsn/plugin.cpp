// envelope-dsn, envelope-deliverby, redirect-dsn, redirect-deliverby (RFC 6009)
#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdio>

#include "postern/sieve/pieces.hpp"

namespace postern::sieve {

namespace {

std::string parameter(Machine& machine, const char* name) {
    const auto& all = machine.envelope().parameters;
    const auto found = all.find(name);
    return found == all.end() ? std::string() : found->second;
}

/// One of NOTIFY (its words one by one), ORCPT, RET, ENVID.
class DsnPart final : public EnvelopePart {
public:
    explicit DsnPart(const char* name) : name_(name) {}
    std::string_view capability() const override { return "envelope-dsn"; }
    std::vector<std::string> values(Machine& machine, std::optional<int>) const override {
        std::vector<std::string> out;
        const std::string text = parameter(machine, name_);
        if (name_ != std::string_view("NOTIFY")) {
            if (!text.empty()) out.push_back(text);
            return out;
        }
        for (std::size_t at = 0; at < text.size();) {
            const std::size_t end = std::min(text.find(',', at), text.size());
            out.push_back(text.substr(at, end - at));
            at = end + 1;
        }
        return out;
    }

private:
    const char* name_;
};

std::string iso8601(UnixTime time, int zone) {
    using namespace std::chrono;
    const sys_seconds local{seconds(time + zone * 60)};
    const auto day = floor<days>(local);
    const year_month_day date(day);
    const hh_mm_ss clock(local - day);
    std::array<char, 48> text{};
    std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d", static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                  static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                  static_cast<int>(clock.seconds().count()));
    std::string out = text.data();
    if (zone == 0) return out + "Z";
    std::snprintf(text.data(), text.size(), "%c%02d:%02d", zone < 0 ? '-' : '+', std::abs(zone) / 60,
                  std::abs(zone) % 60);
    return out + text.data();
}

/// BY=120;RT (RFC 2852 section 4)
class DeliverByPart final : public EnvelopePart {
public:
    enum class Kind : std::uint8_t { absolute, relative, mode, trace };
    explicit DeliverByPart(Kind kind) : kind_(kind) {}
    std::string_view capability() const override { return "envelope-deliverby"; }
    std::vector<std::string> values(Machine& machine, std::optional<int> zone) const override {
        const std::string text = parameter(machine, "BY");
        const auto semicolon = text.find(';');
        std::int64_t seconds = 0;
        const auto end =
            std::from_chars(text.data(), text.data() + std::min(semicolon, text.size()), seconds);
        if (semicolon == std::string::npos || end.ec != std::errc()) return {};
        const std::string flags = to_lower(text.substr(semicolon + 1));
        const Environment& environment = machine.environment();
        switch (kind_) {
            case Kind::absolute:
                return {iso8601(environment.now() + seconds, zone.value_or(environment.zone_minutes()))};
            case Kind::relative:
                return {std::to_string(seconds)};
            case Kind::mode:
                return {flags.starts_with('r') ? "return" : "notify"};
            case Kind::trace:
                break;
        }
        return {flags.ends_with('t') ? "trace" : ""};
    }

private:
    Kind kind_;
};

StagePtr compile_notify(Compiler& compiler, Arguments& in, const Argument&) {
    const Place at = in.place();
    Text value = in.string("the conditions");
    const auto known = [](const std::string& text) {
        const std::string lower = to_lower(text);
        if (lower == "never") return true;
        for (std::size_t from = 0; from <= lower.size();) {
            const std::size_t end = std::min(lower.find(',', from), lower.size());
            const std::string word = lower.substr(from, end - from);
            if (word != "success" && word != "failure" && word != "delay") return false;
            from = end + 1;
        }
        return true;
    };
    if (value.is_constant() && !known(value.constant())) {
        compiler.fail(at, "NEVER, or some of SUCCESS, FAILURE and DELAY");
    }
    return make_action_stage([value = std::move(value), known, at](Machine& machine, Action& action) {
        action.details["notify"] = {value.value(machine)};
        if (!known(action.value("notify"))) machine.fail(at, "NEVER, or some of SUCCESS, FAILURE and DELAY");
    });
}

StagePtr compile_ret(Compiler& compiler, Arguments& in, const Argument&) {
    const Place at = in.place();
    const std::string value = to_lower(in.constant("FULL or HDRS"));
    if (value != "full" && value != "hdrs") compiler.fail(at, "FULL or HDRS is expected here");
    return make_action_stage(
        [value](Machine&, Action& action) { action.details["ret"] = {value == "full" ? "FULL" : "HDRS"}; });
}

StagePtr compile_relative(Compiler& compiler, Arguments& in, const Argument& tag) {
    if (in.seen(":bytimeabsolute")) compiler.fail(tag.place, "only one time can be given");
    return make_action_stage([seconds = in.number("the number of seconds")](Machine&, Action& action) {
        action.details["bytime"] = {std::to_string(seconds)};
    });
}

StagePtr compile_absolute(Compiler& compiler, Arguments& in, const Argument& tag) {
    if (in.seen(":bytimerelative")) compiler.fail(tag.place, "only one time can be given");
    return make_action_stage([time = in.string("the time")](Machine& machine, Action& action) {
        action.details["bytimeabsolute"] = {time.value(machine)};
    });
}

constexpr int after_times = 10;

void want_time(Machine& machine, const Action& action, Place place) {
    if (!action.has("bytime") && !action.has("bytimeabsolute")) {
        machine.fail(place, "this is of no use without :bytimerelative or :bytimeabsolute");
    }
}

StagePtr compile_mode(Compiler& compiler, Arguments& in, const Argument&) {
    const Place at = in.place();
    const std::string mode = to_lower(in.constant("notify or return"));
    if (mode != "notify" && mode != "return") compiler.fail(at, "notify or return is expected here");
    return make_action_stage(
        [mode, at](Machine& machine, Action& action) {
            action.details["bymode"] = {mode};
            want_time(machine, action, at);
        },
        after_times);
}

StagePtr compile_trace(Compiler&, Arguments&, const Argument& tag) {
    return make_action_stage(
        [at = tag.place](Machine& machine, Action& action) {
            action.details["bytrace"] = {"yes"};
            want_time(machine, action, at);
        },
        after_times);
}

class Dsn final : public ExtensionPlugin {
public:
    explicit Dsn(Host& host) : ExtensionPlugin(host) {
        for (const char* name : {"envelope-dsn", "envelope-deliverby", "redirect-dsn", "redirect-deliverby"})
            capability(name);
        piece<EnvelopePart>("notify", std::make_unique<DsnPart>("NOTIFY"));
        piece<EnvelopePart>("orcpt", std::make_unique<DsnPart>("ORCPT"));
        piece<EnvelopePart>("ret", std::make_unique<DsnPart>("RET"));
        piece<EnvelopePart>("envid", std::make_unique<DsnPart>("ENVID"));
        using Kind = DeliverByPart::Kind;
        piece<EnvelopePart>("bytimeabsolute", std::make_unique<DeliverByPart>(Kind::absolute));
        piece<EnvelopePart>("bytimerelative", std::make_unique<DeliverByPart>(Kind::relative));
        piece<EnvelopePart>("bymode", std::make_unique<DeliverByPart>(Kind::mode));
        piece<EnvelopePart>("bytrace", std::make_unique<DeliverByPart>(Kind::trace));
        tag(":notify", "redirect-dsn", {"redirect"}, compile_notify);
        tag(":ret", "redirect-dsn", {"redirect"}, compile_ret);
        tag(":bytimerelative", "redirect-deliverby", {"redirect"}, compile_relative);
        tag(":bytimeabsolute", "redirect-deliverby", {"redirect"}, compile_absolute);
        tag(":bymode", "redirect-deliverby", {"redirect"}, compile_mode);
        tag(":bytrace", "redirect-deliverby", {"redirect"}, compile_trace);
    }
};

}  // namespace

}  // namespace postern::sieve

POSTERN_PLUGIN(
    postern::sieve::Dsn,
    {.id = "sieve-dsn",
     .summary = "Sieve: envelope-dsn, envelope-deliverby, redirect-dsn, redirect-deliverby (RFC 6009)",
     .dependencies = postern::sieve::needs_engine});
