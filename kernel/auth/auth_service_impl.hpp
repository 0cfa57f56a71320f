#pragma once
#include <string>
#include <vector>

#include "kernel/auth/attempt_limiter.hpp"
#include "kernel/config/server_config.hpp"
#include "postern/auth/auth.hpp"
#include "postern/auth/sign_in_ledger.hpp"
#include "postern/auth/sign_in_observer.hpp"
#include "postern/runtime/log.hpp"

namespace postern::auth {

/// Asks the authenticators in order until one knows the name. A refusal costs the same, in work and in time, whether
/// the name exists or not. Mechanisms that need no password come with their verdict (SignInLedger).
class AuthServiceImpl final : public AuthService, public SignInLedger {
public:
    AuthServiceImpl(Runtime& runtime, PasswordHasher& hasher, const config::AuthSection& settings,
                    Logger& log);

    /// Local accounts first, then what plugins registered. Before the listeners open.
    void set_authenticators(std::vector<Authenticator*> authenticators);
    void set_observers(std::vector<SignInObserver*> observers);

    Task<Result<Identity>> sign_in(Credentials credentials) override;
    Result<void> admit(const SignInAttempt& attempt) override;
    Task<Result<Identity>> conclude(SignInAttempt attempt, Result<Identity> verdict) override;

private:
    Task<Result<Identity>> ask(Credentials credentials);
    Task<void> pretend_to_hash(Credentials credentials);

    Runtime& runtime_;
    PasswordHasher& hasher_;
    Logger& log_;
    std::chrono::milliseconds failure_delay_;
    AttemptLimiter limiter_;
    std::vector<Authenticator*> authenticators_;
    std::vector<SignInObserver*> observers_;
    std::string decoy_;  ///< a verifier nobody's password matches
};

}  // namespace postern::auth
