// store-sqlite keeps the contract of storage drivers.
#include <gtest/gtest.h>

#include "postern/testkit/store_contract.hpp"
#include "store-sqlite/store.hpp"
#include "temporary_folder.hpp"

namespace postern::store::sqlite {

namespace {

class SqliteHarness final : public testkit::StoreHarness {
public:
    Result<std::unique_ptr<Store>> open() override { return SqliteStore::open(folder_.path(), {}); }

private:
    test::TemporaryFolder folder_;
};

const bool registered =
    testkit::register_store_contract("StoreSqlite", [] { return std::make_unique<SqliteHarness>(); });

}  // namespace

}  // namespace postern::store::sqlite
