#pragma once
// SASL mechanisms (RFC 4422), for every protocol that signs users in.
//
//     registrar.add<SaslMechanism>("PLAIN", plain_);
#include <memory>
#include <optional>
#include <string>

#include "postern/auth/auth.hpp"
#include "postern/export.hpp"
#include "postern/net/stream.hpp"
#include "postern/plugin/registry.hpp"
#include "postern/result.hpp"
#include "postern/runtime/runtime.hpp"

namespace postern {

/// Who talks to us.
struct SaslPeer {
    std::string protocol;  ///< "imap", "pop3", "submission"
    std::string address;
    bool is_private = false;       ///< a password may be sent
    const TlsInfo* tls = nullptr;  ///< null while plain
};

/// Next message to the client, or the end. Octets, not base64.
struct SaslStep {
    std::optional<Identity> identity;  ///< signed in; nothing is left to say
    std::string challenge;             ///< otherwise
};

/// One run of a mechanism.
class POSTERN_SDK SaslExchange {
public:
    virtual ~SaslExchange();
    /// The client's next message. Errors as AuthService::sign_in(); protocol_violation: malformed.
    virtual Task<Result<SaslStep>> step(std::string message) = 0;
};

/// Registered under its name: "PLAIN".
class POSTERN_SDK SaslMechanism {
public:
    static constexpr InterfaceId interface_id{"postern.auth.sasl_mechanism", 1, 0};
    virtual ~SaslMechanism();
    /// Announced and accepted now.
    virtual bool available(const SaslPeer& peer) const = 0;
    /// The client speaks first: an empty challenge asks for its message.
    virtual bool client_first() const;
    virtual std::unique_ptr<SaslExchange> start(const SaslPeer& peer) = 0;
};

}  // namespace postern
