#include "auth-oauth/bearer_message.hpp"

#include <algorithm>
#include <optional>

#include "postern/mime/header.hpp"

namespace postern::oauth {

namespace {

constexpr char separator = '\1';
constexpr std::size_t max_message = 16 * 1024;

Error malformed(const char* text) {
    return Error(Errc::protocol_violation, text);
}

/// The value of a saslname (RFC 5801 section 4).
std::optional<std::string> decode_name(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const std::string_view quoted = text.substr(0, 3);
        if (quoted == "=2C" || quoted == "=3D") {
            out.push_back(quoted == "=2C" ? ',' : '=');
            text.remove_prefix(3);
        } else if (text.front() == '=' || text.front() == ',' || text.front() == '\0') {
            return std::nullopt;
        } else {
            out.push_back(text.front());
            text.remove_prefix(1);
        }
    }
    if (out.empty()) return std::nullopt;
    return out;
}

bool is_token(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f; });
}

struct Pair {
    std::string_view key;
    std::string_view value;
};

/// Takes "key=value" and the separator behind it.
std::optional<Pair> take_pair(std::string_view& in) {
    const auto end = in.find(separator);
    const auto equals = in.substr(0, end).find('=');
    if (end == std::string_view::npos || equals == std::string_view::npos || equals == 0) return std::nullopt;
    const Pair pair{in.substr(0, equals), in.substr(equals + 1, end - equals - 1)};
    in.remove_prefix(end + 1);
    return pair;
}

/// Pairs and the last separator; unknown ones are ignored, the same one twice is refused.
Result<BearerMessage> parse_pairs(std::string_view in, bool with_user) {
    BearerMessage out;
    bool user = false;
    while (in != "\1") {
        const auto pair = take_pair(in);
        if (!pair) return malformed("The response is malformed");
        if (with_user && pair->key == "user") {
            if (std::exchange(user, true)) return malformed("There are two users");
            out.user = pair->value;
        } else if (pair->key == "auth") {
            constexpr std::string_view scheme = "Bearer ";
            const bool bearer = mime::equal_ascii_nocase(pair->value.substr(0, scheme.size()), scheme);
            if (!bearer || !out.token.empty()) return malformed("One bearer token is wanted");
            std::string_view token = pair->value.substr(scheme.size());
            while (token.starts_with(' ')) token.remove_prefix(1);
            if (!is_token(token)) return malformed("The token is malformed");
            out.token = token;
        }
    }
    if (out.token.empty()) return malformed("There is no token");
    return out;
}

}  // namespace

Result<BearerMessage> parse_oauthbearer(std::string_view message) {
    if (message.size() > max_message) return malformed("The response is too long");
    const auto flag = message.find(',');
    const auto end = flag == std::string_view::npos ? flag : message.find(',', flag + 1);
    if (end == std::string_view::npos || message.substr(end + 1, 1) != "\1")
        return malformed("The response has no GS2 header");
    // There is nothing to bind a channel with.
    if (message.substr(0, flag) != "n" && message.substr(0, flag) != "y")
        return malformed("Channel binding is not supported");
    const std::string_view authzid = message.substr(flag + 1, end - flag - 1);
    std::optional<std::string> user = std::string();
    if (!authzid.empty()) user = authzid.starts_with("a=") ? decode_name(authzid.substr(2)) : std::nullopt;
    if (!user) return malformed("The authorization identity is malformed");
    auto out = parse_pairs(message.substr(end + 2), false);
    if (out) out->user = std::move(*user);
    return out;
}

Result<BearerMessage> parse_xoauth2(std::string_view message) {
    if (message.size() > max_message) return malformed("The response is too long");
    return parse_pairs(message, true);
}

}  // namespace postern::oauth
