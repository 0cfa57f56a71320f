#include "connector-pop3/connector.hpp"

#include "connector-pop3/login.hpp"
#include "connector-pop3/session.hpp"
#include "postern/gateway/line.hpp"

namespace postern::pop3 {

using gateway::Fault;
using gateway::FaultKind;
using SessionPtr = std::unique_ptr<gateway::RemoteSession>;

namespace {

gateway::ConnectorInfo make_info() {
    gateway::ConnectorInfo info;
    info.title = "POP3";
    info.abilities = gateway::stable_ids | gateway::content_ids | gateway::header_fetch | gateway::remove;
    info.credentials = {gateway::CredentialKind::password, gateway::CredentialKind::oauth_token};
    info.port = 110;
    info.tls_port = 995;
    return info;
}

// For servers that hang up on a command they announce or should know.
struct Switches {
    bool capa = true;
    bool pipelining = true;
};

Switches read_switches(const ConfigNode& source, Diagnostics& problems) {
    Switches switches;
    switches.capa = source.get_bool("capa", true, problems);
    switches.pipelining = source.get_bool("pipelining", true, problems);
    return switches;
}

}  // namespace

const gateway::ConnectorInfo& Pop3Connector::describe() const {
    static const gateway::ConnectorInfo info = make_info();
    return info;
}

std::vector<std::string_view> Pop3Connector::setting_names() const {
    return {"capa", "pipelining"};
}

void Pop3Connector::check_settings(const ConfigNode& source, Diagnostics& problems) const {
    static_cast<void>(read_switches(source, problems));
}

Task<Outcome<SessionPtr>> Pop3Connector::open(gateway::OpenRequest request) {
    Diagnostics ignored;  // reported when the configuration was checked
    const Switches switches = read_switches(request.settings, ignored);
    bool skip_capa = !switches.capa;
    // A second round only for a server that hangs up on CAPA.
    for (int round = 0; round < 2; ++round) {
        auto connection = co_await gateway::connect(dialer_, request.server, request.limits.connect_timeout);
        if (!connection) co_return connection.error();
        auto wire = std::make_unique<Wire>(std::move(*connection), request.limits);
        auto result = co_await log_in(wire.get(), request.server, request.credential, skip_capa);
        if (!result) {
            co_await wire->shutdown();
            co_return result.error();
        }
        if (!result->capa_broke) {
            if (!switches.pipelining) result->capabilities.pipelining = false;
            SessionPtr session = std::make_unique<Pop3Session>(std::move(wire), result->capabilities);
            co_return session;
        }
        skip_capa = true;
    }
    co_return Fault(FaultKind::offline, "the server closes the connection");
}

}  // namespace postern::pop3
