#pragma once
// Locks of accounts that hold over all processes that share a store.
#include <chrono>
#include <memory>
#include <string>

#include "postern/mail/account.hpp"

namespace postern::mail {

/// Provided by the kernel. A lock is a name in an account; who holds it renews it while he lives, and when he is gone without a word
/// it is free once its time is over. Clocks of nodes differ less than a lock's time.
class POSTERN_SDK AccountLocks {
public:
    static constexpr InterfaceId interface_id{"postern.mail.account_locks", 1, 0};
    virtual ~AccountLocks();

    /// False where one process alone uses the store: then nothing here is written, and every lock is granted.
    virtual bool needed() const = 0;
    /// Takes the lock, or renews it, for `time` from now. conflict: somebody else holds it. Afterwards the account is as it was
    /// left by whoever held it before. `holder` is unique over all nodes and has no space. On the account's core.
    virtual Task<Result<void>> take(std::shared_ptr<Account> account, std::string name, std::string holder,
                                    std::chrono::seconds time) = 0;
    /// Gives it back; nothing happens if another holds it by now. On the account's core.
    virtual Task<Result<void>> release(std::shared_ptr<Account> account, std::string name,
                                       std::string holder) = 0;
};

}  // namespace postern::mail
