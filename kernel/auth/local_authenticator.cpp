#include "kernel/auth/local_authenticator.hpp"

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

/// The verifier for a `users:` entry: itself, or made from its password.
Task<Result<std::string>> make_verifier(Runtime& runtime, PasswordHasher& hasher, config::UserEntry user) {
    if (is_verifier(user.secret)) co_return user.secret;
    const std::uint64_t key = lane_key(user.login);
    std::function<Result<std::string>()> job = [&hasher, password = user.secret] {
        return Result<std::string>(hasher.hash(password));
    };
    auto result = co_await run_on_lane<std::string>(runtime, LaneKind::cpu, key, std::move(job));
    co_return result;
}

Task<Result<bool>> is_up_to_date(Runtime& runtime, PasswordHasher& hasher, config::UserEntry user,
                                 std::string stored) {
    if (is_verifier(user.secret)) co_return stored == user.secret;
    auto result = co_await matches(runtime, hasher, user.login, user.secret, stored);
    co_return result;
}

Task<Result<void>> provision_user(Runtime& runtime, mail::MailService& mail, PasswordHasher& hasher,
                                  config::UserEntry user) {
    auto found = co_await mail.find_account(user.login);
    if (!found && found.error().code != Errc::not_found) co_return found.error();
    if (found) {
        auto current = co_await is_up_to_date(runtime, hasher, user, found->secret);
        if (!current) co_return current.error();
        if (*current) co_return Result<void>{};
    }
    auto verifier = co_await make_verifier(runtime, hasher, user);
    if (!verifier) co_return verifier.error();
    if (found) {
        std::optional<std::string> secret = *verifier;
        std::optional<std::string> settings;
        auto updated = co_await mail.update_account(found->id, std::move(secret), std::move(settings));
        co_return updated;
    }
    mail::NewAccount account;
    account.login = user.login;
    account.secret = *verifier;
    auto created = co_await mail.create_account(std::move(account));
    if (!created) co_return created.error();
    co_return Result<void>{};
}

}  // namespace

LocalAuthenticator::LocalAuthenticator(Runtime& runtime, mail::MailService& mail, PasswordHasher& hasher,
                                       std::chrono::milliseconds cache)
    : runtime_(runtime), mail_(mail), hasher_(hasher), verified_(cache) {}

Task<Result<Identity>> LocalAuthenticator::verify(Credentials credentials) {
    auto account = co_await mail_.find_account(credentials.login);
    if (!account) co_return account.error();
    if (account->secret.empty()) co_return Error(Errc::not_found);
    const Identity identity{account->id, account->login};
    if (verified_.contains(account->login, account->secret, credentials.password,
                           VerifiedPasswords::Clock::now())) {
        co_return identity;
    }
    auto matched =
        co_await matches(runtime_, hasher_, credentials.login, credentials.password, account->secret);
    if (!matched) co_return matched.error();
    if (!*matched) co_return Error(Errc::authentication_failed);
    verified_.add(account->login, account->secret, credentials.password, VerifiedPasswords::Clock::now());
    co_return identity;
}

Task<Result<void>> provision_users(Runtime& runtime, mail::MailService& mail, PasswordHasher& hasher,
                                   std::vector<config::UserEntry> users) {
    for (const config::UserEntry& user : users) {
        auto done = co_await provision_user(runtime, mail, hasher, user);
        if (!done)
            co_return Error(done.error().code,
                            user.place.to_string() + ": user " + user.login + ": " + done.error().text);
    }
    co_return Result<void>{};
}

}  // namespace postern::auth
