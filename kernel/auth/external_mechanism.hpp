#pragma once
// Mechanisms without a secret: EXTERNAL (RFC 4422 appendix A) and ANONYMOUS (RFC 4505).
#include <string>

#include "postern/auth/sasl_mechanism.hpp"
#include "postern/auth/sign_in_ledger.hpp"
#include "postern/mail/account.hpp"

namespace postern::auth {

/// Whom the client's certificate names, on listeners that ask for one.
class ExternalMechanism final : public SaslMechanism {
public:
    ExternalMechanism(mail::MailService& mail, SignInLedger& ledger) : mail_(mail), ledger_(ledger) {}
    bool available(const SaslPeer& peer) const override;
    std::unique_ptr<SaslExchange> start(const SaslPeer& peer) override;

private:
    mail::MailService& mail_;
    SignInLedger& ledger_;
};

/// Everybody, into one account that the operator names.
class AnonymousMechanism final : public SaslMechanism {
public:
    AnonymousMechanism(mail::MailService& mail, SignInLedger& ledger, std::string login)
        : mail_(mail), ledger_(ledger), login_(std::move(login)) {}
    bool available(const SaslPeer& peer) const override;
    std::unique_ptr<SaslExchange> start(const SaslPeer& peer) override;

private:
    mail::MailService& mail_;
    SignInLedger& ledger_;
    std::string login_;
};

}  // namespace postern::auth
