#pragma once
// A TCP connection with a read buffer.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cmath>
#include <utility>

#include "loop.hpp"
#include "options.hpp"

namespace mailbench {

struct Conn {
    int fd = -1;
    vector<char> buf;
    size_t b = 0, e = 0;  // unread bytes are buf[b,e)
    Wait *rw = nullptr, *ww = nullptr;
    size_t cap0 = 65536;

    Conn() = default;
    Conn(const Conn&) = delete;
    ~Conn() { close(); }
    void close() {
        if (fd < 0) return;
        L.byfd[size_t(fd)] = nullptr;
        ::close(fd);
        fd = -1;
    }
    void open(int port) {
        fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (fd < 0) fail(fmt("socket: %s", strerror(errno)));
        sockaddr_in a{};
        a.sin_family = AF_INET;
        a.sin_port = htons(uint16_t(port));
        if (inet_pton(AF_INET, O.host.c_str(), &a.sin_addr) != 1) fail("host must be an IPv4 address");
        if (connect(fd, reinterpret_cast<sockaddr*>(&a), sizeof a) != 0) {
            string why = fmt("connect to port %d: %s", port, strerror(errno));
            ::close(fd);
            fd = -1;
            fail(why);
        }
        int one = 1;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
        if (L.byfd.size() <= size_t(fd)) L.byfd.resize(size_t(fd) + 64);
        L.byfd[size_t(fd)] = this;
        epoll_event ev{};
        ev.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
        ev.data.fd = fd;
        epoll_ctl(L.ep, EPOLL_CTL_ADD, fd, &ev);
    }
    string_view data() const { return {buf.data() + b, e - b}; }
    // one attempt to receive; 1 got bytes, 0 would block, -1 end of stream
    int try_recv() {
        if (b == e) b = e = 0;
        if (buf.size() - e < cap0 / 2) {
            if (b > 0) {
                memmove(buf.data(), buf.data() + b, e - b);
                e -= b, b = 0;
            }
            if (buf.size() - e < cap0 / 2) buf.resize(std::max(buf.size() * 2, cap0));
        }
        for (;;) {
            ssize_t n = recv(fd, buf.data() + e, buf.size() - e, 0);
            if (n > 0) {
                e += size_t(n);
                if (O.quickack) {
                    int one = 1;  // not sticky, must be set again after every read
                    setsockopt(fd, IPPROTO_TCP, TCP_QUICKACK, &one, sizeof one);
                }
                return 1;
            }
            if (n == 0) return -1;
            if (errno == EINTR) continue;
            if (errno == EAGAIN) return 0;
            return -1;
        }
    }
    Task<bool> fill(double deadline = 0) {  // false: end of stream
        if (deadline == 0) deadline = now() + O.timeout;
        for (;;) {
            int r = try_recv();
            if (r > 0) co_return true;
            if (r < 0) co_return false;
            Awaiter w(&rw, deadline);
            bool ok = co_await w;
            if (!ok) fail("timed out waiting for the server");
        }
    }
    Task<> send(string_view s) {
        while (!s.empty()) {
            ssize_t n = ::send(fd, s.data(), s.size(), MSG_NOSIGNAL);
            if (n > 0) {
                s.remove_prefix(size_t(n));
                continue;
            }
            if (n < 0 && errno == EINTR) continue;
            if (n < 0 && errno == EAGAIN) {
                Awaiter w(&ww, now() + O.timeout);
                bool ok = co_await w;
                if (!ok) fail("timed out sending");
                continue;
            }
            fail(fmt("send: %s", strerror(errno)));
        }
    }
    bool try_line(string_view& out) {  // complete line without CRLF
        const void* p = e > b ? memchr(buf.data() + b, '\n', e - b) : nullptr;
        if (!p) return false;
        size_t end = size_t(static_cast<const char*>(p) - buf.data());
        size_t n = end - b;
        if (n == 0 || buf[end - 1] != '\r') fail("line does not end with CRLF");
        out = {buf.data() + b, n - 1};
        b = end + 1;
        return true;
    }
    Task<string> line() {
        string_view l;
        while (!try_line(l)) {
            bool more = co_await fill();
            if (!more) fail("connection closed by server");
        }
        co_return string(l);
    }
};

inline void Loop::step() {
    double t = now();
    int ms = 1000;
    if (!timers.empty())
        ms = int(std::max(0.0, std::min(1000.0, std::ceil((timers.begin()->first - t) * 1000))));
    epoll_event ev[256];
    int n = epoll_wait(ep, ev, 256, ms);
    for (int i = 0; i < n; ++i) {
        size_t fd = size_t(ev[i].data.fd);
        Conn* c = fd < byfd.size() ? byfd[fd] : nullptr;
        if (!c) continue;
        if ((ev[i].events & (EPOLLOUT | EPOLLERR | EPOLLHUP)) && c->ww) wake(c->ww);
        c = byfd[fd];
        if (c && (ev[i].events & (EPOLLIN | EPOLLRDHUP | EPOLLERR | EPOLLHUP)) && c->rw) wake(c->rw);
    }
    t = now();
    while (!timers.empty() && timers.begin()->first <= t) {
        Wait* w = timers.begin()->second;
        w->timed_out = true;
        wake(w);
    }
}

}  // namespace mailbench
