#pragma once
#include <string_view>

#include "postern/export.hpp"
#include "postern/result.hpp"
#include "postern/store/ids.hpp"

namespace postern::store {

/// What sessions of a driver can do besides StoreSession: its sessions are this too, and are asked with dynamic_cast.
class POSTERN_SDK SecretExchange {
public:
    virtual ~SecretExchange();
    /// Replaces the account's secret if it is `expected` still; conflict if it is another by now, not_found if there is no such
    /// account.
    virtual Result<void> exchange_secret(AccountId account, std::string_view expected,
                                         std::string_view secret) = 0;
};

}  // namespace postern::store
