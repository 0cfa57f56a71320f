#pragma once
// The bottom layer of a connection: a TCP socket.
#include <boost/asio/ip/tcp.hpp>

#include "kernel/net/net_core.hpp"
#include "postern/net/stream.hpp"

namespace postern::net {

/// What may still be done on a connection; set by its owner, read by every layer.
struct IoGate {
    bool reads_ended = false;
    bool writes_ended = false;
    bool write_waits = false;  ///< a write waits for the peer to read
    Watched* moved = nullptr;  ///< came from another core and has not joined this one's list yet

    /// Joins the list of the core it runs on now. Called before every suspension, on that core.
    void join(const Executor& executor);
};

class TcpStream final : public Stream {
public:
    /// `gate` outlives the stream.
    TcpStream(boost::asio::ip::tcp::socket socket, IoGate& gate);

    Task<Result<std::size_t>> read_some(std::span<char> buffer) override;
    Task<Result<void>> write(std::string_view data) override;
    Task<Result<void>> wait_readable() override;
    Task<Result<void>> flush() override;
    Task<void> shutdown() override;
    void release_memory() override {}

    enum class Direction { read, write };
    /// Suspends until the socket is ready or the gate closes (Errc::cancelled).
    Task<Result<void>> wait(Direction direction);
    /// One non-blocking call each: octets moved, 0 at the end of the stream, -1 with errno (EAGAIN: wait).
    ssize_t try_read(char* data, std::size_t size);
    ssize_t try_write(const char* data, std::size_t size);
    /// Lets the core's other work go on, now and then, when a peer never makes us wait.
    Task<void> yield_sometimes();

    /// Begins to connect; then wait(write) and connect_result().
    Result<void> start_connect(const boost::asio::ip::tcp::endpoint& endpoint);
    Result<void> connect_result();

    boost::asio::ip::tcp::socket& socket() { return socket_; }
    /// Makes pending waits look at the gate again.
    void wake();
    /// Gives the descriptor to another core. Nothing may be pending.
    Result<void> move_to(const Executor& executor);

private:
    boost::asio::ip::tcp::socket socket_;
    IoGate& gate_;
    unsigned without_wait_ = 0;
};

/// Text and code for a failed socket call.
Error socket_error(int error_number);

}  // namespace postern::net
