#pragma once
// The embedded store: one database file in WAL mode, one writer at a time, readers beside it.
#include <memory>
#include <mutex>
#include <string>

#include "postern/store/store.hpp"
#include "store-sqlite/database.hpp"
#include "store-sqlite/settings.hpp"

namespace postern::store::sqlite {

/// What the sessions of one store share.
struct Shared {
    std::string path;
    Settings settings;
    /// Held by the session that writes: SQLite's own wait for its lock polls and is unfair. Its lock still guards
    /// against other processes.
    std::mutex writer;
};

class SqliteStore final : public Store {
public:
    /// Opens `data_directory`/store.sqlite; creates or migrates it.
    static Result<std::unique_ptr<Store>> open(const std::string& data_directory, const Settings& settings);

    explicit SqliteStore(std::shared_ptr<Shared> shared);
    StoreCapabilities capabilities() const override;
    Result<std::unique_ptr<StoreSession>> connect() override;
    Result<void> listen(ChangeListener listener) override;
    void close() override {}

private:
    std::shared_ptr<Shared> shared_;
};

}  // namespace postern::store::sqlite
