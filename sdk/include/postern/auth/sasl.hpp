#pragma once
// SASL (RFC 4422) for every protocol that signs users in: the mechanisms there are, and the exchange with a client in base64
// lines.
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "postern/auth/auth.hpp"
#include "postern/auth/sasl_mechanism.hpp"
#include "postern/export.hpp"
#include "postern/plugin/registry.hpp"
#include "postern/result.hpp"
#include "postern/runtime/runtime.hpp"

namespace postern {

/// A mechanism that asks for name and password and lets the service judge them. Not while they could be read on the way.
class POSTERN_SDK PasswordMechanism : public SaslMechanism {
public:
    /// Before the first exchange.
    void set_service(AuthService& service) { service_ = &service; }
    bool available(const SaslPeer& peer) const override { return peer.is_private; }

protected:
    AuthService* service_ = nullptr;
};

/// PLAIN (RFC 4616).
class POSTERN_SDK PlainMechanism final : public PasswordMechanism {
public:
    std::unique_ptr<SaslExchange> start(const SaslPeer& peer) override;
};

/// LOGIN (draft-murchison-sasl-login), which some clients of SMTP and POP3 still prefer.
class POSTERN_SDK LoginMechanism final : public PasswordMechanism {
public:
    bool client_first() const override { return false; }
    std::unique_ptr<SaslExchange> start(const SaslPeer& peer) override;
};

/// The mechanisms a protocol offers: the registered ones, PLAIN and LOGIN.
class POSTERN_SDK SaslMechanisms {
public:
    SaslMechanisms();
    ~SaslMechanisms();
    SaslMechanisms(const SaslMechanisms&) = delete;
    SaslMechanisms& operator=(const SaslMechanisms&) = delete;

    /// While registries are complete (Plugin::resolve).
    void collect(const Lookup& lookup, AuthService& service);
    /// In any case; null if there is none.
    SaslMechanism* find(std::string_view name) const;
    /// Of those available to this peer, in the order of registration.
    std::vector<std::string> names(const SaslPeer& peer) const;

private:
    struct Named {
        std::string name;
        SaslMechanism* mechanism;
    };
    PlainMechanism plain_;
    LoginMechanism login_;
    std::vector<Named> all_;
};

/// The client's side of an exchange, as a protocol carries it.
class POSTERN_SDK SaslLine {
public:
    virtual ~SaslLine();
    /// Sends a challenge (base64) and answers the client's line, still base64.
    virtual Task<Result<std::string>> ask(std::string challenge) = 0;
};

/// "AGFubmEAc2VjcmV0" or "=" (RFC 4954 section 4): decoded; nullopt if it is not base64.
POSTERN_SDK std::optional<std::string> decode_initial_response(std::string_view text);

/// Runs a mechanism to its end. `line` outlives it. Errors: as AuthService::sign_in(); cancelled: the client gave up;
/// protocol_violation: it broke the exchange.
POSTERN_SDK Task<Result<Identity>> run_sasl(SaslMechanism* mechanism, SaslPeer peer,
                                            std::optional<std::string> initial, SaslLine* line);

}  // namespace postern
