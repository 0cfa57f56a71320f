#pragma once
// TLS settings and certificates: one context for the server side, replaced as a whole when certificates are reloaded,
// and one for the client side.
#include <memory>
#include <mutex>
#include <string>

#include "postern/net/stream.hpp"
#include "postern/result.hpp"

using SSL_CTX = struct ssl_ctx_st;
using SSL = struct ssl_st;

namespace postern::net {

struct SslFree {
    void operator()(SSL* ssl) const;
};
using SslPtr = std::unique_ptr<SSL, SslFree>;

/// Text of OpenSSL's error queue, which it empties; `fallback` if there is none.
std::string tls_error_text(std::string_view fallback);

/// The server's side. Thread-safe: reload() while connections are made.
class TlsServerContext {
public:
    /// Reads the files (PEM). The error says which file and why.
    static Result<std::unique_ptr<TlsServerContext>> load(const std::string& certificate,
                                                          const std::string& key);

    /// Reads the files again. On an error the present certificate stays in use.
    Result<void> reload();
    /// A session for one connection. `alpn` is the protocol's ALPN name ("imap"): a client that offers names but not
    /// this one is refused, so that a browser cannot be led to speak to a mail server (ALPACA). Must outlive it.
    SslPtr new_session(const std::string& alpn) const;
    /// tls-server-end-point (RFC 5929 section 4): the certificate's digest; "" if its signature has no hash of its own
    /// (Ed25519).
    std::string end_point() const;

private:
    TlsServerContext() = default;

    std::string certificate_;
    std::string key_;
    mutable std::mutex mutex_;
    std::shared_ptr<SSL_CTX> context_;
};

/// The client's side: the system's authorities ($SSL_CERT_FILE and $SSL_CERT_DIR are honoured).
class TlsClientContext {
public:
    TlsClientContext();
    /// A session for one connection, with name and verification as `options` say.
    Result<SslPtr> new_session(const TlsClientOptions& options) const;
    /// After the handshake: whether the key is the pinned one.
    static Result<void> check_pin(SSL* ssl, const TlsClientOptions& options);

private:
    std::shared_ptr<SSL_CTX> context_;
};

}  // namespace postern::net
