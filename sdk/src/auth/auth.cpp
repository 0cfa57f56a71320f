#include "postern/auth/auth.hpp"

#include <string.h>

#include "postern/auth/sasl_policy.hpp"
#include "postern/auth/sign_in_ledger.hpp"
#include "postern/auth/sign_in_observer.hpp"

namespace postern {

Credentials::~Credentials() {
    explicit_bzero(password.data(), password.size());
}
AuthService::~AuthService() = default;
Authenticator::~Authenticator() = default;
PasswordHasher::~PasswordHasher() = default;
Sealer::~Sealer() = default;
SignInObserver::~SignInObserver() = default;
SignInLedger::~SignInLedger() = default;
SaslPolicy::~SaslPolicy() = default;

}  // namespace postern
