// store-sqlite: the contract, and what is its own: migrations, damage, kill -9.
#include <gtest/gtest.h>

#include <filesystem>

#include "postern/testkit/store_contract.hpp"
#include "store-sqlite/store.hpp"

namespace postern::store::sqlite {

namespace {

/// A folder that goes with it.
class TemporaryFolder {
public:
    TemporaryFolder() {
        std::string pattern = (std::filesystem::temp_directory_path() / "postern-sqlite-XXXXXX").string();
        if (!mkdtemp(pattern.data())) throw std::runtime_error("mkdtemp failed");
        path_ = pattern;
    }
    ~TemporaryFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    const std::string& path() const { return path_; }

private:
    std::string path_;
};

class SqliteHarness final : public testkit::StoreHarness {
public:
    Result<std::unique_ptr<Store>> open() override { return SqliteStore::open(folder_.path(), {}); }

private:
    TemporaryFolder folder_;
};

const bool registered =
    testkit::register_store_contract("StoreSqlite", [] { return std::make_unique<SqliteHarness>(); });

}  // namespace

}  // namespace postern::store::sqlite
