#include "postern/runtime/event.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "core_stop.hpp"

namespace postern {

namespace asio = boost::asio;

namespace {
constexpr std::chrono::steady_clock::duration stopping_wait = std::chrono::milliseconds(50);
}

Event::Event(Executor executor) : timer_(std::move(executor)) {}

void Event::notify() {
    ++generation_;
    timer_.cancel();
}

Task<bool> Event::wait(std::chrono::steady_clock::duration timeout) {
    if (seen_ == generation_) {
        const auto before = generation_;
        const StopWaiter waiter(timer_);
        // A stopping core waits for nobody, but a loop that waits again must not spin either.
        timer_.expires_after(waiter.stopping() ? std::min(timeout, stopping_wait) : timeout);
        auto result = co_await timer_.async_wait(asio::as_tuple(asio::use_awaitable));
        static_cast<void>(result);  // cancelled or expired: the generation tells which
        if (generation_ == before) co_return false;
    }
    seen_ = generation_;
    co_return true;
}

Task<void> Event::wait() {
    const bool notified = co_await wait(std::chrono::hours(24 * 365));
    static_cast<void>(notified);
}

}  // namespace postern
