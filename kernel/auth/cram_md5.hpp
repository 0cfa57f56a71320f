#pragma once
// CRAM-MD5 (RFC 2195): for old clients. What is kept for it is as good as the password to whoever steals it, so it is made only
// where an operator lists the mechanism.
#include <optional>
#include <string>
#include <string_view>

#include "postern/auth/sasl_mechanism.hpp"
#include "postern/auth/sign_in_ledger.hpp"
#include "postern/mail/account.hpp"

namespace postern::auth {

constexpr std::size_t cram_md5_key_size = 32;
/// HMAC-MD5 as far as the password goes (RFC 2195 section 2): both inner states.
std::string cram_md5_key(std::string_view password);
/// The digest of a challenge, in hex.
std::string cram_md5_digest(std::string_view key, std::string_view challenge);

class CramMd5Mechanism final : public SaslMechanism {
public:
    CramMd5Mechanism(mail::MailService& mail, SignInLedger& ledger, std::string host)
        : mail_(mail), ledger_(ledger), host_(std::move(host)) {}
    bool available(const SaslPeer& peer) const override;
    bool client_first() const override { return false; }
    std::unique_ptr<SaslExchange> start(const SaslPeer& peer) override;

private:
    mail::MailService& mail_;
    SignInLedger& ledger_;
    std::string host_;
};

}  // namespace postern::auth
