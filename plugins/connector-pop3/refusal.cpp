#include "connector-pop3/refusal.hpp"

#include <optional>
#include <string>

namespace postern::pop3 {

using gateway::Fault;
using gateway::FaultKind;

namespace {

constexpr std::size_t max_shown = 200;
constexpr std::chrono::seconds in_use_delay{45};

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool contains_any(std::string_view text, std::initializer_list<std::string_view> words) {
    std::string folded;
    for (const char c : text.substr(0, max_shown)) folded += lower(c);
    for (const auto word : words) {
        if (folded.find(word) != std::string::npos) return true;
    }
    return false;
}

Fault make(FaultKind kind, std::string_view text, std::chrono::seconds retry_after = {}) {
    Fault fault(kind, printable(text));
    fault.retry_after = retry_after;
    return fault;
}

std::optional<Fault> by_code(std::string_view text) {
    const std::string code = response_code(text);
    if (code == "IN-USE") return make(FaultKind::rate_limited, text, in_use_delay);
    if (code == "LOGIN-DELAY") return make(FaultKind::rate_limited, text);
    if (code == "SYS/PERM") return make(FaultKind::permanent, text);
    if (code.starts_with("SYS")) return make(FaultKind::transient, text);
    if (code == "AUTH") {
        Fault fault = make(FaultKind::auth_failed, text);
        fault.definite = true;
        return fault;
    }
    return std::nullopt;
}

}  // namespace

std::string printable(std::string_view text) {
    std::string out;
    for (const char c : text.substr(0, max_shown)) {
        const auto octet = static_cast<unsigned char>(c);
        out += octet >= 0x20 && octet < 0x7f ? c : '?';
    }
    return out;
}

std::string response_code(std::string_view text) {
    if (!text.starts_with('[')) return {};
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos) return {};
    std::string code;
    for (const char c : text.substr(1, end - 1)) {
        code += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    }
    return code;
}

Fault classify_login_refusal(std::string_view text) {
    if (auto fault = by_code(text)) return *fault;
    if (contains_any(text, {"lock", "in use", "busy", "already open", "another session"})) {
        return make(FaultKind::rate_limited, text, in_use_delay);
    }
    if (contains_any(text, {"login limit", "too many", "too often", "exceeded", "rate limit", "wait"})) {
        return make(FaultKind::rate_limited, text);
    }
    if (contains_any(text, {"temporar", "try again", "unavailable", "overload", "maintenance", "timeout",
                            "timed out", "internal error", "service"})) {
        return make(FaultKind::transient, text);
    }
    return make(FaultKind::auth_failed, text);
}

Fault classify_refusal(std::string_view command, std::string_view text, FaultKind otherwise) {
    auto fault = by_code(text);
    // [AUTH] belongs to sign-in; elsewhere it says nothing of the password.
    if (!fault || fault->kind == FaultKind::auth_failed) fault = make(otherwise, text);
    fault->text = std::string(command) + ": " + fault->text;
    return *fault;
}

}  // namespace postern::pop3
