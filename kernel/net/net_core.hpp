#pragma once
// What the connections of one core share: a timing wheel for their watchdogs, and the list of them for the stop.
#include <array>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/intrusive/list.hpp>
#include <chrono>
#include <cstdint>

namespace postern::net {

namespace detail {
struct AllTag;
struct WheelTag;
template <class Tag>
using Hook = boost::intrusive::list_base_hook<boost::intrusive::tag<Tag>,
                                              boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;
}  // namespace detail

/// Somebody with a watchdog. Unlinks itself when destroyed; lives and dies on the core's thread.
class Watched : public detail::Hook<detail::AllTag>, public detail::Hook<detail::WheelTag> {
public:
    virtual void on_deadline() = 0;
    virtual void on_stop() = 0;

protected:
    ~Watched() = default;

private:
    friend class NetCore;
    std::uint32_t deadline_ = 0;  ///< tick; 0 is none
    std::uint32_t slot_ = 0;      ///< tick at which the wheel looks next
};

/// One a core, made on first use. All calls on the core's thread.
class NetCore final : public boost::asio::execution_context::service {
public:
    static boost::asio::execution_context::id id;
    static NetCore& of(const boost::asio::any_io_executor& executor);

    explicit NetCore(boost::asio::execution_context& context);

    /// From now on `watched` is told of the stop; at once if it is under way.
    void add(Watched& watched);
    /// Forgets it: it goes to another core.
    static void remove(Watched& watched);
    /// on_deadline() in `from_now` (rounded up to whole seconds), in place of what was armed before.
    void arm(Watched& watched, std::chrono::seconds from_now);
    /// Tells everybody, and whoever comes later, to stop.
    void stop_all();

private:
    static constexpr std::uint32_t slots = 128;  ///< seconds; longer deadlines go round again

    void shutdown() override {}
    std::uint32_t now() const;
    void put(Watched& watched, std::uint32_t tick);
    void start_ticking();
    void tick();
    void run_slot(std::uint32_t tick);

    using All = boost::intrusive::list<Watched, boost::intrusive::base_hook<detail::Hook<detail::AllTag>>,
                                       boost::intrusive::constant_time_size<false>>;
    using Slot = boost::intrusive::list<Watched, boost::intrusive::base_hook<detail::Hook<detail::WheelTag>>,
                                        boost::intrusive::constant_time_size<false>>;

    std::chrono::steady_clock::time_point epoch_ = std::chrono::steady_clock::now();
    All all_;
    std::array<Slot, slots> wheel_;
    std::uint32_t done_through_ = 0;  ///< last tick whose slot has been run
    bool ticking_ = false;
    bool stopping_ = false;
    boost::asio::steady_timer timer_;
};

}  // namespace postern::net
