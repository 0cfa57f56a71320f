#pragma once
// A connection in memory: the test is the client. Reads of the server wait until the test has sent something; a reader
// that takes nothing can be played by closing the window.
#include <memory>
#include <string>

#include "postern/net/stream.hpp"
#include "postern/runtime/event.hpp"

namespace postern::imap::test {

/// Both ends of one connection, shared by the connection (the server's) and the client.
struct Pipe {
    explicit Pipe(Executor executor) : executor(executor), readable(executor), writable(executor) {}
    Executor executor;
    std::string to_server;
    std::string to_client;
    bool client_closed = false;
    bool server_closed = false;
    bool cancelled = false;
    bool private_line = true;
    bool starttls = false;
    bool tls_on = false;
    std::size_t window = SIZE_MAX;  ///< octets the client takes before write() waits
    std::size_t largest_write = 0;
    Event readable;
    Event writable;

    void notify() {
        readable.notify();
        writable.notify();
    }
};

class PipeStream final : public Stream {
public:
    explicit PipeStream(std::shared_ptr<Pipe> pipe) : pipe_(std::move(pipe)) {}
    Task<Result<std::size_t>> read_some(std::span<char> buffer) override;
    Task<Result<void>> write(std::string_view data) override;
    Task<Result<void>> wait_readable() override;
    Task<Result<void>> flush() override { co_return Result<void>(); }
    Task<void> shutdown() override;
    void release_memory() override {}

private:
    std::shared_ptr<Pipe> pipe_;
};

class PipeConnection final : public Connection {
public:
    explicit PipeConnection(std::shared_ptr<Pipe> pipe);
    Stream& stream() override { return *stream_; }
    void push_layer(std::unique_ptr<Stream> (*make)(std::unique_ptr<Stream>, void*), void* context) override;
    Task<Result<void>> start_tls_server() override;
    Task<Result<void>> start_tls_client(TlsClientOptions options) override;
    const TlsInfo* tls() const override { return pipe_->tls_on ? &tls_ : nullptr; }
    bool can_start_tls() const override { return pipe_->starttls && !pipe_->tls_on; }
    const std::string& peer_address() const override { return address_; }
    std::uint16_t peer_port() const override { return 40000; }
    bool peer_is_loopback() const override { return pipe_->private_line; }
    const std::string& local_address() const override { return address_; }
    std::uint16_t local_port() const override { return 143; }
    void set_deadline(std::chrono::seconds) override {}
    bool deadline_passed() const override { return false; }
    void cancel() override;
    Result<void> move_to(Executor) override { return {}; }
    Executor executor() const override { return pipe_->executor; }

private:
    std::shared_ptr<Pipe> pipe_;
    std::unique_ptr<Stream> stream_;
    std::string address_ = "192.0.2.7";
    TlsInfo tls_{"TLSv1.3", "TLS_AES_256_GCM_SHA384", "", "", ""};
};

}  // namespace postern::imap::test
