#pragma once
// What `posternctl verify` runs over an account.
#include <string>
#include <vector>

#include "postern/store/store.hpp"

namespace postern::mail {

/// Replays snapshots and log of an account and compares with what the store keeps beside them: counters, UIDs,
/// references, records, and the driver's own checks. One line of text a finding; empty: all is well. Errors: those of
/// the store; conflict if the account is written to all the time.
Result<std::vector<std::string>> verify_account(store::StoreSession& session, AccountId account);

}  // namespace postern::mail
