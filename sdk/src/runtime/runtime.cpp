#include "postern/runtime/runtime.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "core_stop.hpp"
#include "postern/runtime/log.hpp"

namespace postern {

namespace asio = boost::asio;

Logger::~Logger() = default;
Runtime::~Runtime() = default;
Lease::Holder::~Holder() = default;

Lease::Lease(std::shared_ptr<Holder> holder, std::string name)
    : holder_(std::move(holder)), name_(std::move(name)) {
    if (holder_) holder_->acquired(name_);
}

Lease& Lease::operator=(Lease&& other) noexcept {
    std::swap(holder_, other.holder_);
    std::swap(name_, other.name_);
    return *this;
}

Lease::~Lease() {
    if (holder_) holder_->released(name_);
}

std::size_t Runtime::core_index(std::uint64_t key) const {
    // Fibonacci hashing: ids that ascend in time still spread over the cores.
    return static_cast<std::size_t>(((key * 0x9e3779b97f4a7c15ULL) >> 32) % core_count());
}

Task<Result<void>> sleep_for(std::chrono::steady_clock::duration duration) {
    auto executor = co_await asio::this_coro::executor;
    asio::steady_timer timer(executor, duration);
    const StopWaiter waiter(timer);
    if (waiter.stopping()) co_return Error(Errc::cancelled);
    auto result = co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
    if (std::get<0>(result)) co_return Error(Errc::cancelled);
    co_return Result<void>{};
}

}  // namespace postern
