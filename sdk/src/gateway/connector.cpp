#include "postern/gateway/connector.hpp"

#include <openssl/crypto.h>

#include <stdexcept>

namespace postern::gateway {

const char* to_string(FaultKind kind) noexcept {
    switch (kind) {
        case FaultKind::auth_failed:
            return "auth_failed";
        case FaultKind::auth_expired:
            return "auth_expired";
        case FaultKind::rate_limited:
            return "rate_limited";
        case FaultKind::transient:
            return "transient";
        case FaultKind::offline:
            return "offline";
        case FaultKind::conflict:
            return "conflict";
        case FaultKind::gone:
            return "gone";
        case FaultKind::reset_required:
            return "reset_required";
        case FaultKind::unsupported:
            return "unsupported";
        case FaultKind::permanent:
            return "permanent";
        case FaultKind::protocol_violation:
            return "protocol_violation";
    }
    return "unknown";
}

std::string Fault::to_string() const {
    std::string out = gateway::to_string(kind);
    if (!text.empty()) out.append(": ").append(text);
    return out;
}

void throw_exception_from_error(const Fault& fault, const boost::source_location& where) {
    throw std::logic_error(fault.to_string() + " (unchecked outcome at " + where.to_string() + ")");
}

RemoteCredential::RemoteCredential(std::string login_name, std::string password)
    : login(std::move(login_name)), secret(std::move(password)) {}

RemoteCredential::~RemoteCredential() {
    OPENSSL_cleanse(secret.data(), secret.size());
}

RemoteSession::~RemoteSession() = default;
Connector::~Connector() = default;

Task<Outcome<FolderList>> RemoteSession::list_folders(std::string token) {
    RemoteFolder inbox;
    inbox.id = inbox.name = "INBOX";
    FolderList list;
    list.folders.push_back(std::move(inbox));
    list.token = std::move(token);
    co_return list;
}

Outcome<RemoteRef> RemoteSession::find(const std::string& /*folder*/, const std::string& /*id*/) {
    return Fault(FaultKind::unsupported, "this connector has no ids that last");
}

std::size_t RemoteSession::fetch_window() const {
    return 1;
}

Task<Outcome<std::vector<ActionResult>>> RemoteSession::push(std::vector<Action> /*actions*/) {
    co_return Fault(FaultKind::unsupported, "this connector changes nothing");
}

Task<Outcome<SubmitResult>> RemoteSession::submit(Submission /*submission*/) {
    co_return Fault(FaultKind::unsupported, "this connector does not submit");
}

Task<Outcome<std::vector<std::string>>> RemoteSession::watch(std::vector<std::string> /*folders*/,
                                                             std::chrono::seconds /*timeout*/) {
    co_return Fault(FaultKind::unsupported, "this connector does not watch");
}

Task<Outcome<void>> RemoteSession::keep_alive() {
    co_return Outcome<void>{};
}

std::vector<std::string_view> Connector::setting_names() const {
    return {};
}

void Connector::check_settings(const ConfigNode& /*source*/, Diagnostics& /*problems*/) const {}

}  // namespace postern::gateway
