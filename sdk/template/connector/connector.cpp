#include "connector.hpp"

#include "postern/gateway/line.hpp"
#include "session.hpp"

namespace letterbox {

using namespace postern;
using gateway::Fault;
using gateway::FaultKind;
using SessionPtr = std::unique_ptr<gateway::RemoteSession>;

namespace {

gateway::ConnectorInfo make_info() {
    gateway::ConnectorInfo info;
    info.title = "Letterbox";
    // What is not named here is refused by the defaults of RemoteSession.
    info.abilities = gateway::stable_ids | gateway::remove;
    info.credentials = {gateway::CredentialKind::password};
    info.port = 80;
    info.tls_port = 443;
    return info;
}

std::string read_path(const ConfigNode& options, Diagnostics& problems) {
    std::string path = options.get_string("path", "/v1", problems);
    const bool sound = path.starts_with('/') && path.find_first_of(" \r\n?#") == std::string::npos;
    if (!sound) problems.error(options["path"].place(), "`path` is a path: /v1");
    return path;
}

}  // namespace

const gateway::ConnectorInfo& LetterboxConnector::describe() const {
    static const gateway::ConnectorInfo info = make_info();
    return info;
}

std::vector<std::string_view> LetterboxConnector::setting_names() const {
    return {"path"};
}

void LetterboxConnector::check_settings(const ConfigNode& options, Diagnostics& problems) const {
    static_cast<void>(read_path(options, problems));
}

Task<gateway::Outcome<SessionPtr>> LetterboxConnector::open(gateway::OpenRequest request) {
    Diagnostics ignored;  // reported when the configuration was checked
    std::string path = read_path(request.settings, ignored);
    if (request.server.tls == gateway::RemoteTls::starttls)
        co_return Fault(FaultKind::permanent, "HTTP has no STARTTLS");
    auto connection = co_await gateway::connect(dialer_, request.server, request.limits.connect_timeout);
    if (!connection) co_return connection.error();
    auto line = std::make_unique<HttpLine>(std::move(*connection), request);
    if (request.server.tls == gateway::RemoteTls::implicit) {
        auto secured = co_await line->start_tls(request.server);
        if (!secured) co_return secured.error();
    }
    // HTTP has no sign-in: the first question shows whether the credential is taken.
    std::string account = path + "/account";
    auto reply = co_await line->ask("GET", std::move(account));
    if (!reply) co_return reply.error();
    if (reply->status != 200) co_return fault_of(*reply);
    SessionPtr session = std::make_unique<LetterboxSession>(std::move(line), std::move(path), request.limits);
    co_return session;
}

}  // namespace letterbox
