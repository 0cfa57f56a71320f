#pragma once
// What plugins know of an account beside its mail, for its user to read: IMAP METADATA shows it (RFC 5464).
#include <string>
#include <utility>
#include <vector>

#include "postern/export.hpp"
#include "postern/plugin/registry.hpp"
#include "postern/result.hpp"
#include "postern/runtime/runtime.hpp"
#include "postern/store/ids.hpp"

namespace postern::mail {

class Account;

class POSTERN_SDK AccountState {
public:
    static constexpr InterfaceId interface_id{"postern.mail.account-state", 1, 0};
    virtual ~AccountState();

    /// All its entries begin with this, lower case: "/private/vendor/postern/source". Nobody else writes below it.
    virtual std::string_view prefix() const = 0;
    /// Entries and values, as of now. On the account's core.
    virtual Task<Result<std::vector<std::pair<std::string, std::string>>>> read(Account* account) = 0;
};

}  // namespace postern::mail
