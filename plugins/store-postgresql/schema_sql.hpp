#pragma once

namespace postern::store::postgresql {

/// Version 1: tables.
extern const char* const tables_1;
/// Version 1: functions postern_commit, postern_purge.
extern const char* const functions_1;

}  // namespace postern::store::postgresql
