#include "kernel/net/net_core.hpp"

#include <algorithm>
#include <boost/asio/execution/context.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/query.hpp>

namespace postern::net {

namespace asio = boost::asio;

asio::execution_context::id NetCore::id;

NetCore& NetCore::of(const asio::any_io_executor& executor) {
    return asio::use_service<NetCore>(asio::query(executor, asio::execution::context));
}

NetCore::NetCore(asio::execution_context& context)
    : service(context), timer_(static_cast<asio::io_context&>(context)) {}

void NetCore::add(Watched& watched) {
    all_.push_back(watched);
    if (stopping_) watched.on_stop();
}

void NetCore::remove(Watched& watched) {
    static_cast<detail::Hook<detail::AllTag>&>(watched).unlink();
    static_cast<detail::Hook<detail::WheelTag>&>(watched).unlink();
    watched.deadline_ = 0;
}

void NetCore::arm(Watched& watched, std::chrono::seconds from_now) {
    const auto current = now();
    // One more: the current second has begun.
    watched.deadline_ = current + static_cast<std::uint32_t>(std::max<std::int64_t>(0, from_now.count())) + 1;
    const auto& hook = static_cast<const detail::Hook<detail::WheelTag>&>(watched);
    // The usual case, a deadline moved later: the wheel finds out when it comes round.
    if (hook.is_linked() && watched.slot_ <= watched.deadline_) return;
    if (!ticking_) {
        done_through_ = current;
        start_ticking();
    }
    put(watched, watched.deadline_);
}

void NetCore::stop_all() {
    stopping_ = true;
    for (auto& watched : all_) watched.on_stop();
}

std::uint32_t NetCore::now() const {
    const auto since = std::chrono::steady_clock::now() - epoch_;
    return static_cast<std::uint32_t>(std::chrono::duration_cast<std::chrono::seconds>(since).count()) + 1;
}

void NetCore::put(Watched& watched, std::uint32_t tick) {
    watched.slot_ = std::min(tick, done_through_ + slots - 1);
    static_cast<detail::Hook<detail::WheelTag>&>(watched).unlink();
    wheel_[watched.slot_ % slots].push_back(watched);
}

void NetCore::start_ticking() {
    ticking_ = true;
    timer_.expires_after(std::chrono::seconds(1));
    timer_.async_wait([this](const boost::system::error_code& error) {
        if (!error) tick();
    });
}

void NetCore::tick() {
    const auto current = now();
    // A core that was busy for longer than the wheel is wide looks at every slot once.
    if (current - done_through_ > slots) done_through_ = current - slots;
    while (done_through_ < current) run_slot(++done_through_);
    const bool idle = std::all_of(wheel_.begin(), wheel_.end(), [](const Slot& s) { return s.empty(); });
    ticking_ = false;
    if (!idle) start_ticking();
}

void NetCore::run_slot(std::uint32_t tick) {
    Slot due;
    due.swap(wheel_[tick % slots]);
    while (!due.empty()) {
        auto& watched = due.front();
        due.pop_front();
        if (watched.deadline_ <= tick) {
            watched.on_deadline();
        } else {
            put(watched, watched.deadline_);
        }
    }
}

}  // namespace postern::net
