#pragma once
// Group commit: whatever waits while a commit is under way goes together into the next call of the driver, whichever
// accounts it belongs to.
#include <deque>
#include <memory>
#include <mutex>
#include <vector>

#include "kernel/mail/session_pool.hpp"
#include "postern/runtime/event.hpp"
#include "postern/runtime/runtime.hpp"

namespace postern::mail {

/// Transactions of one account on their way to the store, and what became of them.
struct CommitBatch {
    explicit CommitBatch(Executor core) : executor(std::move(core)), finished(executor) {}

    std::vector<store::Transaction> transactions;
    std::vector<Result<store::CommitResult>> results;  ///< one each, once done
    bool done = false;
    Executor executor;
    Event finished;
};
using CommitBatchPtr = std::shared_ptr<CommitBatch>;

class Committer {
public:
    /// With `writers` > 1, accounts are spread over that many queues whose commits run in parallel.
    Committer(Runtime& runtime, SessionPool& sessions, std::size_t writers);

    /// Answers the batch with its results. On the account's core.
    Task<CommitBatchPtr> commit(AccountId account, std::vector<store::Transaction> transactions);
    /// The lane key under which other writing jobs of this account wait for their turn instead of for a lock.
    std::uint64_t lane_key(AccountId account) const;

private:
    struct Writer {
        std::mutex mutex;
        std::deque<CommitBatchPtr> waiting;
        bool running = false;
    };

    std::size_t writer_of(AccountId account) const;
    void submit(std::size_t index, CommitBatchPtr batch);
    void drain(std::size_t index);
    std::vector<CommitBatchPtr> take_waiting(Writer& writer);
    void run(const std::vector<CommitBatchPtr>& batches);
    static void deliver(CommitBatchPtr batch, std::vector<Result<store::CommitResult>> results,
                        std::vector<store::Transaction> transactions);

    Runtime& runtime_;
    SessionPool& sessions_;
    std::vector<std::unique_ptr<Writer>> writers_;
};

}  // namespace postern::mail
