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
    {
        const std::lock_guard lock(mutex_);
        if (closed_ || queued_ >= max_queued_) return false;
        auto [queue, fresh] = queues_.try_emplace(key);
        queue->second.jobs.push_back(std::move(job));
        ++queued_;
        // A queue that is there already is ready, or its running job will make it so.
        if (!fresh) return true;
        ready_.push_back(key);
    }
    wake_.notify_one();
    return true;
}

void LanePool::close() {
    {
        const std::lock_guard lock(mutex_);
        closed_ = true;
    }
    wake_.notify_all();
    for (auto& thread : threads_) {
        if (thread.joinable()) thread.join();
    }
}

std::size_t LanePool::queued() const {
    const std::lock_guard lock(mutex_);
    return queued_;
}

void LanePool::work() {
    std::unique_lock lock(mutex_);
    while (true) {
        wake_.wait(lock, [this] { return !ready_.empty() || closed_; });
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
