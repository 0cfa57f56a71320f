#include "postern/store/store.hpp"

namespace postern::store {
// Key functions: vtables and typeinfo live in this library.
StoreSession::~StoreSession() = default;
Store::~Store() = default;
StoreDriver::~StoreDriver() = default;
}  // namespace postern::store
