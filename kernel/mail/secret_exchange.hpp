#pragma once
// Secrets of accounts that are replaced by ones for the same password.
#include "kernel/mail/store_lanes.hpp"

namespace postern::mail {

class SecretExchange {
public:
    /// Both outlive it. Destroyed after the runtime's cores have stopped, before the store.
    SecretExchange(Runtime& runtime, store::Store& store) : lanes_(runtime, store) {}

    /// conflict: the secret is not `expected` any more, and stays. unsupported: the driver cannot tell. Any core.
    Task<Result<void>> exchange(AccountId account, std::string expected, std::string secret);

private:
    StoreLanes lanes_;
};

}  // namespace postern::mail
