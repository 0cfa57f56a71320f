#include "postern/auth/auth.hpp"

#include <string.h>

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

}  // namespace postern
