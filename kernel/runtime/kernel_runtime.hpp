#pragma once
// The threads of the process: one a core, each with its own io_context, and the lanes for blocking work.
#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "kernel/runtime/lane_pool.hpp"
#include "kernel/runtime/lease_ledger.hpp"
#include "postern/runtime/log.hpp"
#include "postern/runtime/runtime.hpp"

namespace postern::runtime {

/// Lets a Task of a type without a default constructor be the result of co_spawn.
template <class T>
Task<std::optional<T>> keep_value(Task<T> task) {
    auto value = co_await std::move(task);
    co_return std::optional<T>(std::move(value));
}

/// Runs one coroutine on a core and waits for it. For the main thread and tests, never on a core. A free function
/// outside of KernelRuntime so that tests can use it with any executor.
template <class T>
T run_and_wait(const Executor& executor, Task<T> task) {
    // Shared: the core may still be inside set_value when the waiting thread goes on.
    auto done = std::make_shared<std::promise<std::optional<T>>>();
    auto future = done->get_future();
    boost::asio::co_spawn(executor, keep_value<T>(std::move(task)),
                          [done](std::exception_ptr error, std::optional<T> value) {
                              if (error) {
                                  done->set_exception(error);
                              } else {
                                  done->set_value(std::move(value));
                              }
                          });
    return std::move(*future.get());
}
void run_and_wait(const Executor& executor, Task<void> task);
/// The same, but not past `deadline`: then std::runtime_error, and the coroutine is left to itself.
void run_and_wait(const Executor& executor, Task<void> task, std::chrono::steady_clock::time_point deadline);

class KernelRuntime {
public:
    /// `cores` threads, 0 for one per processor. Nothing runs before start().
    explicit KernelRuntime(std::size_t cores);
    ~KernelRuntime();

    void start();
    /// Gives a kind of lane its threads. Before the first job of that kind.
    void open_lane(LaneKind kind, std::size_t threads, std::size_t max_queued);

    std::size_t core_count() const { return cores_.size(); }
    Executor core(std::size_t index) const { return cores_[index]->context.get_executor(); }
    bool post_to_lane(LaneKind kind, std::uint64_t key, std::function<void()> job);
    std::size_t lane_queued(LaneKind kind) const;
    bool stopping() const { return stopping_.load(std::memory_order_acquire); }

    /// Makes stopping() true and ends the sleeps of every core.
    void begin_stop();
    /// Finishes the lanes' jobs, then ends the threads. Coroutines that still wait are destroyed with their core.
    void stop();

    /// The Runtime that an owner (a plugin, a part of the kernel) works with: its spawns are counted in `ledger`, its
    /// failures go to `log`. `log` must outlive it.
    std::unique_ptr<Runtime> facade(std::shared_ptr<LeaseLedger> ledger, Logger& log);

private:
    struct Core {
        boost::asio::io_context context{1};
        boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work{context.get_executor()};
        std::thread thread;
    };

    LanePool* lane(LaneKind kind) const;

    std::vector<std::unique_ptr<Core>> cores_;
    std::unique_ptr<LanePool> store_lane_;
    std::unique_ptr<LanePool> cpu_lane_;
    std::atomic<bool> stopping_{false};
};

}  // namespace postern::runtime
