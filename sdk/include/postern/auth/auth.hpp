#pragma once
// Sign-in for every protocol from one place.
#include <optional>
#include <string>

#include "postern/plugin/registry.hpp"
#include "postern/result.hpp"
#include "postern/runtime/runtime.hpp"
#include "postern/store/ids.hpp"

namespace postern {

/// Who asks, and with what. The password is wiped when this is destroyed.
struct POSTERN_SDK Credentials {
    std::string login;
    std::string password;
    std::string protocol;      ///< "imap"
    std::string peer_address;  ///< for rates and lock-outs

    Credentials() = default;
    Credentials(const Credentials&) = default;
    Credentials(Credentials&&) noexcept = default;
    Credentials& operator=(const Credentials&) = default;
    Credentials& operator=(Credentials&&) noexcept = default;
    ~Credentials();
};

/// A signed-in user.
struct Identity {
    AccountId account{};
    std::string login;  ///< canonical
};

/// Signs users in. Provided by the kernel; protocols call it.
class POSTERN_SDK AuthService {
public:
    static constexpr InterfaceId interface_id{"postern.auth.service", 1, 0};
    virtual ~AuthService();
    /// Errors: authentication_failed (definite: NO [AUTHENTICATIONFAILED]), unavailable (the authority cannot be
    /// asked now: NO [UNAVAILABLE]), temporary. Applies rates and delays. Any core.
    virtual Task<Result<Identity>> sign_in(Credentials credentials) = 0;
};

/// One way to prove a password: local verifiers (kernel), the provider behind a gateway account (plugins/gateway).
/// The service asks them in order until one does not answer Errc::not_found ("not mine").
class POSTERN_SDK Authenticator {
public:
    static constexpr InterfaceId interface_id{"postern.auth.authenticator", 1, 0};
    virtual ~Authenticator();
    virtual Task<Result<Identity>> verify(Credentials credentials) = 0;
};

/// Hashes and checks secrets (argon2id; crypt(3) schemes readable). Blocking and slow on purpose: cpu lane.
class POSTERN_SDK PasswordHasher {
public:
    static constexpr InterfaceId interface_id{"postern.auth.hasher", 1, 0};
    virtual ~PasswordHasher();
    virtual std::string hash(const std::string& password) = 0;
    virtual bool matches(const std::string& password, const std::string& stored) = 0;
};

/// Seals provider credentials under the master key kept outside the database (AES-256-GCM). `context` (account id and
/// field name) is authenticated with the text, so sealed values cannot be swapped between rows. Thread-safe.
class POSTERN_SDK Sealer {
public:
    static constexpr InterfaceId interface_id{"postern.auth.sealer", 1, 0};
    virtual ~Sealer();
    virtual std::string seal(std::string_view context, std::string_view plain) = 0;
    /// Errc::corrupt if it was altered, belongs to another context, or the key is not ours.
    virtual Result<std::string> open(std::string_view context, std::string_view sealed) = 0;
};

}  // namespace postern
