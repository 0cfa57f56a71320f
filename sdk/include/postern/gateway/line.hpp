#pragma once
// What connectors do alike with the line to a server: connect, secure, lose and end it.
#include <chrono>
#include <memory>

#include "postern/gateway/fault.hpp"
#include "postern/gateway/remote.hpp"
#include "postern/net/stream.hpp"

namespace postern::gateway {

/// Connects. TLS is the caller's to begin. A server that is not there: FaultKind::offline.
POSTERN_SDK Task<Outcome<std::unique_ptr<Connection>>> connect(Dialer* dialer, RemoteServer server,
                                                               std::chrono::seconds timeout);

/// TLS by the client, trusting whom `server` says. What was received in plain text is the caller's to throw away
/// before (injected replies). FaultKind::permanent: the certificate does not verify, and stays so until somebody
/// acts; FaultKind::offline: the line broke.
POSTERN_SDK Task<Outcome<void>> begin_tls(Connection* connection, RemoteServer server,
                                          std::chrono::seconds timeout);

/// What a read or write that failed means: FaultKind::transient if the server was silent for too long.
POSTERN_SDK Fault line_fault(const Connection& connection, const Error& error);

/// Says goodbye without waiting for the server.
POSTERN_SDK Task<void> hang_up(Connection* connection);

}  // namespace postern::gateway
