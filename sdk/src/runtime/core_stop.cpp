#include "core_stop.hpp"

#include <boost/asio/execution/context.hpp>
#include <boost/asio/query.hpp>

namespace postern {

namespace asio = boost::asio;

namespace {

CoreStop& core_stop_of(const asio::any_io_executor& executor) {
    return asio::use_service<CoreStop>(asio::query(executor, asio::execution::context));
}

}  // namespace

asio::execution_context::id CoreStop::id;

StopWaiter::StopWaiter(asio::steady_timer& timer) : timer_(timer), core_(core_stop_of(timer.get_executor())) {
    core_.add(*this);
}

bool StopWaiter::stopping() const {
    return core_.stopping();
}

void CoreStop::begin() {
    stopping_ = true;
    for (auto& waiter : waiters_) waiter.wake();
}

void begin_core_stop(const asio::any_io_executor& core) {
    core_stop_of(core).begin();
}

}  // namespace postern
