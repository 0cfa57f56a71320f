#pragma once
// SCRAM for every protocol: SCRAM-SHA-256 and SCRAM-SHA-1, each with -PLUS.
#include <array>
#include <cstdint>
#include <functional>
#include <string>

#include "kernel/auth/scram.hpp"
#include "postern/auth/sasl_mechanism.hpp"
#include "postern/auth/sasl_policy.hpp"
#include "postern/auth/sign_in_ledger.hpp"
#include "postern/mail/account.hpp"

namespace postern::auth {

/// Where keys come from: accounts, and for names without keys keys that nobody has a password for. Whoever asks gets the
/// same salt and the same count for the same name each time, and learns nothing else.
class ScramDesk {
public:
    using Key = std::array<std::uint8_t, 32>;
    using EndPoint = std::function<std::string()>;
    /// `decoy_key` is the server's secret, the same on all nodes and after a restart. `end_point` answers what
    /// tls-server-end-point binds to; it may be empty.
    ScramDesk(mail::MailService& mail, SignInLedger& ledger, Key decoy_key, EndPoint end_point,
              std::uint32_t iterations);

    struct Found {
        std::optional<Identity> identity;  ///< nobody: the proof is wrong whatever it is
        ScramKeys keys;
    };
    /// Errors: the store's.
    Task<Result<Found>> find(std::string login, ScramHash hash);
    SignInLedger& ledger() { return ledger_; }
    std::string end_point() const { return end_point_ ? end_point_() : ""; }

private:
    ScramKeys decoy(const std::string& login, ScramHash hash) const;

    mail::MailService& mail_;
    SignInLedger& ledger_;
    Key decoy_key_;
    EndPoint end_point_;
    std::uint32_t iterations_;
};

class ScramMechanism final : public SaslMechanism {
public:
    /// `plus`: the name with -PLUS. `policy` says whether the other one is offered.
    ScramMechanism(ScramDesk& desk, const SaslPolicy& policy, ScramHash hash, bool plus);

    const std::string& name() const { return name_; }
    bool available(const SaslPeer& peer) const override;
    std::unique_ptr<SaslExchange> start(const SaslPeer& peer) override;

private:
    ScramDesk& desk_;
    const SaslPolicy& policy_;
    ScramHash hash_;
    bool plus_;
    std::string name_;
};

}  // namespace postern::auth
