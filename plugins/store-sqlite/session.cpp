#include "store-sqlite/session.hpp"

#include "store-sqlite/schema.hpp"
#include "store-sqlite/transaction_writer.hpp"

namespace postern::store::sqlite {

SqliteSession::SqliteSession(std::shared_ptr<Shared> shared)
    : shared_(std::move(shared)), database_(shared_->path) {
    const Settings& settings = shared_->settings;
    sqlite3_busy_timeout(database_.handle(), static_cast<int>(settings.busy_timeout.count()));
    database_.execute(("pragma cache_size = -" + std::to_string(settings.cache / 1024)).c_str());
    database_.execute(
        ("pragma wal_autocheckpoint = " + std::to_string(settings.wal_limit / page_size)).c_str());
    database_.execute(("pragma journal_size_limit = " + std::to_string(settings.wal_limit)).c_str());
    // Savepoints keep the pages they may have to restore in memory.
    database_.execute("pragma temp_store = memory");
    database_.execute("pragma synchronous = full");
}

// In WAL mode FULL syncs the log at each commit and NORMAL only before a checkpoint: what NORMAL commits survives a
// crash of the process, and a later FULL commit makes it survive a loss of power too, as the log is one file.
void SqliteSession::set_durable(bool durable) {
    if (durable == durable_) return;
    database_.execute(durable ? "pragma synchronous = full" : "pragma synchronous = normal");
    durable_ = durable;
}

std::vector<Result<CommitResult>> SqliteSession::commit(std::span<const Transaction> batch) {
    std::vector<Result<CommitResult>> results;
    results.reserve(batch.size());
    std::lock_guard lock(shared_->writer);
    try {
        set_durable(std::any_of(batch.begin(), batch.end(), [](const Transaction& t) { return t.durable; }));
        Unit unit(database_, Unit::Kind::write);
        for (const Transaction& transaction : batch) {
            try {
                results.emplace_back(apply_one(transaction));
            } catch (const Failure& failure) {
                // A full disk makes SQLite roll back everything: then no result of this batch holds.
                if (!database_.in_transaction()) throw;
                results.emplace_back(failure.error);
            }
        }
        unit.commit();
    } catch (const Failure& failure) {
        results.assign(batch.size(), failure.error);
    }
    return results;
}

CommitResult SqliteSession::apply_one(const Transaction& transaction) {
    database_.query("savepoint one").run();
    try {
        CommitResult result = TransactionWriter(database_, transaction).apply();
        database_.query("release one").run();
        return result;
    } catch (const Failure&) {
        if (database_.in_transaction()) {
            database_.query("rollback to one").run();
            database_.query("release one").run();
        }
        throw;
    }
}

}  // namespace postern::store::sqlite
