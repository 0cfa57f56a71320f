#include "postern/imap/url.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "postern/imap/argument_cursor.hpp"
#include "postern/mime/decode.hpp"

namespace postern::imap {

namespace {

Error malformed(std::string_view what) {
    return {Errc::invalid, "The URL has " + std::string(what)};
}

bool is_alphanumeric(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// bchar without "%": achar and ":", "@", "/" (RFC 5092 section 11).
bool is_plain(char c) {
    return is_alphanumeric(c) || std::string_view("-._~!$'()*+,&=:@/").find(c) != std::string_view::npos;
}

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return out;
}

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

/// Undoes the escapes. NUL, CR and LF are never part of a name.
Result<std::string> decoded(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            if (!is_plain(text[i])) return malformed("a character that must be escaped");
            out += text[i];
            continue;
        }
        const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
        const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
        const char octet = static_cast<char>(high * 16 + low);
        if (high < 0 || low < 0) return malformed("a broken escape");
        if (octet == '\0' || octet == '\r' || octet == '\n') return malformed("a forbidden octet");
        out += octet;
        i += 2;
    }
    return out;
}

template <class Number>
std::optional<Number> number(std::string_view text, std::uint64_t lowest) {
    Number value = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || read.ec != std::errc() || read.ptr != text.data() + text.size()) return std::nullopt;
    if (value < lowest) return std::nullopt;
    return value;
}

Result<void> parse_server(std::string_view server, ImapUrl& url) {
    if (const auto at = server.find('@'); at != server.npos) {
        std::string_view user = server.substr(0, at);
        const auto auth = user.find(';');
        if (auth != user.npos && !to_upper(user.substr(auth)).starts_with(";AUTH="))
            return malformed("an unknown parameter of the user");
        user = user.substr(0, auth);
        if (user.find_first_of(":/") != user.npos) return malformed("a broken user name");
        auto name = decoded(user);
        if (!name) return name.error();
        url.user = std::move(*name);
        server.remove_prefix(at + 1);
    }
    const bool literal = server.starts_with('[');
    const auto colon = literal ? server.find(':', server.find(']')) : server.find(':');
    if (colon != server.npos) {
        const auto port = number<std::uint16_t>(server.substr(colon + 1), 1);
        if (!port) return malformed("a broken port");
        url.port = *port;
    }
    url.host = lower(server.substr(0, colon));
    if (url.host.empty()) return malformed("no host");
    const bool plain = std::ranges::all_of(url.host, [&](char c) {
        return is_alphanumeric(c) || c == '-' || c == '.' || c == '_' ||
               (literal && (c == '[' || c == ']' || c == ':'));
    });
    return plain ? Result<void>() : malformed("a broken host");
}

Result<void> parse_section_of(std::string_view value, ImapUrl& url) {
    auto text = decoded(value);
    if (!text) return text.error();
    if (text->empty()) return malformed("an empty section");
    const std::string brackets = "[" + *text + "]";
    ArgumentCursor in{std::string_view(brackets)};
    auto section = parse_section(in);
    if (!section || !in.at_end()) return malformed("a broken section");
    url.section = std::move(*section);
    return {};
}

Result<void> parse_range(std::string_view value, ImapUrl& url) {
    UrlRange range;
    const auto dot = value.find('.');
    const auto offset = number<std::uint64_t>(value.substr(0, dot), 0);
    if (!offset) return malformed("a broken range");
    range.offset = *offset;
    if (dot != value.npos) {
        range.length = number<std::uint64_t>(value.substr(dot + 1), 1);
        if (!range.length) return malformed("a broken range");
    }
    url.range = range;
    return {};
}

Result<void> parse_access(std::string_view value, ImapUrl& url) {
    UrlAccess access;
    const auto plus = value.find('+');
    access.application = lower(value.substr(0, plus));
    if (access.application.empty() || !std::ranges::all_of(access.application, is_alphanumeric))
        return malformed("a broken access identifier");
    if (plus != value.npos) {
        const std::string_view user = value.substr(plus + 1);
        if (user.find_first_of(":/@") != user.npos) return malformed("a broken access identifier");
        auto name = decoded(user);
        if (!name) return name.error();
        if (name->empty()) return malformed("a broken access identifier");
        access.user = std::move(*name);
    }
    const bool wants_user = access.application == "submit" || access.application == "user";
    const bool refuses_user = access.application == "authuser" || access.application == "anonymous";
    if ((wants_user && !access.user) || (refuses_user && access.user))
        return malformed("a broken access identifier");
    url.access = std::move(access);
    return {};
}

/// "submit+fred" or "submit+fred:internal:9135..."; `begin` is its place in the URL.
Result<void> parse_authorisation(std::string_view value, std::size_t begin, ImapUrl& url) {
    const auto colon = value.find(':');
    url.rump = begin + std::min(colon, value.size());
    auto access = parse_access(value.substr(0, colon), url);
    if (!access || colon == value.npos) return access;
    const std::string_view verifier = value.substr(colon + 1);
    const auto second = verifier.find(':');
    if (second == verifier.npos) return malformed("no token");
    url.mechanism = lower(verifier.substr(0, second));
    url.token = lower(verifier.substr(second + 1));
    const auto is_mechanism_char = [](char c) { return is_alphanumeric(c) || c == '-' || c == '.'; };
    if (url.mechanism.empty() || !std::ranges::all_of(url.mechanism, is_mechanism_char))
        return malformed("a broken mechanism");
    const bool hex = std::ranges::all_of(url.token, [](char c) { return hex_digit(c) >= 0; });
    if (url.token.size() < 32 || !hex) return malformed("a broken token");
    return {};
}

/// The parameters, in the order in which they may stand.
enum class Parameter : std::uint8_t { uidvalidity, uid, section, partial, expire, urlauth };
constexpr std::array<std::string_view, 6> parameter_names = {"UIDVALIDITY", "UID",    "SECTION",
                                                             "PARTIAL",     "EXPIRE", "URLAUTH"};

std::optional<Parameter> parameter_of(std::string_view text) {
    const std::string name = to_upper(text.substr(0, text.find('=')));
    for (std::size_t i = 0; i < parameter_names.size(); ++i) {
        if (name == parameter_names[i]) return static_cast<Parameter>(i);
    }
    return std::nullopt;
}

/// These are path segments of their own: "/;UID=20".
bool is_segment(Parameter parameter) {
    return parameter == Parameter::uid || parameter == Parameter::section || parameter == Parameter::partial;
}

Result<void> parse_parameter(Parameter parameter, std::string_view value, std::size_t begin, ImapUrl& url) {
    switch (parameter) {
        case Parameter::uidvalidity:
            url.uidvalidity = number<std::uint32_t>(value, 1);
            if (!url.uidvalidity) return malformed("a broken UIDVALIDITY");
            return {};
        case Parameter::uid: {
            const auto uid = number<std::uint32_t>(value, 1);
            if (!uid) return malformed("a broken UID");
            url.uid = *uid;
            return {};
        }
        case Parameter::section:
            return parse_section_of(value, url);
        case Parameter::partial:
            return parse_range(value, url);
        case Parameter::expire:
            url.expires = parse_internet_time(value);
            if (!url.expires) return malformed("a broken EXPIRE");
            return {};
        case Parameter::urlauth:
            break;
    }
    return parse_authorisation(value, begin, url);
}

Result<void> parse_mailbox(std::string_view text, ImapUrl& url) {
    auto name = decoded(text);
    if (!name) return name.error();
    if (name->empty() || name->starts_with('/') || !mime::is_utf8(*name)) return malformed("no mailbox");
    url.mailbox = std::move(*name);
    return {};
}

/// What follows the server and its "/". `offset` is its place in the URL.
Result<void> parse_path(std::string_view path, std::size_t offset, ImapUrl& url) {
    std::size_t begin = 0;
    std::optional<Parameter> current;  // not set: the mailbox
    for (;;) {
        const auto semicolon = path.find(';', begin);
        std::string_view piece = path.substr(begin, semicolon == path.npos ? path.npos : semicolon - begin);
        std::optional<Parameter> following;
        if (semicolon != path.npos) {
            following =
                parameter_of(path.substr(semicolon + 1, path.find(';', semicolon + 1) - semicolon - 1));
            if (!following || (current && *following <= *current))
                return malformed("an unexpected parameter");
            if (piece.ends_with('/') != is_segment(*following)) return malformed("an unexpected parameter");
            if (is_segment(*following)) piece.remove_suffix(1);
        }
        Result<void> parsed;
        if (!current) {
            parsed = parse_mailbox(piece, url);
        } else {
            const auto equals = piece.find('=');
            if (equals == piece.npos) return malformed("a parameter without a value");
            parsed = parse_parameter(*current, piece.substr(equals + 1), offset + begin + equals + 1, url);
        }
        if (!parsed) return parsed;
        if (!following) break;
        current = following;
        begin = semicolon + 1;
    }
    if (url.uid == 0) return malformed("no UID: it names no message");
    if (url.expires && !url.access) return malformed("EXPIRE without URLAUTH");
    return {};
}

}  // namespace

Result<ImapUrl> parse_imap_url(std::string_view text) {
    constexpr std::string_view scheme = "imap://";
    if (text.size() > max_url) return malformed("too many characters");
    ImapUrl url;
    url.rump = text.size();
    std::size_t path = 0;
    if (equals_ignore_case(text.substr(0, scheme.size()), scheme)) {
        url.absolute = true;
        path = text.find('/', scheme.size());
        if (path == text.npos) return malformed("no mailbox");
        auto server = parse_server(text.substr(scheme.size(), path - scheme.size()), url);
        if (!server) return server.error();
    }
    if (!text.substr(path).starts_with('/')) return malformed("another form than this server takes");
    auto parsed = parse_path(text.substr(path + 1), path + 1, url);
    if (!parsed) return parsed.error();
    return url;
}

}  // namespace postern::imap
