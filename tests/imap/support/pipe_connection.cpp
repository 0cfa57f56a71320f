#include "tests/imap/support/pipe_connection.hpp"

#include <algorithm>

namespace postern::imap::test {

Task<Result<void>> PipeStream::wait_readable() {
    while (pipe_->to_server.empty() && !pipe_->client_closed && !pipe_->cancelled)
        co_await pipe_->readable.wait();
    if (pipe_->cancelled) co_return Error(Errc::cancelled, "cancelled");
    co_return Result<void>();
}

Task<Result<std::size_t>> PipeStream::read_some(std::span<char> buffer) {
    auto ready = co_await wait_readable();
    if (!ready) co_return ready.error();
    const std::size_t count = std::min(buffer.size(), pipe_->to_server.size());
    std::copy_n(pipe_->to_server.begin(), count, buffer.begin());
    pipe_->to_server.erase(0, count);
    co_return count;
}

Task<Result<void>> PipeStream::write(std::string_view data) {
    pipe_->largest_write = std::max(pipe_->largest_write, data.size());
    while (pipe_->to_client.size() >= pipe_->window && !pipe_->cancelled && !pipe_->client_closed) {
        co_await pipe_->writable.wait();
    }
    if (pipe_->cancelled || pipe_->client_closed) co_return Error(Errc::cancelled, "cancelled");
    pipe_->to_client.append(data);
    co_return Result<void>();
}

Task<void> PipeStream::shutdown() {
    pipe_->server_closed = true;
    co_return;
}

PipeConnection::PipeConnection(std::shared_ptr<Pipe> pipe)
    : pipe_(std::move(pipe)), stream_(std::make_unique<PipeStream>(pipe_)) {}

void PipeConnection::push_layer(std::unique_ptr<Stream> (*make)(std::unique_ptr<Stream>, void*),
                                void* context) {
    stream_ = make(std::move(stream_), context);
}

Task<Result<void>> PipeConnection::start_tls_server() {
    pipe_->tls_on = true;
    co_return Result<void>();
}

Task<Result<void>> PipeConnection::start_tls_client(TlsClientOptions) {
    co_return Error(Errc::unsupported, "no client");
}

void PipeConnection::cancel() {
    pipe_->cancelled = true;
    pipe_->notify();
}

}  // namespace postern::imap::test
