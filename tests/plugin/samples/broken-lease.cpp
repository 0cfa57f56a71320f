// Starts well, but a task of it does not end when the server stops.
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "postern/plugin/plugin.hpp"
#include "postern/runtime/runtime.hpp"

namespace {

class Broken final : public postern::Plugin {
public:
    explicit Broken(postern::Host& host) : host_(host), timer_(host.runtime().core(0)) {}
    postern::Task<postern::Result<void>> start() override {
        host_.runtime().spawn(host_.runtime().core(0), "deaf task", run());
        co_return postern::Result<void>{};
    }

private:
    postern::Task<void> run() {
        timer_.expires_after(std::chrono::hours(1));
        co_await timer_.async_wait(boost::asio::use_awaitable);
    }
    postern::Host& host_;
    boost::asio::steady_timer timer_;
};

}  // namespace

POSTERN_PLUGIN(Broken, {.id = "broken-lease"});
