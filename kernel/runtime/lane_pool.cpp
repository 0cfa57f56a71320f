#include "kernel/runtime/lane_pool.hpp"

#include <pthread.h>

namespace postern::runtime {

LanePool::LanePool(std::string name, std::size_t threads, std::size_t max_queued) : max_queued_(max_queued) {
    for (std::size_t i = 0; i < threads; ++i) {
        threads_.emplace_back([this] { work(); });
        const std::string title = name + "-" + std::to_string(i);
        pthread_setname_np(threads_.back().native_handle(), title.substr(0, 15).c_str());
    }
}

LanePool::~LanePool() {
    close();
}

bool LanePool::post(std::uint64_t key, std::function<void()> job) {
    const std::lock_guard lock(mutex_);
    if (closed_ || queued_ >= max_queued_) return false;
    auto [queue, fresh] = queues_.try_emplace(key);
    queue->second.jobs.push_back(std::move(job));
    ++queued_;
    // A queue that is there already is ready, or its running job will make it so.
    if (!fresh) return true;
    ready_.push_back(key);
    if (!idle_.empty()) wake_last_idle();
    return true;
}

void LanePool::wake_last_idle() {
    Idle& thread = *idle_.back();
    idle_.pop_back();
    thread.woken = true;
    // Under the lock, for the thread's condition variable ends with its wait.
    thread.wake.notify_one();
}

void LanePool::wait_for_job(std::unique_lock<std::mutex>& lock) {
    while (ready_.empty() && !closed_) {
        Idle idle;
        idle_.push_back(&idle);
        idle.wake.wait(lock, [&idle] { return idle.woken; });
    }
}

void LanePool::close() {
    {
        const std::lock_guard lock(mutex_);
        closed_ = true;
        while (!idle_.empty()) wake_last_idle();
    }
    for (auto& thread : threads_) {
        if (thread.joinable()) thread.join();
    }
}

std::size_t LanePool::queued() const {
    const std::lock_guard lock(mutex_);
    return queued_;
}

std::size_t LanePool::idle() const {
    const std::lock_guard lock(mutex_);
    return idle_.size();
}

void LanePool::work() {
    std::unique_lock lock(mutex_);
    while (true) {
        wait_for_job(lock);
        if (ready_.empty()) {
            // Closed: what a running job of the same key left behind is run by that job's thread.
            return;
        }
        const auto key = ready_.front();
        ready_.pop_front();
        auto& queue = queues_.find(key)->second;
        auto job = std::move(queue.jobs.front());
        queue.jobs.pop_front();
        --queued_;
        lock.unlock();
        job();
        job = nullptr;  // its captures end on this thread, not under the lock
        lock.lock();
        const auto again = queues_.find(key);
        if (again->second.jobs.empty()) {
            queues_.erase(again);
        } else {
            ready_.push_back(key);
        }
    }
}

}  // namespace postern::runtime
