#pragma once
// Runs a coroutine on another core and answers on this one.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <optional>

#include "postern/runtime/runtime.hpp"

namespace postern {

template <class T>
Task<std::optional<T>> as_optional(Task<T> task) {
    auto value = co_await std::move(task);
    co_return std::optional<T>(std::move(value));
}

/// The caller's frame outlives the task, so the task may point into it.
template <class T>
Task<T> run_on(Executor core, Task<T> task) {
    auto value =
        co_await boost::asio::co_spawn(core, as_optional<T>(std::move(task)), boost::asio::use_awaitable);
    co_return std::move(*value);
}

}  // namespace postern
