#pragma once
// OAUTHBEARER (RFC 7628) and XOAUTH2: the same exchange with two forms of the message.
#include <string>

#include "auth-oauth/bearer_message.hpp"
#include "auth-oauth/token_judge.hpp"
#include "postern/auth/sasl_mechanism.hpp"
#include "postern/auth/sign_in_ledger.hpp"
#include "postern/mail/account.hpp"

namespace postern::oauth {

/// What an exchange needs; set before the first.
struct Services {
    const Settings& settings;
    TokenJudge& judge;
    mail::MailService* mail = nullptr;
    SignInLedger* ledger = nullptr;
};

class BearerMechanism final : public SaslMechanism {
public:
    struct Form {
        const char* name;
        Result<BearerMessage> (*parse)(std::string_view message);
        /// What the client is told when it is refused; it answers, and then the exchange fails.
        std::string (*refusal)(const Settings& settings);
    };
    BearerMechanism(const Services& services, const Form& form) : services_(services), form_(form) {}

    /// A token is as good as a password to whoever reads it.
    bool available(const SaslPeer& peer) const override { return peer.is_private; }
    std::unique_ptr<SaslExchange> start(const SaslPeer& peer) override;

private:
    const Services& services_;
    const Form& form_;
};

extern const BearerMechanism::Form oauthbearer;
extern const BearerMechanism::Form xoauth2;

}  // namespace postern::oauth
