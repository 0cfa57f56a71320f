#pragma once
#include <string>
#include <vector>

#include "kernel/auth/account_secret.hpp"
#include "kernel/auth/verified_passwords.hpp"
#include "kernel/config/server_config.hpp"
#include "kernel/mail/secret_exchange.hpp"
#include "postern/auth/auth.hpp"
#include "postern/mail/account.hpp"

namespace postern::auth {

/// Checks passwords against the verifier kept with the account. An account without one is somebody else's to judge
/// (Errc::not_found), and so is an unknown name. A password that matches adds to the account what it lacks: a hash of
/// today's scheme, keys for SCRAM.
class LocalAuthenticator final : public Authenticator {
public:
    LocalAuthenticator(Runtime& runtime, mail::MailService& mail, mail::SecretExchange& exchange,
                       PasswordHasher& hasher, const SecretMaker& secrets, std::chrono::milliseconds cache);

    Task<Result<Identity>> verify(Credentials credentials) override;

private:
    Task<void> renew(store::AccountRow account, std::string password);

    Runtime& runtime_;
    mail::MailService& mail_;
    mail::SecretExchange& exchange_;
    PasswordHasher& hasher_;
    const SecretMaker& secrets_;
    VerifiedPasswords verified_;
};

/// Makes the accounts of the `users:` section that do not exist, and gives those that do the password stated there.
Task<Result<void>> provision_users(Runtime& runtime, mail::MailService& mail, PasswordHasher& hasher,
                                   const SecretMaker& secrets, std::vector<config::UserEntry> users);

}  // namespace postern::auth
