#include <filesystem>
#include <stdexcept>

#include "store-sqlite/store.hpp"
#include "tests/mail/support/fixture.hpp"

namespace postern::mail::test {

namespace {

/// A database in a folder of its own, which goes with it.
class TemporaryStore final : public store::Store {
public:
    TemporaryStore() {
        std::string pattern = (std::filesystem::temp_directory_path() / "postern-mail-XXXXXX").string();
        if (!mkdtemp(pattern.data())) throw std::runtime_error("mkdtemp failed");
        folder_ = pattern;
        store_ = std::move(store::sqlite::SqliteStore::open(folder_, {}).value());
    }
    ~TemporaryStore() override {
        store_.reset();
        std::error_code ignored;
        std::filesystem::remove_all(folder_, ignored);
    }
    store::StoreCapabilities capabilities() const override { return store_->capabilities(); }
    Result<std::unique_ptr<store::StoreSession>> connect() override { return store_->connect(); }
    Result<void> listen(store::ChangeListener listener) override {
        return store_->listen(std::move(listener));
    }
    void close() override { store_->close(); }

private:
    std::string folder_;
    std::unique_ptr<store::Store> store_;
};

}  // namespace

std::unique_ptr<store::Store> make_store() {
    return std::make_unique<TemporaryStore>();
}

}  // namespace postern::mail::test
