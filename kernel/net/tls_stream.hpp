#pragma once
// TLS over a socket with no buffers of our own: OpenSSL reads from and writes to the socket through a BIO that never
// blocks, and gives its record buffers back between records (SSL_MODE_RELEASE_BUFFERS).
#include "kernel/net/tcp_stream.hpp"
#include "kernel/net/tls_context.hpp"
#include "postern/net/stream.hpp"

namespace postern::net {

class TlsStream final : public Stream {
public:
    /// `below` is the connection's TcpStream; `gate` as there.
    TlsStream(std::unique_ptr<TcpStream> below, SslPtr ssl, IoGate& gate);
    ~TlsStream() override;

    /// Before anything else. The error says what the peer or the certificate did wrong.
    Task<Result<void>> handshake();

    Task<Result<std::size_t>> read_some(std::span<char> buffer) override;
    Task<Result<void>> write(std::string_view data) override;
    Task<Result<void>> wait_readable() override;
    Task<Result<void>> flush() override;
    Task<void> shutdown() override;
    void release_memory() override;

    SSL* ssl() { return ssl_.get(); }

private:
    /// After a call that answered `code` <= 0: waits as OpenSSL asks. True to try again, false at the end of the stream.
    Task<Result<bool>> wait_after(int code);

    std::unique_ptr<TcpStream> below_;
    SslPtr ssl_;
    IoGate& gate_;
};

/// What is known of an established session.
TlsInfo describe_tls(SSL* ssl);

}  // namespace postern::net
