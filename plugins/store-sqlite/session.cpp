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
    database_.execute("pragma synchronous = full");
    // Secrets that were removed, or replaced, are not left in the file.
    database_.execute("pragma secure_delete = on");
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
    if (batch.empty()) return results;
    std::lock_guard lock(shared_->writer);
    try {
        set_durable(std::any_of(batch.begin(), batch.end(), [](const Transaction& t) { return t.durable; }));
        if (!commit_together(batch, results)) commit_apart(batch, results);
    } catch (const Failure& failure) {
        results.assign(batch.size(), failure.error);
    }
    return results;
}

// Savepoints copy every page that changes under them, so the first try does without.
bool SqliteSession::commit_together(std::span<const Transaction> batch,
                                    std::vector<Result<CommitResult>>& results) {
    Unit unit(database_, Unit::Kind::write);
    for (const Transaction& transaction : batch) {
        TransactionWriter writer(database_, transaction);
        try {
            writer.check();
        } catch (const Failure& failure) {
            results.emplace_back(failure.error);  // before it changed anything
            continue;
        }
        try {
            results.emplace_back(writer.apply());
        } catch (const Failure& failure) {
            if (batch.size() == 1) throw;
            results.clear();
            return false;
        }
    }
    unit.commit();
    return true;
}

void SqliteSession::commit_apart(std::span<const Transaction> batch,
                                 std::vector<Result<CommitResult>>& results) {
    Unit unit(database_, Unit::Kind::write);
    for (const Transaction& transaction : batch) {
        database_.query("savepoint one").run();
        try {
            TransactionWriter writer(database_, transaction);
            writer.check();
            results.emplace_back(writer.apply());
        } catch (const Failure& failure) {
            // A full disk makes SQLite roll back everything: then no result of this batch holds.
            if (!database_.in_transaction()) throw;
            database_.query("rollback to one").run();
            results.emplace_back(failure.error);
        }
        database_.query("release one").run();
    }
    unit.commit();
}

}  // namespace postern::store::sqlite
