// The one place where Boost.JSON is compiled.
#include "oauth_answer.hpp"

#include <openssl/crypto.h>

#include <boost/json/src.hpp>
#include <charconv>

#include "postern/gateway/refusal.hpp"

namespace postern::gateway {

namespace json = boost::json;

namespace {

/// Servers that say nothing mean about an hour.
constexpr std::int64_t usual_lifetime = 3600;
constexpr std::int64_t longest_lifetime = 30L * 86400;
constexpr std::size_t max_token = 64UL << 10;
constexpr std::int64_t longest_interval = 300;
constexpr unsigned max_depth = 16;

std::optional<json::object> parse_object(const std::string& body) {
    boost::system::error_code error;
    json::parse_options options;
    options.max_depth = max_depth;
    json::value value = json::parse(body, error, {}, options);
    if (error || !value.is_object()) return std::nullopt;
    return std::move(value.as_object());
}

std::string text_of(const json::object& object, std::string_view name) {
    const auto* value = object.if_contains(json::string_view(name.data(), name.size()));
    if (value == nullptr || !value->is_string()) return "";
    const auto& text = value->get_string();
    return {text.data(), text.size()};
}

/// A number, or a text of one, as some servers send.
std::optional<std::int64_t> number_of(const json::object& object, std::string_view name) {
    const auto* value = object.if_contains(json::string_view(name.data(), name.size()));
    if (value == nullptr) return std::nullopt;
    if (value->is_int64()) return value->get_int64();
    if (value->is_uint64()) return longest_lifetime;
    if (value->is_double()) return static_cast<std::int64_t>(std::clamp(value->get_double(), 0.0, 1e9));
    const std::string text = text_of(object, name);
    std::int64_t number = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
    if (parsed.ec != std::errc{} || text.empty()) return std::nullopt;
    return number;
}

std::chrono::seconds seconds_of(const json::object& object, std::string_view name, std::int64_t usual,
                                std::int64_t longest) {
    const std::int64_t number = number_of(object, name).value_or(usual);
    return std::chrono::seconds(std::clamp<std::int64_t>(number, 0, longest));
}

/// VSCHAR (RFC 6749 appendix A.12): nothing that could end a line or a field of a SASL message.
bool is_token(const std::string& text) {
    if (text.empty() || text.size() > max_token) return false;
    for (const char c : text) {
        if (c < 0x20 || c > 0x7e) return false;
    }
    return true;
}

// RFC 6749 section 5.2, RFC 8628 section 3.5.
FaultKind meaning_of(const std::string& error, unsigned status) {
    if (error == "invalid_grant" || error == "access_denied" || error == "expired_token") {
        return FaultKind::auth_failed;
    }
    if (status == 429 || error == "slow_down") return FaultKind::rate_limited;
    if (status >= 500 || error == "temporarily_unavailable" || error == "server_error" ||
        error == "authorization_pending") {
        return FaultKind::transient;
    }
    if (!error.empty() || status == 400 || status == 401 || status == 403 || status == 404) {
        return FaultKind::permanent;
    }
    return FaultKind::transient;
}

Fault fault_of(const http::Response& response, const std::string& error, const std::string& why) {
    Fault fault(meaning_of(error, response.status), "the authorization server answers ");
    fault.text += error.empty() ? std::to_string(response.status) : printable(error);
    if (!why.empty()) fault.text += ": " + printable(why);
    fault.definite = error == "invalid_grant";
    fault.retry_after = response.retry_after;
    return fault;
}

}  // namespace

TokenReply read_token_reply(const http::Response& response) {
    TokenReply reply;
    const auto object = parse_object(response.body);
    if (response.status != 200 || !object || object->contains("error")) {
        if (object) reply.error = text_of(*object, "error");
        reply.outcome =
            fault_of(response, reply.error, object ? text_of(*object, "error_description") : std::string());
        return reply;
    }
    TokenAnswer answer;
    answer.access_token = text_of(*object, "access_token");
    answer.refresh_token = text_of(*object, "refresh_token");
    answer.scopes = text_of(*object, "scope");
    answer.lifetime = seconds_of(*object, "expires_in", usual_lifetime, longest_lifetime);
    const bool sound =
        is_token(answer.access_token) && (answer.refresh_token.empty() || is_token(answer.refresh_token));
    if (sound) {
        reply.outcome = std::move(answer);
    } else {
        reply.outcome =
            Fault(FaultKind::transient, "the authorization server answers without a usable token");
    }
    return reply;
}

Outcome<TokenAnswer> parse_token_answer(const http::Response& response) {
    return read_token_reply(response).outcome;
}

Outcome<DeviceCode> parse_device_code(const http::Response& response) {
    const auto object = parse_object(response.body);
    if (response.status != 200 || !object) {
        return fault_of(response, object ? text_of(*object, "error") : "",
                        object ? text_of(*object, "error_description") : "");
    }
    DeviceCode code;
    code.device_code = text_of(*object, "device_code");
    code.user_code = text_of(*object, "user_code");
    code.verification_uri = text_of(*object, "verification_uri");
    if (code.verification_uri.empty()) code.verification_uri = text_of(*object, "verification_url");
    code.verification_uri_complete = text_of(*object, "verification_uri_complete");
    code.lifetime = seconds_of(*object, "expires_in", 900, 86400);
    const auto interval = seconds_of(*object, "interval", 5, longest_interval);
    code.interval = std::max(interval, std::chrono::seconds(1));
    if (is_token(code.device_code) && is_token(code.user_code) && is_token(code.verification_uri))
        return code;
    return Fault(FaultKind::transient, "the authorization server answers without a device code");
}

}  // namespace postern::gateway
