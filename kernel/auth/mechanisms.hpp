#pragma once
// The SASL mechanisms the server itself has, and which of all there are it offers.
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "kernel/auth/scram_mechanism.hpp"
#include "kernel/config/server_config.hpp"

namespace postern::auth {

/// `auth.mechanisms`. Where it says nothing, all but CRAM-MD5, whose keys are as good as passwords; SCRAM is left out too if plugins judge passwords (`others_judge`), such as the gateway, which passes them on to a provider: a
/// client that prefers SCRAM could not sign in to such an account.
class MechanismPolicy final : public SaslPolicy {
public:
    MechanismPolicy(const config::AuthSection& settings, bool others_judge);
    bool allows(std::string_view mechanism) const override;

private:
    std::optional<std::set<std::string>> listed_;  ///< in capitals
    bool scram_ = true;
};

/// Owns the mechanisms.
class Mechanisms {
public:
    Mechanisms(mail::MailService& mail, SignInLedger& ledger, ScramDesk::Key decoy_key,
               ScramDesk::EndPoint end_point, const std::string& host, const config::AuthSection& settings,
               bool others_judge);

    struct Named {
        std::string name;
        std::unique_ptr<SaslMechanism> mechanism;
    };
    const std::vector<Named>& all() const { return all_; }
    SaslPolicy& policy() { return policy_; }

private:
    MechanismPolicy policy_;
    ScramDesk scram_desk_;
    std::vector<Named> all_;
};

}  // namespace postern::auth
