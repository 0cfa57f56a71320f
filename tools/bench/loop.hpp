#pragma once
// One thread, epoll (edge triggered), timers.
#include <sys/epoll.h>

#include <map>

#include "task.hpp"
#include "text.hpp"

namespace mailbench {

struct Conn;
struct Wait {  // one suspended coroutine: on a socket, on an event, or only on time
    std::coroutine_handle<> h;
    Wait** slot = nullptr;
    bool timed_out = false, has_timer = false;
    std::multimap<double, Wait*>::iterator timer;
};

struct Loop {
    int ep = epoll_create1(EPOLL_CLOEXEC);
    vector<Conn*> byfd;
    std::multimap<double, Wait*> timers;
    string error;  // first error of the scenario
    int pending = 0;

    void wake(Wait* w) {
        if (w->has_timer) timers.erase(w->timer), w->has_timer = false;
        if (w->slot) *w->slot = nullptr;
        w->h.resume();
    }
    void step();
    void run() {
        while (pending > 0) step();
    }
};
inline Loop L;

struct Awaiter : Wait {
    double deadline;
    Awaiter(Wait** s, double dl) : deadline(dl) { slot = s; }
    bool await_ready() { return false; }
    void await_suspend(std::coroutine_handle<> c) {
        h = c;
        if (slot) *slot = this;
        if (deadline > 0) timer = L.timers.emplace(deadline, this), has_timer = true;
    }
    bool await_resume() { return !timed_out; }
};
inline Awaiter sleep_for(double s) {
    return Awaiter(nullptr, now() + s);
}

struct Event {  // one waiter
    bool set = false;
    Wait* w = nullptr;
    void fire() {
        set = true;
        if (w) L.wake(w);
    }
};

inline Detached detach(Task<> t) {
    try {
        co_await std::move(t);
    } catch (const std::exception& e) {
        if (L.error.empty()) L.error = e.what();
    }
    --L.pending;
}
inline void spawn(Task<> t) {
    ++L.pending;
    detach(std::move(t));
}
inline void run(Task<> t) {
    spawn(std::move(t));
    L.run();
    if (!L.error.empty()) fail(L.error);
}
inline void run_all(vector<Task<>> v) {
    for (auto& t : v) spawn(std::move(t));
    L.run();
    if (!L.error.empty()) fail(L.error);
}

}  // namespace mailbench
