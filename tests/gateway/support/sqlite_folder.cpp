#include <stdexcept>

#include "store-sqlite/store.hpp"
#include "tests/gateway/support/store_folder.hpp"
#include "tests/store/temporary_folder.hpp"

namespace postern::gateway::test {

namespace {

class SqliteFolder final : public StoreFolder {
public:
    SqliteFolder() {
        auto opened = store::sqlite::SqliteStore::open(folder_.path(), {});
        if (!opened) throw std::runtime_error(opened.error().to_string());
        store_ = std::move(*opened);
    }
    store::Store& store() override { return *store_; }

private:
    postern::test::TemporaryFolder folder_;
    std::unique_ptr<store::Store> store_;
};

}  // namespace

std::unique_ptr<StoreFolder> make_store_folder() {
    return std::make_unique<SqliteFolder>();
}

}  // namespace postern::gateway::test
