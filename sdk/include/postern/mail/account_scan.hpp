#pragma once
// Finding among all accounts those with something to be done, when a server starts. Opens none of them.
#include <string>
#include <vector>

#include "postern/export.hpp"
#include "postern/plugin/registry.hpp"
#include "postern/result.hpp"
#include "postern/runtime/runtime.hpp"
#include "postern/store/records.hpp"

namespace postern::mail {

/// Some of the accounts, in the order of their logins.
struct ScannedAccounts {
    struct Found {
        AccountId account{};
        std::string login;
        std::vector<store::Attribute> attributes;  ///< at least one
    };
    std::vector<Found> found;
    std::string last;   ///< where the next call begins
    bool more = false;  ///< there may be further accounts
};

/// Provided by the kernel.
class POSTERN_SDK AccountScan {
public:
    static constexpr InterfaceId interface_id{"postern.mail.account_scan", 1, 0};
    virtual ~AccountScan();
    /// Any core. Looks at the next accounts after `after` ("" begins), in one store call: those with attributes of the account
    /// (mailbox 0) whose entries begin with `prefix`.
    virtual Task<Result<ScannedAccounts>> scan(std::string after, std::string prefix) = 0;
};

}  // namespace postern::mail
