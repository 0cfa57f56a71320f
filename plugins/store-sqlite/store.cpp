#include "store-sqlite/store.hpp"

#include "store-sqlite/schema.hpp"
#include "store-sqlite/session.hpp"

namespace postern::store::sqlite {

Result<std::unique_ptr<Store>> SqliteStore::open(const std::string& data_directory,
                                                 const Settings& settings) {
    auto shared = std::make_shared<Shared>();
    shared->path = data_directory + "/store.sqlite";
    shared->settings = settings;
    try {
        Database database(shared->path);
        sqlite3_busy_timeout(database.handle(), static_cast<int>(settings.busy_timeout.count()));
        // The page size can be chosen before anything is written, and not in WAL mode.
        database.execute(("pragma page_size = " + std::to_string(page_size)).c_str());
        database.execute("pragma journal_mode = wal");
        migrate(database);
    } catch (const Failure& failure) {
        return Error(failure.error.code, shared->path + ": " + failure.error.text);
    }
    return std::unique_ptr<Store>(std::make_unique<SqliteStore>(std::move(shared)));
}

SqliteStore::SqliteStore(std::shared_ptr<Shared> shared) : shared_(std::move(shared)) {}

StoreCapabilities SqliteStore::capabilities() const {
    return {.shared = false, .parallel_writes = false, .reader_sessions = 4};
}

Result<std::unique_ptr<StoreSession>> SqliteStore::connect() {
    try {
        return std::unique_ptr<StoreSession>(std::make_unique<SqliteSession>(shared_));
    } catch (const Failure& failure) {
        return failure.error;
    }
}

Result<void> SqliteStore::listen(ChangeListener) {
    return Error(Errc::unsupported, "store-sqlite serves one process");
}

}  // namespace postern::store::sqlite
