#include "connector-imap/connector.hpp"

#include "connector-imap/session.hpp"
#include "postern/gateway/line.hpp"

namespace postern::imap_client {

using gateway::Fault;
using gateway::FaultKind;
using SessionPtr = std::unique_ptr<gateway::RemoteSession>;

namespace {

gateway::ConnectorInfo make_info() {
    gateway::ConnectorInfo info;
    info.title = "IMAP";
    info.abilities = gateway::hierarchy | gateway::stable_ids | gateway::flags_read | gateway::flags_write |
                     gateway::keywords | gateway::append | gateway::append_returns_id |
                     gateway::header_fetch | gateway::delta_token | gateway::watch | gateway::remove;
    info.concurrent_sessions = 4;
    info.credentials = {gateway::CredentialKind::password, gateway::CredentialKind::oauth_token};
    info.port = 143;
    info.tls_port = 993;
    return info;
}

// For servers that announce what they do badly (gateway.md 4.1, traps).
Switches read_switches(const ConfigNode& options, Diagnostics& problems) {
    Switches switches;
    switches.qresync = options.get_bool("qresync", true, problems);
    switches.condstore = options.get_bool("condstore", true, problems);
    switches.list_status = options.get_bool("list_status", true, problems);
    return switches;
}

}  // namespace

const gateway::ConnectorInfo& ImapConnector::describe() const {
    static const gateway::ConnectorInfo info = make_info();
    return info;
}

std::vector<std::string_view> ImapConnector::setting_names() const {
    return {"condstore", "list_status", "qresync"};
}

void ImapConnector::check_settings(const ConfigNode& options, Diagnostics& problems) const {
    static_cast<void>(read_switches(options, problems));
}

Task<Outcome<SessionPtr>> ImapConnector::open(gateway::OpenRequest request) {
    Diagnostics ignored;  // reported when the configuration was checked
    const Switches switches = read_switches(request.settings, ignored);
    auto connection = co_await gateway::connect(dialer_, request.server, request.limits.connect_timeout);
    if (!connection) co_return connection.error();
    auto wire = std::make_unique<Wire>(std::move(*connection), request.limits);
    auto login = co_await log_in(wire.get(), request.server, request.credential, switches);
    if (!login) {
        co_await wire->shutdown();
        co_return login.error();
    }
    SessionPtr session = std::make_unique<ImapSession>(std::move(wire), std::move(*login));
    co_return session;
}

}  // namespace postern::imap_client
