#pragma once
// From the greeting to the authenticated state: CAPABILITY, STARTTLS, AUTHENTICATE or LOGIN, ID, ENABLE, NAMESPACE.
#include <optional>

#include "connector-imap/capabilities.hpp"
#include "connector-imap/wire.hpp"
#include "postern/gateway/remote.hpp"

namespace postern::imap_client {

/// What a source's options say (docs/gateway.md).
struct Switches {
    bool qresync = true;
    bool condstore = true;
    bool list_status = true;  ///< STATUS within LIST (RFC 5819)
};

struct LoginResult {
    Capabilities capabilities;  ///< after sign-in, without what the switches forbid
    bool qresync = false;       ///< the server said ENABLED
    Namespaces namespaces;
    std::string implementation;
};

/// Reads the greeting, secures and signs in.
Task<Outcome<LoginResult>> log_in(Wire* wire, gateway::RemoteServer server,
                                  gateway::RemoteCredential credential, Switches switches);

}  // namespace postern::imap_client
