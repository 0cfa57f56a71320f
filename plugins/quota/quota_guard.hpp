#pragma once
#include "quota_keeper.hpp"

namespace postern::mail {

/// Refuses what would take an account over a limit: Errc::over_quota. What makes no more of a resource passes, also in an
/// account that is over its limit already.
class QuotaGuard final : public StoreGuard {
public:
    explicit QuotaGuard(const QuotaKeeper& keeper) : keeper_(keeper) {}
    /// After rights have been looked at: nobody learns of limits in mailboxes he may not use.
    int order() const override { return 100; }
    Result<void> check(const GuardedOperation& operation) override;
    /// Near a limit: what other nodes store at the same moment counts then, too.
    bool depends_on_state(const GuardedOperation& operation) override;
    bool counts_attributes(const Account& account) override;

private:
    const QuotaKeeper& keeper_;
};

}  // namespace postern::mail
