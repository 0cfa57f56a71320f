#pragma once
// Bridges a blocking job to a coroutine. One of the two places that may call async_initiate.
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <memory>
#include <type_traits>

#include "postern/runtime/runtime.hpp"

namespace postern {

namespace detail {

template <class Handler, class Value>
struct LaneJob {
    Handler handler;
    boost::asio::any_io_executor executor;
    std::function<Value()> work;
};

template <class Value>
struct InitiateLane {
    Runtime* runtime;
    LaneKind kind;
    std::uint64_t key;
    std::function<Value()> work;

    template <class Handler>
    void operator()(Handler&& handler) {
        using Job = LaneJob<std::decay_t<Handler>, Value>;
        boost::asio::any_io_executor executor = boost::asio::get_associated_executor(handler);
        auto job = std::make_shared<Job>(Job{std::forward<Handler>(handler), executor, std::move(work)});
        auto guard = boost::asio::make_work_guard(executor);
        const bool queued = runtime->post_to_lane(kind, key, [job, guard] { complete(job, run(job->work)); });
        if (!queued) complete(job, Value(Error(Errc::temporary, "the server is busy or stopping")));
    }

    static Value run(const std::function<Value()>& work) {
        try {
            return work();
        } catch (const std::exception& e) {
            return Value(Error(Errc::internal, std::string("a blocking job failed: ") + e.what()));
        }
    }

    template <class Job>
    static void complete(const std::shared_ptr<Job>& job, Value value) {
        // The shared state is released by the core's thread: its handler owns the coroutine.
        boost::asio::post(job->executor, [job = job, value = std::move(value)]() mutable {
            auto handler = std::move(job->handler);
            job.reset();
            std::move(handler)(std::move(value));
        });
    }
};

}  // namespace detail

/// Runs `work` (which returns Result<T>) on a lane and resumes on the caller's executor. `work` takes and returns
/// values only. Name the argument first (GCC 12): `auto job = [...]...; auto r = co_await run_on_lane<T>(...)`.
template <class T>
Task<Result<T>> run_on_lane(Runtime& runtime, LaneKind kind, std::uint64_t key,
                            std::function<Result<T>()> work) {
    detail::InitiateLane<Result<T>> initiate{&runtime, kind, key, std::move(work)};
    // clang-format off
    auto result = co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void(Result<T>)>(  // coroutine-audited: the bridge itself
        std::move(initiate), boost::asio::use_awaitable);
    // clang-format on
    co_return result;
}

}  // namespace postern
