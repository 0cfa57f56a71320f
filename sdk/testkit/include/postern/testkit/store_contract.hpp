#pragma once
// The contract of storage drivers (postern/store/store.hpp) as GoogleTest cases. A driver's test program says
//
//     const bool registered = postern::testkit::register_store_contract("Sqlite", [] { return make_harness(); });
//
// at namespace scope and gets a test "Sqlite.CASE" for each.
#include <functional>
#include <memory>
#include <string>

#include "postern/store/store.hpp"

namespace postern::testkit {

/// One empty database for one test case; removed with it.
class StoreHarness {
public:
    virtual ~StoreHarness() = default;
    /// Opens the database: first the empty one, later, after everything opened before is closed, what it holds.
    /// Drivers with StoreCapabilities::shared must also open it while it is open.
    virtual Result<std::unique_ptr<store::Store>> open() = 0;
};

using MakeStoreHarness = std::function<std::unique_ptr<StoreHarness>()>;

/// Registers every case of the contract as a test of the suite `name`. Answers true.
bool register_store_contract(const std::string& name, MakeStoreHarness make);

}  // namespace postern::testkit
