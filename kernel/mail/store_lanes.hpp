#pragma once
// How the cores reach the store: reads spread over the driver's reader sessions, writes through the committer.
#include <atomic>
#include <functional>

#include "kernel/mail/committer.hpp"
#include "kernel/mail/session_pool.hpp"
#include "postern/runtime/lane.hpp"

namespace postern::mail {

class StoreLanes {
public:
    StoreLanes(Runtime& runtime, store::Store& store);

    /// Runs `call` with a session on a lane. It takes and returns values only.
    template <class T>
    Task<Result<T>> read(std::function<Result<T>(store::StoreSession&)> call) {
        const std::uint64_t key = next_reader_.fetch_add(1, std::memory_order_relaxed) % readers_;
        auto result = co_await run<T>(key, std::move(call));
        co_return result;
    }
    /// The same for a call that writes: in turn with the account's commits.
    template <class T>
    Task<Result<T>> write(AccountId account, std::function<Result<T>(store::StoreSession&)> call) {
        auto result = co_await run<T>(committer_.lane_key(account), std::move(call));
        co_return result;
    }
    Committer& committer() { return committer_; }

private:
    template <class T>
    Task<Result<T>> run(std::uint64_t key, std::function<Result<T>(store::StoreSession&)> call) {
        std::function<Result<T>()> job = [this, call = std::move(call)]() -> Result<T> {
            auto session = sessions_.borrow();
            if (!session) return session.error();
            return call(**session);
        };
        auto result = co_await run_on_lane<T>(runtime_, LaneKind::store, key, std::move(job));
        co_return result;
    }

    Runtime& runtime_;
    SessionPool sessions_;
    Committer committer_;
    std::size_t readers_;
    std::atomic<std::uint64_t> next_reader_{0};
};

}  // namespace postern::mail
