#include "connector-pop3/refusal.hpp"

#include <optional>
#include <string>

namespace postern::pop3 {

using gateway::Fault;
using gateway::FaultKind;

namespace {

constexpr std::chrono::seconds in_use_delay{45};

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
    return gateway::classify_login_words(text);
}

Fault classify_refusal(std::string_view command, std::string_view text, FaultKind otherwise) {
    auto fault = by_code(text);
    // [AUTH] belongs to sign-in; elsewhere it says nothing of the password.
    if (!fault || fault->kind == FaultKind::auth_failed) fault = make(otherwise, text);
    fault->text = std::string(command) + ": " + fault->text;
    return *fault;
}

}  // namespace postern::pop3
