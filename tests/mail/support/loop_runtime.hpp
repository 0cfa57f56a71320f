#pragma once
// One core and its lanes on the test's own thread: every run takes the same course.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <exception>
#include <optional>

#include "postern/runtime/log.hpp"
#include "postern/runtime/runtime.hpp"

namespace postern::mail::test {

class LoopRuntime final : public Runtime {
public:
    std::size_t core_count() const override { return 1; }
    Executor core(std::size_t) const override { return context_.get_executor(); }
    bool post_to_lane(LaneKind, std::uint64_t, std::function<void()> job) override {
        boost::asio::post(context_, std::move(job));
        return true;
    }
    Lease lease(std::string name) override { return Lease(nullptr, std::move(name)); }
    void spawn(Executor executor, std::string, Task<void> task) override {
        boost::asio::co_spawn(executor, std::move(task), [](std::exception_ptr error) {
            if (error) std::rethrow_exception(error);
        });
    }
    bool stopping() const override { return false; }

    /// Runs a coroutine to its end, and whatever else becomes ready meanwhile.
    template <class T>
    T run(Task<T> task) {
        std::optional<T> result;
        boost::asio::co_spawn(context_, keep(std::move(task), result), [](std::exception_ptr error) {
            if (error) std::rethrow_exception(error);
        });
        while (!result) {
            context_.restart();
            if (context_.run_one() == 0)
                throw std::logic_error("the coroutine waits for something that never comes");
        }
        return std::move(*result);
    }
    void run(Task<void> task) { run(done(std::move(task))); }
    /// Within a job of a lane, that is, while the store works: what else there is goes on until `met`. False if nothing is
    /// left that could bring it about.
    template <class Condition>
    bool go_on_until(const Condition& met) {
        while (!met()) {
            if (context_.run_one() == 0) return false;
        }
        return true;
    }
    /// Runs everything that is ready.
    void settle() {
        context_.restart();
        context_.poll();
    }

private:
    static Task<bool> done(Task<void> task) {
        co_await std::move(task);
        co_return true;
    }
    template <class T>
    static Task<void> keep(Task<T> task, std::optional<T>& out) {
        auto value = co_await std::move(task);
        out.emplace(std::move(value));
    }

    mutable boost::asio::io_context context_{1};
};

class SilentLog final : public Logger {
public:
    bool enabled(LogLevel) const override { return false; }
    void write(LogLevel level, std::string_view, std::initializer_list<LogField>) override {
        if (level == LogLevel::error) ++errors;
    }
    std::atomic<int> errors{0};
};

}  // namespace postern::mail::test
