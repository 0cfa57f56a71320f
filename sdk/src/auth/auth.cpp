#include "postern/auth/auth.hpp"

#include <string.h>

namespace postern {

Credentials::~Credentials() {
    explicit_bzero(password.data(), password.size());
}
AuthService::~AuthService() = default;
Authenticator::~Authenticator() = default;
PasswordHasher::~PasswordHasher() = default;
Sealer::~Sealer() = default;

}  // namespace postern
