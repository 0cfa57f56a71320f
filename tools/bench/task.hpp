#pragma once
// Coroutine tasks.
#include <coroutine>
#include <exception>
#include <utility>

namespace mailbench {

template <class T>
struct Task;
struct PromiseBase {
    std::coroutine_handle<> cont;
    std::exception_ptr ex;
    std::suspend_always initial_suspend() noexcept { return {}; }
    struct Final {
        bool await_ready() noexcept { return false; }
        template <class P>
        std::coroutine_handle<> await_suspend(std::coroutine_handle<P> h) noexcept {
            auto c = h.promise().cont;
            return c ? c : std::noop_coroutine();
        }
        void await_resume() noexcept {}
    };
    Final final_suspend() noexcept { return {}; }
    void unhandled_exception() { ex = std::current_exception(); }
};
template <class T>
struct Promise : PromiseBase {
    T val{};
    Task<T> get_return_object();
    void return_value(T v) { val = std::move(v); }
    T take() {
        if (ex) std::rethrow_exception(ex);
        return std::move(val);
    }
};
template <>
struct Promise<void> : PromiseBase {
    Task<void> get_return_object();
    void return_void() {}
    void take() {
        if (ex) std::rethrow_exception(ex);
    }
};
template <class T = void>
struct Task {
    using promise_type = Promise<T>;
    std::coroutine_handle<promise_type> h;
    explicit Task(std::coroutine_handle<promise_type> h) : h(h) {}
    Task(Task&& o) noexcept : h(std::exchange(o.h, {})) {}
    Task(const Task&) = delete;
    ~Task() {
        if (h) h.destroy();
    }
    bool await_ready() { return false; }
    std::coroutine_handle<> await_suspend(std::coroutine_handle<> c) {
        h.promise().cont = c;
        return h;
    }
    T await_resume() { return h.promise().take(); }
};
template <class T>
Task<T> Promise<T>::get_return_object() {
    return Task<T>(std::coroutine_handle<Promise<T>>::from_promise(*this));
}
inline Task<void> Promise<void>::get_return_object() {
    return Task<void>(std::coroutine_handle<Promise<void>>::from_promise(*this));
}

struct Detached {
    struct promise_type {
        Detached get_return_object() { return {}; }
        std::suspend_never initial_suspend() noexcept { return {}; }
        std::suspend_never final_suspend() noexcept { return {}; }
        void return_void() {}
        void unhandled_exception() { std::terminate(); }
    };
};

}  // namespace mailbench
