#pragma once
#include "store-sqlite/database.hpp"

namespace postern::store::sqlite {

/// The version of the schema this driver writes.
constexpr int schema_version = 2;
/// Octets of a database page. Message rows and the pieces of a body fill it well.
constexpr int page_size = 4096;

/// Creates the tables, or brings them up to schema_version step by step, in one transaction. Fails with unsupported
/// if the file is of a newer version.
void migrate(Database& database);

}  // namespace postern::store::sqlite
