#include "store-postgresql/session.hpp"

#include <numeric>

#include "store-postgresql/commit_call.hpp"

namespace postern::store::postgresql {

namespace {

/// Indices in the order of accounts, in which locks are taken; transactions of one account keep theirs.
std::vector<std::size_t> lock_order(std::span<const Transaction> batch) {
    std::vector<std::size_t> order(batch.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return batch[a].account < batch[b].account; });
    return order;
}

bool any_durable(std::span<const Transaction> batch) {
    return std::any_of(batch.begin(), batch.end(), [](const Transaction& t) { return t.durable; });
}

}  // namespace

PostgresqlSession::PostgresqlSession(ConnectOptions options, std::shared_ptr<Notifier> notifier)
    : connection_(std::move(options)), notifier_(std::move(notifier)) {
    connection_.ensure();
}

std::vector<Result<CommitResult>> PostgresqlSession::commit(std::span<const Transaction> batch) {
    std::vector<Result<CommitResult>> results(batch.size(), Error(Errc::internal));
    if (batch.empty()) return results;
    try {
        connection_.ensure();
        if (batch.size() == 1) {
            commit_single(batch[0], results[0]);
        } else if (!commit_together(batch, results)) {
            commit_apart(batch, results);
        }
    } catch (const Failure& failure) {
        results.assign(batch.size(), failure.error);
    }
    for (std::size_t i = 0; i < batch.size(); ++i) {
        if (results[i]) notifier_->committed(batch[i].account, results[i]->last_modseq);
    }
    return results;
}

void PostgresqlSession::commit_single(const Transaction& transaction, Result<CommitResult>& result) {
    auto steps = commit_steps(transaction, transaction.durable);
    if (steps.size() == 1) {
        result = read_commit(transaction, connection_.run(steps[0].sql, steps[0].parameters));
        return;
    }
    steps.insert(steps.begin(), {"begin", {}});
    steps.push_back({"commit", {}});
    try {
        const auto rows = run_steps(steps);
        result = read_commit(transaction, rows[1]);
    } catch (const Failure& failure) {
        result = failure.error;
    }
}

/// Ends what an error left open, so that the connection can be used again.
std::vector<Rows> PostgresqlSession::run_steps(const std::vector<Connection::Step>& steps) {
    try {
        return connection_.run_pipeline(steps);
    } catch (const Failure&) {
        if (connection_.handle() && PQtransactionStatus(connection_.handle()) == PQTRANS_INERROR) {
            connection_.run("rollback");
        }
        throw;
    }
}

bool PostgresqlSession::commit_together(std::span<const Transaction> batch,
                                        std::vector<Result<CommitResult>>& results) {
    const bool durable = any_durable(batch);
    const auto order = lock_order(batch);
    std::vector<Connection::Step> steps;
    std::vector<std::size_t> places(batch.size(), 0);  // of the call's answer; 0: not called
    steps.push_back({"begin", {}});
    for (const std::size_t i : order) {
        try {
            auto own = commit_steps(batch[i], durable);
            places[i] = steps.size();
            std::move(own.begin(), own.end(), std::back_inserter(steps));
        } catch (const Failure& failure) {
            results[i] = failure.error;
        }
    }
    steps.push_back({"commit", {}});
    std::vector<Rows> rows;
    try {
        rows = run_steps(steps);
    } catch (const Failure& failure) {
        // Without a connection the outcome is unknown; with one, nothing happened.
        if (failure.error.code == Errc::temporary) throw;
        return false;
    }
    for (std::size_t i = 0; i < batch.size(); ++i) {
        if (places[i] == 0) continue;
        try {
            results[i] = read_commit(batch[i], rows[places[i]]);
        } catch (const Failure& failure) {
            results[i] = failure.error;
        }
    }
    return true;
}

void PostgresqlSession::commit_apart(std::span<const Transaction> batch,
                                     std::vector<Result<CommitResult>>& results) {
    const bool durable = any_durable(batch);
    Unit unit(connection_);
    for (const std::size_t i : lock_order(batch)) {
        connection_.run("savepoint one");
        try {
            const auto rows = connection_.run_pipeline(commit_steps(batch[i], durable));
            results[i] = read_commit(batch[i], rows[0]);
            connection_.run("release savepoint one");
        } catch (const Failure& failure) {
            if (!connection_.handle() || PQstatus(connection_.handle()) != CONNECTION_OK) throw;
            connection_.run("rollback to savepoint one");
            results[i] = failure.error;
        }
    }
    unit.commit();
}

}  // namespace postern::store::postgresql
