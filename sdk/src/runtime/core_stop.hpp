#pragma once
// Which timers of a core must be woken when it stops.
#include <boost/asio/execution_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/intrusive/list.hpp>

#include "postern/runtime/core_stop.hpp"

namespace postern {

/// Marks a timer that a coroutine of this core waits on, for as long as it lives.
class StopWaiter
    : public boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
public:
    explicit StopWaiter(boost::asio::steady_timer& timer);
    /// True if the core is stopping.
    bool stopping() const;
    void wake() { timer_.cancel(); }

private:
    boost::asio::steady_timer& timer_;
    class CoreStop& core_;
};

/// One a core. All calls on the core's thread.
class CoreStop final : public boost::asio::execution_context::service {
public:
    static boost::asio::execution_context::id id;

    explicit CoreStop(boost::asio::execution_context& context) : service(context) {}
    void begin();
    bool stopping() const { return stopping_; }
    void add(StopWaiter& waiter) { waiters_.push_back(waiter); }

private:
    void shutdown() override {}

    boost::intrusive::list<StopWaiter, boost::intrusive::constant_time_size<false>> waiters_;
    bool stopping_ = false;
};

}  // namespace postern
