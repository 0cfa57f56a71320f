#pragma once
// Accounts in the store, by what is written for them.
#include "kernel/mail/store_lanes.hpp"
#include "postern/mail/account_scan.hpp"

namespace postern::mail {

class AccountScanImpl final : public AccountScan {
public:
    /// Both outlive it. Destroyed after the runtime's cores have stopped, before the store.
    AccountScanImpl(Runtime& runtime, store::Store& store) : lanes_(runtime, store) {}
    Task<Result<ScannedAccounts>> scan(std::string after, std::string prefix) override;

private:
    StoreLanes lanes_;
};

}  // namespace postern::mail
