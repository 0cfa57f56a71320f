#pragma once
// One line of the kit's network: a Connection without a socket.
#include "connector/network.hpp"

namespace postern::testkit {

class Line final : public Connection, public Stream {
public:
    Line(Network& network, std::unique_ptr<Peer> peer, Executor executor);
    ~Line() override;

    Task<Result<std::size_t>> read_some(std::span<char> buffer) override;
    Task<Result<void>> write(std::string_view data) override;
    Task<Result<void>> wait_readable() override;
    Task<Result<void>> flush() override { co_return Result<void>{}; }
    Task<void> shutdown() override;
    void release_memory() override {}

    Stream& stream() override { return *this; }
    void push_layer(std::unique_ptr<Stream> (*make)(std::unique_ptr<Stream>, void*), void* context) override;
    Task<Result<void>> start_tls_server() override { co_return Error(Errc::unsupported); }
    Task<Result<void>> start_tls_client(TlsClientOptions options) override;
    const TlsInfo* tls() const override { return tls_ ? &*tls_ : nullptr; }
    bool can_start_tls() const override { return false; }
    const std::string& peer_address() const override { return address_; }
    std::uint16_t peer_port() const override { return 1; }
    bool peer_is_loopback() const override { return false; }
    const std::string& local_address() const override { return address_; }
    std::uint16_t local_port() const override { return 1; }
    void set_deadline(std::chrono::seconds from_now) override;
    bool deadline_passed() const override { return deadline_passed_; }
    void cancel() override { end(State::cancelled); }
    Result<void> move_to(Executor executor) override;
    Executor executor() const override { return executor_; }

    void take_news();

private:
    enum class State { up, closed, broken, silent, cancelled, flooded };

    void end(State state);
    /// True if it did: the line is as the trouble has left it.
    bool struck(Trouble::Kind kind);
    Result<std::size_t> dead_read(std::span<char> buffer);
    Error dead_error();
    Task<void> wait_for_octets();
    std::size_t give(std::span<char> buffer);
    void require_deadline(const char* what);

    Network& network_;
    std::unique_ptr<Peer> peer_;
    Executor executor_;
    std::string address_ = "192.0.2.1";
    std::string output_;  ///< of the peer, not read yet
    std::string flood_;   ///< Trouble::octets many times
    std::uint64_t flooded_ = 0;
    std::unique_ptr<Event> news_;
    std::optional<TlsInfo> tls_;
    State state_ = State::up;
    bool deadline_set_ = false;
    bool deadline_passed_ = false;
    bool reading_ = false;
    bool writing_ = false;
};

}  // namespace postern::testkit
