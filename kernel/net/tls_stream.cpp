#include "kernel/net/tls_stream.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include <cerrno>
#include <climits>
#include <new>

namespace postern::net {

namespace {

TcpStream& stream_of(BIO* bio) {
    return *static_cast<TcpStream*>(BIO_get_data(bio));
}

int bio_read(BIO* bio, char* data, std::size_t size, std::size_t* done) {
    BIO_clear_retry_flags(bio);
    *done = 0;
    const auto n = stream_of(bio).try_read(data, size);
    if (n > 0) {
        *done = static_cast<std::size_t>(n);
        return 1;
    }
    if (n < 0 && errno == EAGAIN) BIO_set_retry_read(bio);
    if (n == 0) BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
    return 0;
}

int bio_write(BIO* bio, const char* data, std::size_t size, std::size_t* done) {
    BIO_clear_retry_flags(bio);
    *done = 0;
    const auto n = stream_of(bio).try_write(data, size);
    if (n > 0) {
        *done = static_cast<std::size_t>(n);
        return 1;
    }
    if (n < 0 && errno == EAGAIN) BIO_set_retry_write(bio);
    return 0;
}

long bio_control(BIO* bio, int command, long, void*) {
    if (command == BIO_CTRL_FLUSH) return 1;
    if (command == BIO_CTRL_EOF) return BIO_test_flags(bio, BIO_FLAGS_IN_EOF) != 0 ? 1 : 0;
    return 0;
}

const BIO_METHOD* socket_method() {
    static const auto* const method = [] {
        auto* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "postern socket");
        BIO_meth_set_read_ex(made, bio_read);
        BIO_meth_set_write_ex(made, bio_write);
        BIO_meth_set_ctrl(made, bio_control);
        return made;
    }();
    return method;
}

/// Why a handshake failed, with what the certificate's verification found.
std::string failure_text(SSL* ssl) {
    std::string out = tls_error_text("the peer closed the connection");
    const auto verified = SSL_get_verify_result(ssl);
    if (verified != X509_V_OK) out += std::string(": ") + X509_verify_cert_error_string(verified);
    return out;
}

}  // namespace

TlsStream::TlsStream(std::unique_ptr<TcpStream> below, SslPtr ssl, IoGate& gate)
    : below_(std::move(below)), ssl_(std::move(ssl)), gate_(gate) {
    auto* bio = BIO_new(socket_method());
    if (bio == nullptr) throw std::bad_alloc();
    BIO_set_data(bio, below_.get());
    BIO_set_init(bio, 1);
    SSL_set_bio(ssl_.get(), bio, bio);
}

TlsStream::~TlsStream() = default;

Task<Result<bool>> TlsStream::wait_after(int code) {
    switch (SSL_get_error(ssl_.get(), code)) {
        case SSL_ERROR_WANT_READ: {
            auto ready = co_await below_->wait(TcpStream::Direction::read);
            if (!ready) co_return ready.error();
            co_return true;
        }
        case SSL_ERROR_WANT_WRITE: {
            auto ready = co_await below_->wait(TcpStream::Direction::write);
            if (!ready) co_return ready.error();
            co_return true;
        }
        case SSL_ERROR_ZERO_RETURN:
            co_return false;
        default:
            co_return Error(Errc::unavailable, "TLS: " + failure_text(ssl_.get()));
    }
}

Task<Result<void>> TlsStream::handshake() {
    // OpenSSL takes tens of kilobytes for a handshake that begins: not for a client that says nothing.
    if (SSL_is_server(ssl_.get()) != 0) {
        auto ready = co_await below_->wait(TcpStream::Direction::read);
        if (!ready) co_return ready.error();
    }
    while (true) {
        ERR_clear_error();
        const int code = SSL_do_handshake(ssl_.get());
        if (code == 1) co_return Result<void>{};
        auto again = co_await wait_after(code);
        if (!again) co_return again.error();
        if (!*again) co_return Error(Errc::unavailable, "TLS: the peer closed the connection");
    }
}

Task<Result<std::size_t>> TlsStream::read_some(std::span<char> buffer) {
    while (true) {
        if (gate_.reads_ended) co_return Error(Errc::cancelled, "the connection was ended by this side");
        ERR_clear_error();
        std::size_t done = 0;
        const int code = SSL_read_ex(ssl_.get(), buffer.data(), buffer.size(), &done);
        if (code == 1) {
            co_await below_->yield_sometimes();
            co_return done;
        }
        auto again = co_await wait_after(code);
        if (!again) co_return again.error();
        if (!*again) co_return std::size_t{0};
    }
}

Task<Result<void>> TlsStream::write(std::string_view data) {
    while (!data.empty()) {
        if (gate_.writes_ended) co_return Error(Errc::cancelled, "the connection was ended by this side");
        ERR_clear_error();
        std::size_t done = 0;
        const int code = SSL_write_ex(ssl_.get(), data.data(), data.size(), &done);
        if (code == 1) {
            data.remove_prefix(done);
            continue;
        }
        auto again = co_await wait_after(code);
        if (!again) co_return again.error();
        if (!*again) co_return Error(Errc::unavailable, "TLS: the peer closed the connection");
    }
    co_await below_->yield_sometimes();
    co_return Result<void>{};
}

Task<Result<void>> TlsStream::wait_readable() {
    if (SSL_pending(ssl_.get()) > 0) co_return Result<void>{};
    auto ready = co_await below_->wait(TcpStream::Direction::read);
    co_return ready;
}

Task<Result<void>> TlsStream::flush() {
    co_return Result<void>{};
}

Task<void> TlsStream::shutdown() {
    ERR_clear_error();
    // Only queues close_notify: a peer that does not read must not keep us.
    if (SSL_is_init_finished(ssl_.get()) != 0) SSL_shutdown(ssl_.get());
    co_await below_->shutdown();
}

void TlsStream::release_memory() {
    SSL_free_buffers(ssl_.get());
}

namespace {

/// tls-unique (RFC 5929 section 3): the first Finished message of the handshake, which is the server's if a session was
/// resumed. Unique only with an extended master secret (RFC 7627).
std::string first_finished(SSL* ssl) {
    const bool servers = SSL_session_reused(ssl) == 1;
    const bool ours = servers == (SSL_is_server(ssl) == 1);
    std::string out(EVP_MAX_MD_SIZE, '\0');
    out.resize(ours ? SSL_get_finished(ssl, out.data(), out.size())
                    : SSL_get_peer_finished(ssl, out.data(), out.size()));
    return out;
}

}  // namespace

TlsInfo describe_tls(SSL* ssl) {
    TlsInfo out;
    out.protocol = SSL_get_version(ssl);
    out.cipher = SSL_get_cipher_name(ssl);
    if (const char* name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name)) out.server_name = name;
    // tls-exporter (RFC 9266): 32 octets under this label with an empty context.
    if (SSL_version(ssl) >= TLS1_3_VERSION) {
        static constexpr std::string_view label = "EXPORTER-Channel-Binding";
        out.channel_binding.resize(32);
        const int made =
            SSL_export_keying_material(ssl, reinterpret_cast<unsigned char*>(out.channel_binding.data()), 32,
                                       label.data(), label.size(), nullptr, 0, 1);
        if (made != 1) out.channel_binding.clear();
    } else if (SSL_get_extms_support(ssl) == 1) {
        out.channel_binding = first_finished(ssl);
    }
    return out;
}

}  // namespace postern::net
