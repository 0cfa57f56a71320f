#include "connector-imap/refusal.hpp"

#include <optional>

#include "postern/gateway/refusal.hpp"

namespace postern::imap_client {

using gateway::Fault;
using gateway::FaultKind;

namespace {

std::string shown(const Status& status) {
    const std::string code = status.code.empty() ? "" : "[" + status.code + "] ";
    return gateway::printable(code + status.text);
}

// RFC 5530 section 3.
std::optional<FaultKind> by_code(const Status& status) {
    const std::string& code = status.code;
    if (code == "UNAVAILABLE" || code == "SERVERBUG") return FaultKind::transient;
    if (code == "INUSE" || code == "LIMIT" || code == "THROTTLED") return FaultKind::rate_limited;
    if (code == "AUTHENTICATIONFAILED" || code == "AUTHORIZATIONFAILED") return FaultKind::auth_failed;
    if (code == "EXPIRED") return FaultKind::auth_failed;
    if (code == "PRIVACYREQUIRED" || code == "CONTACTADMIN") return FaultKind::permanent;
    if (code == "NOPERM" || code == "OVERQUOTA" || code == "TOOBIG") return FaultKind::permanent;
    if (code == "NONEXISTENT" || code == "TRYCREATE") return FaultKind::gone;
    if (code == "ALREADYEXISTS" || code == "EXPUNGEISSUED") return FaultKind::conflict;
    if (code == "CANNOT" || code == "CLIENTBUG") return FaultKind::unsupported;
    return std::nullopt;
}

}  // namespace

Fault classify_login_refusal(const Status& status) {
    if (const auto kind = by_code(status)) {
        Fault fault(*kind, shown(status));
        fault.definite = *kind == FaultKind::auth_failed;
        return fault;
    }
    if (status.kind == Status::Kind::bad) return Fault(FaultKind::transient, shown(status));
    return gateway::classify_login_words(status.text);
}

Fault classify_refusal(std::string_view command, const Status& status, FaultKind otherwise) {
    if (status.kind == Status::Kind::bad) otherwise = FaultKind::unsupported;
    auto kind = by_code(status).value_or(otherwise);
    // Elsewhere it says nothing of the password.
    if (kind == FaultKind::auth_failed) kind = FaultKind::permanent;
    return Fault(kind, std::string(command) + ": " + shown(status));
}

void refuse(gateway::ActionResult& result, FaultKind kind, std::string text) {
    result.fault.emplace(kind, std::move(text));
}

}  // namespace postern::imap_client
