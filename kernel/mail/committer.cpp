#include "kernel/mail/committer.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <iterator>

namespace postern::mail {

namespace {

constexpr std::size_t most_at_once = 256;  // transactions in one call
constexpr std::uint64_t first_lane_key = 0x636f6d6d69740000;

}  // namespace

Committer::Committer(Runtime& runtime, SessionPool& sessions, std::size_t writers)
    : runtime_(runtime), sessions_(sessions) {
    for (std::size_t i = 0; i < std::max<std::size_t>(writers, 1); ++i) {
        writers_.push_back(std::make_unique<Writer>());
    }
}

std::size_t Committer::writer_of(AccountId account) const {
    return static_cast<std::size_t>(((value_of(account) * 0x9e3779b97f4a7c15ULL) >> 40) % writers_.size());
}

std::uint64_t Committer::lane_key(AccountId account) const {
    return first_lane_key + writer_of(account);
}

Task<CommitBatchPtr> Committer::commit(AccountId account, std::vector<store::Transaction> transactions) {
    auto executor = co_await boost::asio::this_coro::executor;
    auto batch = std::make_shared<CommitBatch>(executor);
    batch->transactions = std::move(transactions);
    submit(writer_of(account), batch);
    while (!batch->done) {
        co_await batch->finished.wait();
    }
    co_return batch;
}

void Committer::submit(std::size_t index, CommitBatchPtr batch) {
    Writer& writer = *writers_[index];
    {
        const std::lock_guard lock(writer.mutex);
        writer.waiting.push_back(std::move(batch));
        if (writer.running) return;
        writer.running = true;
    }
    if (runtime_.post_to_lane(LaneKind::store, first_lane_key + index, [this, index] { drain(index); }))
        return;
    const std::lock_guard lock(writer.mutex);
    writer.running = false;
    for (auto& refused : writer.waiting) {
        std::vector<Result<store::CommitResult>> results(
            refused->transactions.size(), Error(Errc::temporary, "the server is busy or stopping"));
        deliver(std::move(refused), std::move(results), {});
    }
    writer.waiting.clear();
}

void Committer::drain(std::size_t index) {
    for (;;) {
        const auto batches = take_waiting(*writers_[index]);
        if (batches.empty()) return;
        run(batches);
    }
}

std::vector<CommitBatchPtr> Committer::take_waiting(Writer& writer) {
    std::vector<CommitBatchPtr> taken;
    std::size_t transactions = 0;
    const std::lock_guard lock(writer.mutex);
    while (!writer.waiting.empty()) {
        transactions += writer.waiting.front()->transactions.size();
        if (!taken.empty() && transactions > most_at_once) break;
        taken.push_back(std::move(writer.waiting.front()));
        writer.waiting.pop_front();
    }
    if (taken.empty()) writer.running = false;
    return taken;
}

void Committer::run(const std::vector<CommitBatchPtr>& batches) {
    std::vector<store::Transaction> all;
    for (const auto& batch : batches) {
        all.insert(all.end(), std::make_move_iterator(batch->transactions.begin()),
                   std::make_move_iterator(batch->transactions.end()));
    }
    std::vector<Result<store::CommitResult>> results;
    {
        auto session = sessions_.borrow();
        if (session) {
            results = (*session)->commit(all);
            const Error broken(Errc::internal, "the storage driver did not answer every transaction");
            if (results.size() != all.size()) results.assign(all.size(), broken);
        } else {
            results.assign(all.size(), session.error());
        }
    }
    auto result = results.begin();
    auto transaction = all.begin();
    for (const auto& batch : batches) {
        const auto n = static_cast<std::ptrdiff_t>(batch->transactions.size());
        std::vector<Result<store::CommitResult>> mine(std::make_move_iterator(result),
                                                      std::make_move_iterator(result + n));
        std::vector<store::Transaction> back(std::make_move_iterator(transaction),
                                             std::make_move_iterator(transaction + n));
        deliver(batch, std::move(mine), std::move(back));
        result += n;
        transaction += n;
    }
}

void Committer::deliver(CommitBatchPtr batch, std::vector<Result<store::CommitResult>> results,
                        std::vector<store::Transaction> transactions) {
    const Executor executor = batch->executor;
    boost::asio::post(executor, [batch = std::move(batch), results = std::move(results),
                                 transactions = std::move(transactions)]() mutable {
        batch->results = std::move(results);
        if (!transactions.empty()) batch->transactions = std::move(transactions);
        batch->done = true;
        batch->finished.notify();
    });
}

}  // namespace postern::mail
