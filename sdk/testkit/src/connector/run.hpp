#pragma once
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>

#include "postern/runtime/runtime.hpp"

namespace postern::testkit {

/// A call that has begun.
template <class T>
struct Pending {
    std::optional<T> value;
    std::exception_ptr error;
    bool over() const { return value || error; }
};

template <class T>
std::shared_ptr<Pending<T>> begin(boost::asio::io_context& loop, Task<T> task) {
    auto pending = std::make_shared<Pending<T>>();
    boost::asio::co_spawn(loop, std::move(task), [pending](std::exception_ptr error, T value) {
        pending->error = error;
        if (!error) pending->value.emplace(std::move(value));
    });
    return pending;
}

/// Waits for its answer. All waiting in the kit is short: a call that takes longer than a minute waits for what will never come.
template <class T>
T finish(boost::asio::io_context& loop, const std::shared_ptr<Pending<T>>& pending) {
    const auto limit = std::chrono::steady_clock::now() + std::chrono::minutes(1);
    while (!pending->over()) {
        loop.restart();
        const std::size_t ran = loop.run_one_until(limit);
        if (ran == 0 && !pending->over()) throw std::runtime_error("a call does not answer");
    }
    if (pending->error) std::rethrow_exception(pending->error);
    return std::move(*pending->value);
}

template <class T>
T run(boost::asio::io_context& loop, Task<T> task) {
    return finish(loop, begin(loop, std::move(task)));
}

}  // namespace postern::testkit
