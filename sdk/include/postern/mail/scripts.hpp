#pragma once
// Sieve scripts of accounts.
#include <vector>

#include "postern/mail/account.hpp"

namespace postern::mail {

/// Resident attribute of an account (mailbox 0) that changes whenever its scripts do; not there as long as it never had any.
/// Whoever keeps a script compares it: no suspension, no store call.
constexpr std::string_view scripts_version_entry = ".sieve";

/// Provided by the kernel.
class POSTERN_SDK ScriptStore {
public:
    static constexpr InterfaceId interface_id{"postern.mail.scripts", 1, 0};
    virtual ~ScriptStore();

    /// Any core.
    virtual Task<Result<std::vector<store::Script>>> read(AccountId account) = 0;
    /// On the account's core; all or nothing. not_found, already_exists as the store says.
    virtual Task<Result<void>> write(std::shared_ptr<Account> account, std::vector<store::ScriptWrite> writes,
                                     Cause cause) = 0;
};

}  // namespace postern::mail
