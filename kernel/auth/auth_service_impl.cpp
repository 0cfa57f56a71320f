#include "kernel/auth/auth_service_impl.hpp"

#include "postern/runtime/lane.hpp"

namespace postern::auth {

namespace {

AttemptLimiter::Limits limits_of(const config::AuthSection& settings) {
    return {settings.rates, settings.failures_per_account, settings.failures_per_address, settings.window};
}

/// Longer than any client sends; a bound on what is hashed and kept.
constexpr std::size_t max_login = 320;
constexpr std::size_t max_password = 4096;
constexpr const char* refusal = "Wrong name or password";

}  // namespace

AuthServiceImpl::AuthServiceImpl(Runtime& runtime, PasswordHasher& hasher,
                                 const config::AuthSection& settings, Logger& log)
    : runtime_(runtime),
      hasher_(hasher),
      log_(log),
      failure_delay_(settings.failure_delay),
      limiter_(limits_of(settings)),
      decoy_(hasher.hash("nobody has this password")) {}

void AuthServiceImpl::set_authenticators(std::vector<Authenticator*> authenticators) {
    authenticators_ = std::move(authenticators);
}

void AuthServiceImpl::set_observers(std::vector<SignInObserver*> observers) {
    observers_ = std::move(observers);
}

Task<Result<Identity>> AuthServiceImpl::sign_in(Credentials credentials) {
    if (credentials.login.empty() || credentials.password.size() > max_password) {
        co_return Error(Errc::authentication_failed, refusal);
    }
    SignInAttempt attempt{credentials.login, credentials.protocol, credentials.peer_address, "password"};
    auto admitted = admit(attempt);
    if (!admitted) co_return admitted.error();
    auto verdict = co_await ask(std::move(credentials));
    auto told = co_await conclude(std::move(attempt), std::move(verdict));
    co_return told;
}

Result<void> AuthServiceImpl::admit(const SignInAttempt& attempt) {
    if (attempt.login.size() > max_login) return Error(Errc::authentication_failed, refusal);
    if (limiter_.allowed(attempt.login, attempt.peer_address, AttemptLimiter::Clock::now())) return {};
    log_.warning("sign-in refused: too many failures",
                 {{"login", attempt.login}, {"address", attempt.peer_address}});
    return Error(Errc::unavailable, "Too many failed sign-ins; try again later");
}

Task<Result<Identity>> AuthServiceImpl::conclude(SignInAttempt attempt, Result<Identity> verdict) {
    if (verdict) {
        limiter_.succeeded(attempt.login);
        for (SignInObserver* observer : observers_) observer->signed_in(*verdict);
        log_.info("signed in", {{"login", attempt.login},
                                {"protocol", attempt.protocol},
                                {"mechanism", attempt.mechanism},
                                {"address", attempt.peer_address}});
        co_return verdict;
    }
    log_.info("sign-in failed", {{"login", attempt.login},
                                 {"protocol", attempt.protocol},
                                 {"mechanism", attempt.mechanism},
                                 {"address", attempt.peer_address},
                                 {"reason", to_string(verdict.error().code)}});
    if (verdict.error().code != Errc::authentication_failed) co_return verdict;
    limiter_.failed(attempt.login, attempt.peer_address, AttemptLimiter::Clock::now());
    auto slept = co_await sleep_for(failure_delay_);
    static_cast<void>(slept);  // cut short only when the server stops
    co_return Error(Errc::authentication_failed, refusal);
}

Task<Result<Identity>> AuthServiceImpl::ask(Credentials credentials) {
    for (Authenticator* authenticator : authenticators_) {
        Credentials copy = credentials;
        auto result = co_await authenticator->verify(std::move(copy));
        if (result || result.error().code != Errc::not_found) co_return result;
    }
    co_await pretend_to_hash(std::move(credentials));
    co_return Error(Errc::authentication_failed);
}

Task<void> AuthServiceImpl::pretend_to_hash(Credentials credentials) {
    const std::uint64_t key = std::hash<std::string>()(credentials.login);
    std::function<Result<bool>()> job = [this, password = credentials.password] {
        return Result<bool>(hasher_.matches(password, decoy_));
    };
    auto matched = co_await run_on_lane<bool>(runtime_, LaneKind::cpu, key, std::move(job));
    static_cast<void>(matched);
}

}  // namespace postern::auth
