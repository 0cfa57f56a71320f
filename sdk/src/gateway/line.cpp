#include "postern/gateway/line.hpp"

namespace postern::gateway {

Task<Outcome<std::unique_ptr<Connection>>> connect(Dialer* dialer, RemoteServer server,
                                                   std::chrono::seconds timeout) {
    Dialer::Target target;
    target.host = std::move(server.host);
    target.port = server.port;
    target.connect_timeout = timeout;
    auto connection = co_await dialer->dial(std::move(target));
    if (!connection) co_return Fault(FaultKind::offline, connection.error().text);
    co_return std::move(*connection);
}

Task<Outcome<void>> begin_tls(Connection* connection, RemoteServer server, std::chrono::seconds timeout) {
    TlsClientOptions options;
    options.server_name = std::move(server.host);
    options.verify = server.verify;
    options.pinned_spki_sha256 = std::move(server.pinned_spki_sha256);
    options.ca_file = std::move(server.ca_file);
    connection->set_deadline(timeout);
    auto secured = co_await connection->start_tls_client(std::move(options));
    if (secured) co_return Outcome<void>{};
    const auto& [code, text] = secured.error();
    const bool refused = code == Errc::permission_denied || code == Errc::invalid ||
                         text.find("certificate") != std::string::npos;
    co_return Fault(refused ? FaultKind::permanent : FaultKind::offline, text);
}

Fault line_fault(const Connection& connection, const Error& error) {
    if (connection.deadline_passed()) return Fault(FaultKind::transient, "the server does not answer");
    return Fault(FaultKind::offline, error.text.empty() ? "the connection broke" : error.text);
}

Task<void> hang_up(Connection* connection) {
    connection->set_deadline(std::chrono::seconds(5));
    co_await connection->stream().shutdown();
}

}  // namespace postern::gateway
