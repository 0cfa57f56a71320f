#pragma once
// One Transaction as statements: a call of postern_commit and, for large contents, the chunks after the first.
#include <vector>

#include "postern/store/transaction.hpp"
#include "store-postgresql/connection.hpp"

namespace postern::store::postgresql {

/// Throws Failure (invalid) for what the schema cannot check. `durable` is that of the whole database transaction.
std::vector<Connection::Step> commit_steps(const Transaction& transaction, bool durable);

/// The first step's answer. Throws Failure (conflict) if another writer was first.
CommitResult read_commit(const Transaction& transaction, const Rows& rows);

}  // namespace postern::store::postgresql
