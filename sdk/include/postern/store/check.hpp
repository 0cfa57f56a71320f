#pragma once
#include "postern/export.hpp"
#include "postern/result.hpp"
#include "postern/store/transaction.hpp"

namespace postern::store {

/// What can be judged of a transaction without the database. Drivers call it first, so that all of them refuse the
/// same: a receipt that is written twice, an account-level change with counters, an id beyond max_id. Errc::invalid.
POSTERN_SDK Result<void> check(const Transaction& transaction);

}  // namespace postern::store
