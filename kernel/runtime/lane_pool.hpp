#pragma once
// A bounded pool of threads for blocking jobs. Jobs of one key run one after the other, in order, on whatever thread
// is free; jobs of different keys run in parallel. The thread that became free last gets the next job: its caches
// are warm, and a pool with little to do uses few of its threads.
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

namespace postern::runtime {

class LanePool {
public:
    /// `name` is what the threads are called in `top`. At most `max_queued` jobs wait.
    LanePool(std::string name, std::size_t threads, std::size_t max_queued);
    ~LanePool();

    /// False if the pool is full or closed; the job is dropped then. Thread-safe.
    bool post(std::uint64_t key, std::function<void()> job);
    /// Takes no more jobs, runs those that wait, ends the threads. Not from a job.
    void close();
    /// Jobs waiting now.
    std::size_t queued() const;
    /// Threads that have nothing to do now.
    std::size_t idle() const;
    std::size_t threads() const { return threads_.size(); }

private:
    /// Jobs of one key; in `ready_` while none of them runs.
    struct Queue {
        std::deque<std::function<void()>> jobs;
    };

    /// A thread waiting for a job; on its stack.
    struct Idle {
        std::condition_variable wake;
        bool woken = false;
    };

    void work();
    /// Waits until there is something to do or to end for.
    void wait_for_job(std::unique_lock<std::mutex>& lock);
    /// Under the lock.
    void wake_last_idle();

    mutable std::mutex mutex_;
    std::vector<Idle*> idle_;  ///< the last one became idle last
    std::unordered_map<std::uint64_t, Queue> queues_;
    std::deque<std::uint64_t> ready_;
    std::size_t queued_ = 0;
    std::size_t max_queued_;
    bool closed_ = false;
    std::vector<std::thread> threads_;
};

}  // namespace postern::runtime
