#pragma once
#include <string>

#include "postern/result.hpp"

namespace postern::store::postgresql {

/// The version of the schema this driver writes.
constexpr int schema_version = 3;

/// Creates the tables and functions, or brings them up to schema_version step by step, in one transaction under an
/// advisory lock, so that nodes may start together. Errc::unsupported if the database is of a newer version,
/// Errc::temporary if it does not answer.
Result<void> migrate(const std::string& url, int connect_timeout);

}  // namespace postern::store::postgresql
