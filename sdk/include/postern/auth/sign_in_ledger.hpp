#pragma once
// For SASL mechanisms that judge a proof themselves, without a password that AuthService could judge.
#include <string>

#include "postern/auth/auth.hpp"

namespace postern {

/// Who tries to sign in, and how.
struct SignInAttempt {
    std::string login;         ///< as the client gave it; "" while it is not known
    std::string protocol;      ///< "imap"
    std::string peer_address;  ///< for rates and lock-outs
    std::string mechanism;     ///< "SCRAM-SHA-256", for the log
};

/// Rates, lock-outs, delays, log and observers, the same for every way to sign in. Provided by the kernel. Any core.
class POSTERN_SDK SignInLedger {
public:
    static constexpr InterfaceId interface_id{"postern.auth.ledger", 1, 0};
    virtual ~SignInLedger();
    /// Asked whenever the client sends something that will be judged, before any work is done for it. unavailable: the
    /// account or the address has failed too often; authentication_failed: nobody has such a name.
    virtual Result<void> admit(const SignInAttempt& attempt) = 0;
    /// Told once how the attempt ended; answers what the client may be told. authentication_failed counts as a failure
    /// and is told late; other errors pass.
    virtual Task<Result<Identity>> conclude(SignInAttempt attempt, Result<Identity> verdict) = 0;
};

}  // namespace postern
