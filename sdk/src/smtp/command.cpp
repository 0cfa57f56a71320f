#include "postern/smtp/command.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>

#include "postern/mime/header.hpp"
#include "postern/smtp/address.hpp"

namespace postern::smtp {

namespace {

using mime::equal_ascii_nocase;

constexpr std::size_t max_parameters = 32;
constexpr std::size_t max_envelope_id = 100;         // RFC 3461 section 4.4
constexpr std::size_t max_original_recipient = 500;  // RFC 3461 section 4.2

std::string upper(std::string_view text) {
    std::string out(text);
    for (char& c : out) {
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - ('a' - 'A'));
    }
    return out;
}

std::string_view trim(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

std::optional<std::uint64_t> number(std::string_view text) {
    std::uint64_t value = 0;
    if (text.empty() || text.size() > 20) return std::nullopt;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failed != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return -1;
}

Reply syntax(std::string text) {
    return {501, "5.5.4", std::move(text)};
}

/// "SIZE=1000": name in capitals; the value is not there or not empty (RFC 5321 section 4.1.2, esmtp-param).
struct Parameter {
    std::string name;
    std::optional<std::string_view> value;
};

std::optional<std::vector<Parameter>> parse_parameters(std::string_view text) {
    std::vector<Parameter> out;
    for (const std::string_view word : split_words(text)) {
        const auto equals = word.find('=');
        Parameter parameter{upper(word.substr(0, equals)), std::nullopt};
        const bool named = !parameter.name.empty() && std::ranges::all_of(parameter.name, [](char c) {
            return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || c == '-';
        });
        if (equals != std::string_view::npos) parameter.value = word.substr(equals + 1);
        const bool twice = std::ranges::any_of(out, [&](const auto& p) { return p.name == parameter.name; });
        if (!named || twice || out.size() == max_parameters || (parameter.value && parameter.value->empty()))
            return std::nullopt;
        out.push_back(std::move(parameter));
    }
    return out;
}

/// Takes "FROM:" and the path.
std::optional<Reply> take_address(std::string_view& in, std::string_view word, PathKind kind, Path& out) {
    if (in.size() < word.size() || !equal_ascii_nocase(in.substr(0, word.size()), word))
        return Reply{501, "5.5.2", "Syntax: " + std::string(word) + "<address>"};
    in = trim(in.substr(word.size()));
    auto path = take_path(in, kind);
    if (!path || (!in.empty() && in.front() != ' '))
        return Reply{501, kind == PathKind::reverse ? "5.1.7" : "5.1.3", "This is no address"};
    out = std::move(*path);
    return std::nullopt;
}

Reply unknown_parameter(const Parameter& parameter) {
    return {555, "5.5.4", "Parameter " + parameter.name + " is not known here"};
}

bool set_body(std::string_view value, mail::BodyKind& body) {
    if (equal_ascii_nocase(value, "7BIT"))
        body = mail::BodyKind::seven_bit;
    else if (equal_ascii_nocase(value, "8BITMIME"))
        body = mail::BodyKind::eight_bit;
    else if (equal_ascii_nocase(value, "BINARYMIME"))
        body = mail::BodyKind::binary;
    else
        return false;
    return true;
}

bool set_return(std::string_view value, mail::DsnReturn& ret) {
    if (equal_ascii_nocase(value, "FULL"))
        ret = mail::DsnReturn::full;
    else if (equal_ascii_nocase(value, "HDRS"))
        ret = mail::DsnReturn::headers;
    else
        return false;
    return true;
}

/// RFC 4865 sections 3 and 4.2
std::optional<Reply> set_hold(const Parameter& parameter, MailArguments& out) {
    constexpr std::uint64_t longest = 999'999'999;
    const std::string_view value = parameter.value.value_or("");
    if (out.hold_for || out.hold_until) return syntax("HOLDFOR or HOLDUNTIL, and once");
    if (parameter.name == "HOLDUNTIL") {
        out.hold_until = parse_utc(value);
        return out.hold_until ? std::nullopt : std::optional(syntax("HOLDUNTIL is a time in UTC"));
    }
    out.hold_for = number(value);
    const bool right = out.hold_for.value_or(0) > 0 && *out.hold_for <= longest && value.front() != '0';
    return right ? std::nullopt : std::optional(syntax("HOLDFOR is a number of seconds"));
}

std::optional<Reply> apply(const Parameter& parameter, MailArguments& out) {
    const std::string_view value = parameter.value.value_or("");
    if (parameter.name == "SMTPUTF8") {
        out.smtputf8 = true;
        return parameter.value ? std::optional(syntax("SMTPUTF8 takes no value")) : std::nullopt;
    }
    if (parameter.name == "SIZE") {
        out.size = number(value);
        return out.size ? std::nullopt : std::optional(syntax("SIZE is a number of octets"));
    }
    if (parameter.name == "BODY")
        return set_body(value, out.body) ? std::nullopt : std::optional(syntax("BODY has no such value"));
    if (parameter.name == "RET")
        return set_return(value, out.ret) ? std::nullopt : std::optional(syntax("RET is FULL or HDRS"));
    if (parameter.name == "ENVID") {
        auto id = value.size() <= max_envelope_id ? decode_xtext(value) : std::nullopt;
        if (!id || id->empty()) return syntax("ENVID is no such id");
        out.id = std::move(*id);
        return std::nullopt;
    }
    if (parameter.name == "AUTH") {
        out.auth = decode_xtext(value);
        return out.auth && !out.auth->empty() ? std::nullopt : std::optional(syntax("AUTH is no address"));
    }
    if (parameter.name == "HOLDFOR" || parameter.name == "HOLDUNTIL") return set_hold(parameter, out);
    return unknown_parameter(parameter);
}

std::optional<std::uint8_t> parse_notify(std::string_view value) {
    if (equal_ascii_nocase(value, "NEVER")) return mail::notify_never;
    std::uint8_t bits = 0;
    for (bool last = false; !last;) {
        const auto comma = value.find(',');
        last = comma == std::string_view::npos;
        const std::string_view word = value.substr(0, comma);
        if (!last) value.remove_prefix(comma + 1);
        if (equal_ascii_nocase(word, "SUCCESS"))
            bits |= mail::notify_success;
        else if (equal_ascii_nocase(word, "FAILURE"))
            bits |= mail::notify_failure;
        else if (equal_ascii_nocase(word, "DELAY"))
            bits |= mail::notify_delay;
        else
            return std::nullopt;
    }
    return bits;
}

std::optional<Reply> apply(const Parameter& parameter, RecipientArguments& out) {
    const std::string_view value = parameter.value.value_or("");
    if (parameter.name == "NOTIFY") {
        const auto notify = parse_notify(value);
        if (!notify) return syntax("NOTIFY has no such value");
        out.recipient.notify = *notify;
        return std::nullopt;
    }
    if (parameter.name == "ORCPT") {
        // addr-type ";" xtext
        const auto semicolon = value.find(';');
        auto original = value.size() <= max_original_recipient ? decode_xtext(value) : std::nullopt;
        if (!original || semicolon == 0 || semicolon == std::string_view::npos)
            return syntax("ORCPT is type;address");
        out.recipient.original = std::move(*original);
        return std::nullopt;
    }
    return unknown_parameter(parameter);
}

template <class Arguments>
std::optional<Reply> apply_all(std::string_view text, Arguments& out) {
    const auto parameters = parse_parameters(text);
    if (!parameters) return syntax("The parameters are malformed");
    for (const Parameter& parameter : *parameters) {
        auto refused = apply(parameter, out);
        if (refused) return refused;
    }
    return std::nullopt;
}

}  // namespace

std::optional<UnixTime> parse_utc(std::string_view text) {
    // "2026-11-22T19:00:00[.123]Z"
    constexpr std::string_view form = "dddd-dd-ddTdd:dd:dd";
    if (text.size() <= form.size() || (text.back() != 'Z' && text.back() != 'z')) return std::nullopt;
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    std::array<int, 6> parts{};
    std::size_t part = 0;
    for (std::size_t i = 0; i < form.size(); ++i) {
        if (form[i] == 'd') {
            if (!is_digit(text[i])) return std::nullopt;
            parts[part] = parts[part] * 10 + (text[i] - '0');
        } else {
            if (text[i] != form[i] && !(form[i] == 'T' && text[i] == 't')) return std::nullopt;
            ++part;
        }
    }
    const std::string_view fraction = text.substr(form.size(), text.size() - form.size() - 1);
    const bool cut = fraction.empty() || (fraction.size() > 1 && fraction.front() == '.' &&
                                          std::ranges::all_of(fraction.substr(1), is_digit));
    const std::chrono::year_month_day date{std::chrono::year(parts[0]),
                                           std::chrono::month(static_cast<unsigned>(parts[1])),
                                           std::chrono::day(static_cast<unsigned>(parts[2]))};
    if (!cut || !date.ok() || parts[3] > 23 || parts[4] > 59 || parts[5] > 60) return std::nullopt;
    const auto days = std::chrono::sys_days(date).time_since_epoch().count();
    return static_cast<UnixTime>(days) * 86400 + parts[3] * 3600 + parts[4] * 60 + parts[5];
}

std::string format_utc(UnixTime time) {
    const std::chrono::sys_seconds moment{std::chrono::seconds(time)};
    const auto day = std::chrono::floor<std::chrono::days>(moment);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss clock(moment - day);
    char text[40];
    const int size =
        std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02dZ", static_cast<int>(date.year()),
                      static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                      static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                      static_cast<int>(clock.seconds().count()));
    return {text, static_cast<std::size_t>(std::max(size, 0))};
}

Command split_command(std::string_view line) {
    const auto end = std::min(line.find_first_of(" \t"), line.size());
    return {upper(line.substr(0, end)), trim(line.substr(end))};
}

std::vector<std::string_view> split_words(std::string_view text) {
    std::vector<std::string_view> out;
    for (text = trim(text); !text.empty(); text = trim(text)) {
        const auto end = std::min(text.find_first_of(" \t"), text.size());
        out.push_back(text.substr(0, end));
        text.remove_prefix(end);
    }
    return out;
}

std::optional<std::string> decode_xtext(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto octet = static_cast<unsigned char>(text[i]);
        if (octet <= 0x20 || octet == 0x7f) return std::nullopt;
        if (octet != '+') {
            out += text[i];
            continue;
        }
        const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
        const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
        if (high < 0 || low < 0) return std::nullopt;
        out += static_cast<char>(high * 16 + low);
        i += 2;
    }
    // What is decoded goes into other lines.
    const bool clean =
        std::ranges::none_of(out, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
    return clean ? std::optional(out) : std::nullopt;
}

std::string encode_xtext(std::string_view text) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
        const auto octet = static_cast<unsigned char>(c);
        if (octet > 0x20 && octet < 0x7f && c != '+' && c != '=') {
            out += c;
        } else {
            out += '+';
            out += digits[octet >> 4U];
            out += digits[octet & 15U];
        }
    }
    return out;
}

std::optional<Reply> parse_mail(std::string_view arguments, MailArguments& out) {
    Path path;
    auto refused = take_address(arguments, "FROM:", PathKind::reverse, path);
    if (refused) return refused;
    out.sender = std::move(path.address);
    out.utf8_address = path.utf8;
    refused = apply_all(arguments, out);
    if (refused) return refused;
    // RFC 6531 section 3.4
    if (out.utf8_address && !out.smtputf8)
        return Reply{553, "5.6.7", "Addresses beyond ASCII need the parameter SMTPUTF8"};
    return std::nullopt;
}

std::optional<Reply> parse_recipient(std::string_view arguments, RecipientArguments& out) {
    Path path;
    auto refused = take_address(arguments, "TO:", PathKind::forward, path);
    if (refused) return refused;
    out.recipient.address = std::move(path.address);
    out.utf8_address = path.utf8;
    return apply_all(arguments, out);
}

std::optional<ChunkArguments> parse_chunk(std::string_view arguments) {
    const auto words = split_words(arguments);
    if (words.empty() || words.size() > 2) return std::nullopt;
    const auto size = number(words[0]);
    if (!size || (words.size() == 2 && !equal_ascii_nocase(words[1], "LAST"))) return std::nullopt;
    return ChunkArguments{*size, words.size() == 2};
}

std::optional<std::vector<std::pair<std::string, std::string>>> parse_xclient(std::string_view arguments) {
    const auto parameters = parse_parameters(arguments);
    if (!parameters || parameters->empty()) return std::nullopt;
    std::vector<std::pair<std::string, std::string>> out;
    for (const Parameter& parameter : *parameters) {
        if (!parameter.value) return std::nullopt;
        const bool nothing = equal_ascii_nocase(*parameter.value, "[UNAVAILABLE]") ||
                             equal_ascii_nocase(*parameter.value, "[TEMPUNAVAIL]");
        auto value = nothing ? std::optional(std::string()) : decode_xtext(*parameter.value);
        if (!value) return std::nullopt;
        out.emplace_back(parameter.name, std::move(*value));
    }
    return out;
}

}  // namespace postern::smtp
