#include "kernel/auth/local_authenticator.hpp"

#include <openssl/crypto.h>

#include "kernel/auth/password_hasher.hpp"
#include "postern/runtime/lane.hpp"

namespace postern::auth {

namespace {

std::uint64_t lane_key(const std::string& login) {
    return std::hash<std::string>()(login);
}

Task<Result<bool>> matches(Runtime& runtime, PasswordHasher& hasher, std::string login, std::string password,
                           std::string verifier) {
    std::function<Result<bool>()> job = [&hasher, password = std::move(password),
                                         verifier = std::move(verifier)] {
        return Result<bool>(hasher.matches(password, verifier));
    };
    const std::uint64_t key = lane_key(login);
    auto result = co_await run_on_lane<bool>(runtime, LaneKind::cpu, key, std::move(job));
    co_return result;
}

Task<Result<std::string>> renew_secret(Runtime& runtime, const SecretMaker& secrets, std::string login,
                                       std::string password, std::string stored) {
    std::function<Result<std::string>()> job = [&secrets, password = std::move(password),
                                                stored = std::move(stored)] {
        return Result<std::string>(secrets.renew(stored, password));
    };
    const std::uint64_t key = lane_key(login);
    auto result = co_await run_on_lane<std::string>(runtime, LaneKind::cpu, key, std::move(job));
    co_return result;
}

/// The secret for a `users:` entry: itself, or made from its password.
Task<Result<std::string>> make_secret(Runtime& runtime, const SecretMaker& secrets, config::UserEntry user) {
    if (is_verifier(user.secret)) co_return user.secret;
    const std::uint64_t key = lane_key(user.login);
    std::function<Result<std::string>()> job = [&secrets, password = user.secret] {
        return Result<std::string>(secrets.make(password));
    };
    auto result = co_await run_on_lane<std::string>(runtime, LaneKind::cpu, key, std::move(job));
    co_return result;
}

/// What the account of a `users:` entry should keep: the present text if there is nothing to do.
Task<Result<std::string>> current_secret(Runtime& runtime, PasswordHasher& hasher, const SecretMaker& secrets,
                                         config::UserEntry user, std::string stored) {
    const AccountSecret secret = AccountSecret::parse(stored);
    if (is_verifier(user.secret)) {
        const bool same = secret.stems_from(AccountSecret::parse(user.secret));
        co_return same ? stored : user.secret;
    }
    auto matched = co_await matches(runtime, hasher, user.login, user.secret, secret.verifier);
    if (!matched) co_return matched.error();
    if (!*matched) {
        auto made = co_await make_secret(runtime, secrets, std::move(user));
        co_return made;
    }
    auto renewed = co_await renew_secret(runtime, secrets, user.login, user.secret, std::move(stored));
    co_return renewed;
}

Task<Result<void>> provision_user(Runtime& runtime, mail::MailService& mail, PasswordHasher& hasher,
                                  const SecretMaker& secrets, config::UserEntry user) {
    auto found = co_await mail.find_account(user.login);
    if (!found && found.error().code != Errc::not_found) co_return found.error();
    if (found) {
        auto current = co_await current_secret(runtime, hasher, secrets, user, found->secret);
        if (!current) co_return current.error();
        if (*current == found->secret) co_return Result<void>{};
        std::optional<std::string> secret = std::move(*current);
        std::optional<std::string> settings;
        auto updated = co_await mail.update_account(found->id, std::move(secret), std::move(settings));
        co_return updated;
    }
    auto secret = co_await make_secret(runtime, secrets, user);
    if (!secret) co_return secret.error();
    mail::NewAccount account;
    account.login = user.login;
    account.secret = std::move(*secret);
    auto created = co_await mail.create_account(std::move(account));
    if (!created) co_return created.error();
    co_return Result<void>{};
}

}  // namespace

LocalAuthenticator::LocalAuthenticator(Runtime& runtime, mail::MailService& mail,
                                       mail::SecretExchange& exchange, PasswordHasher& hasher,
                                       const SecretMaker& secrets, std::chrono::milliseconds cache)
    : runtime_(runtime),
      mail_(mail),
      exchange_(exchange),
      hasher_(hasher),
      secrets_(secrets),
      verified_(cache) {}

Task<Result<Identity>> LocalAuthenticator::verify(Credentials credentials) {
    auto account = co_await mail_.find_account(credentials.login);
    if (!account) co_return account.error();
    if (account->secret.empty()) co_return Error(Errc::not_found);
    const Identity identity{account->id, account->login};
    const AccountSecret secret = AccountSecret::parse(account->secret);
    if (verified_.contains(account->login, secret.verifier, credentials.password,
                           VerifiedPasswords::Clock::now())) {
        co_return identity;
    }
    auto matched =
        co_await matches(runtime_, hasher_, credentials.login, credentials.password, secret.verifier);
    if (!matched) co_return matched.error();
    if (!*matched) co_return Error(Errc::authentication_failed);
    verified_.add(account->login, secret.verifier, credentials.password, VerifiedPasswords::Clock::now());
    if (!secrets_.is_complete(secret)) co_await renew(std::move(*account), credentials.password);
    co_return identity;
}

/// What does not work now is done at another sign-in.
Task<void> LocalAuthenticator::renew(store::AccountRow account, std::string password) {
    auto renewed = co_await renew_secret(runtime_, secrets_, account.login, password, account.secret);
    OPENSSL_cleanse(password.data(), password.size());
    if (!renewed || *renewed == account.secret) co_return;
    // Meanwhile the password may have been changed: then the new one stays.
    auto exchanged = co_await exchange_.exchange(account.id, std::move(account.secret), std::move(*renewed));
    static_cast<void>(exchanged);
}

Task<Result<void>> provision_users(Runtime& runtime, mail::MailService& mail, PasswordHasher& hasher,
                                   const SecretMaker& secrets, std::vector<config::UserEntry> users) {
    for (const config::UserEntry& user : users) {
        auto done = co_await provision_user(runtime, mail, hasher, secrets, user);
        if (!done)
            co_return Error(done.error().code,
                            user.place.to_string() + ": user " + user.login + ": " + done.error().text);
    }
    co_return Result<void>{};
}

}  // namespace postern::auth
