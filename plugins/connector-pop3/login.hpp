#pragma once
// From the greeting to the TRANSACTION state: CAPA, STLS, CAPA, USER/PASS or AUTH, CAPA.
#include "connector-pop3/capabilities.hpp"
#include "connector-pop3/wire.hpp"
#include "postern/gateway/remote.hpp"

namespace postern::pop3 {

struct LoginResult {
    Capabilities capabilities;  ///< after sign-in
    bool capa_broke = false;    ///< the server hung up on CAPA: try again without it
};

/// Asks for the capabilities. -ERR leaves them unknown.
Task<Outcome<Capabilities>> ask_capabilities(Wire* wire);

/// Secures and signs in. With `skip_capa` the server is not asked what it can do.
Task<Outcome<LoginResult>> log_in(Wire* wire, gateway::RemoteServer server,
                                  gateway::RemoteCredential credential, bool skip_capa);

}  // namespace postern::pop3
