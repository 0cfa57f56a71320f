#pragma once
// A wake-up between coroutines of one core.
#include <boost/asio/steady_timer.hpp>
#include <chrono>

#include "postern/runtime/runtime.hpp"

namespace postern {

/// Single-thread event: wait() suspends until notify() or the deadline. At most one coroutine waits at a time. A
/// notify without a waiter is remembered for the next wait. Not thread-safe: all calls on the executor's core.
class POSTERN_SDK Event {
public:
    explicit Event(Executor executor);
    void notify();
    /// True if notified, false on the time-out and when the core stops.
    Task<bool> wait(std::chrono::steady_clock::duration timeout);
    /// Until notified or the core stops: look at Runtime::stopping() after it.
    Task<void> wait();

private:
    boost::asio::steady_timer timer_;
    std::uint64_t generation_ = 0;
    std::uint64_t seen_ = 0;
};

}  // namespace postern
