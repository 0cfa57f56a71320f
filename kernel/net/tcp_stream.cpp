#include "kernel/net/tcp_stream.hpp"

#include <sys/socket.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <cstring>

namespace postern::net {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;

namespace {

/// Calls in a row that may succeed at once before the core's other connections get their turn.
constexpr unsigned max_without_wait = 32;

Error cancelled() {
    return {Errc::cancelled, "the connection was ended by this side"};
}

}  // namespace

Error socket_error(int error_number) {
    return {Errc::unavailable, std::strerror(error_number)};
}

void IoGate::join(const Executor& executor) {
    if (auto* watched = std::exchange(moved, nullptr)) NetCore::of(executor).add(*watched);
}

TcpStream::TcpStream(tcp::socket socket, IoGate& gate) : socket_(std::move(socket)), gate_(gate) {
    boost::system::error_code ignored;
    if (socket_.is_open()) socket_.non_blocking(true, ignored);
}

Task<Result<std::size_t>> TcpStream::read_some(std::span<char> buffer) {
    while (true) {
        if (gate_.reads_ended) co_return cancelled();
        const auto n = try_read(buffer.data(), buffer.size());
        if (n >= 0) {
            co_await yield_sometimes();
            co_return static_cast<std::size_t>(n);
        }
        if (errno != EAGAIN) co_return socket_error(errno);
        auto ready = co_await wait(Direction::read);
        if (!ready) co_return ready.error();
    }
}

Task<Result<void>> TcpStream::write(std::string_view data) {
    while (!data.empty()) {
        if (gate_.writes_ended) co_return cancelled();
        const auto n = try_write(data.data(), data.size());
        if (n >= 0) {
            data.remove_prefix(static_cast<std::size_t>(n));
            continue;
        }
        if (errno != EAGAIN) co_return socket_error(errno);
        auto ready = co_await wait(Direction::write);
        if (!ready) co_return ready.error();
    }
    co_await yield_sometimes();
    co_return Result<void>{};
}

Task<Result<void>> TcpStream::wait_readable() {
    auto ready = co_await wait(Direction::read);
    co_return ready;
}

Task<Result<void>> TcpStream::flush() {
    co_return Result<void>{};
}

Task<void> TcpStream::shutdown() {
    boost::system::error_code ignored;
    socket_.shutdown(tcp::socket::shutdown_send, ignored);
    // Unread input would make close() reset the connection, and the reset may overtake the goodbye.
    char rest[4096];
    for (int i = 0; i < 64; ++i) {
        if (try_read(rest, sizeof rest) <= 0) break;
    }
    co_return;
}

Task<Result<void>> TcpStream::wait(Direction direction) {
    const bool writing = direction == Direction::write;
    without_wait_ = 0;
    gate_.join(socket_.get_executor());
    while (true) {
        if (writing ? gate_.writes_ended : gate_.reads_ended) co_return cancelled();
        if (writing) gate_.write_waits = true;
        const auto what = writing ? tcp::socket::wait_write : tcp::socket::wait_read;
        auto waited = co_await socket_.async_wait(what, asio::as_tuple(asio::use_awaitable));
        if (writing) gate_.write_waits = false;
        const boost::system::error_code error = std::get<0>(waited);
        if (!error) co_return Result<void>{};
        // Woken by wake(): whether this direction was meant stands in the gate.
        if (error != asio::error::operation_aborted) co_return socket_error(error.value());
    }
}

ssize_t TcpStream::try_read(char* data, std::size_t size) {
    ssize_t n = 0;
    do {
        n = recv(socket_.native_handle(), data, size, 0);
    } while (n < 0 && errno == EINTR);
    return n;
}

ssize_t TcpStream::try_write(const char* data, std::size_t size) {
    ssize_t n = 0;
    do {
        n = send(socket_.native_handle(), data, size, MSG_NOSIGNAL);
    } while (n < 0 && errno == EINTR);
    return n;
}

Task<void> TcpStream::yield_sometimes() {
    if (++without_wait_ < max_without_wait) co_return;
    without_wait_ = 0;
    const Executor executor = socket_.get_executor();
    co_await asio::post(executor, asio::use_awaitable);
}

Result<void> TcpStream::start_connect(const tcp::endpoint& endpoint) {
    boost::system::error_code error;
    socket_.open(endpoint.protocol(), error);
    if (!error) socket_.non_blocking(true, error);
    if (!error) socket_.set_option(tcp::no_delay(true), error);
    if (error) return socket_error(error.value());
    if (connect(socket_.native_handle(), endpoint.data(), static_cast<socklen_t>(endpoint.size())) == 0)
        return {};
    if (errno == EINPROGRESS) return {};
    return socket_error(errno);
}

Result<void> TcpStream::connect_result() {
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(socket_.native_handle(), SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) return socket_error(error);
    return {};
}

void TcpStream::wake() {
    boost::system::error_code ignored;
    socket_.cancel(ignored);
}

Result<void> TcpStream::move_to(const Executor& executor) {
    boost::system::error_code error;
    const auto local = socket_.local_endpoint(error);
    if (error) return socket_error(error.value());
    const auto descriptor = socket_.release(error);
    if (error) return socket_error(error.value());
    tcp::socket moved(executor);
    moved.assign(local.protocol(), descriptor, error);
    if (error) {
        ::close(descriptor);
        return socket_error(error.value());
    }
    moved.non_blocking(true, error);
    socket_ = std::move(moved);
    return {};
}

}  // namespace postern::net
