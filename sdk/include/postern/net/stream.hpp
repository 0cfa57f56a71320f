#pragma once
// Byte streams and the layers on them (TLS, DEFLATE). See design 5: an idle connection keeps no buffers.
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "postern/plugin/registry.hpp"
#include "postern/result.hpp"
#include "postern/runtime/runtime.hpp"

namespace postern {

/// One layer of a connection. One reader and one writer at a time; both on the connection's core.
class POSTERN_SDK Stream {
public:
    virtual ~Stream();

    /// At least one octet, or 0 at the end of the stream. Errc::cancelled after Connection::cancel or the watchdog.
    virtual Task<Result<std::size_t>> read_some(std::span<char> buffer) = 0;
    /// All of `data`, which must stay valid until it answers.
    virtual Task<Result<void>> write(std::string_view data) = 0;
    /// Suspends until read_some would not block, holding as little memory as it can (IDLE).
    virtual Task<Result<void>> wait_readable() = 0;
    /// Pushes out what the layer buffers (DEFLATE's sync flush); nothing on others.
    virtual Task<Result<void>> flush() = 0;
    /// Says goodbye (TLS close_notify, FIN) without waiting for the peer.
    virtual Task<void> shutdown() = 0;
    /// Frees what can be rebuilt; called before a long wait.
    virtual void release_memory() = 0;
};

/// Facts about the TLS layer of a connection.
struct TlsInfo {
    std::string protocol;  ///< "TLSv1.3"
    std::string cipher;
    std::string server_name;      ///< SNI, if sent
    std::string peer_subject;     ///< whom the peer's verified certificate names, "" if none
    std::string channel_binding;  ///< tls-exporter (RFC 9266); before TLS 1.3 tls-unique (RFC 5929)
};

/// Which side of TLS a connection plays, and how strictly.
struct TlsClientOptions {
    std::string server_name{};  ///< for SNI and verification
    bool verify = true;         ///< chain and name; false only if an operator pinned or allowed it by name
    std::string pinned_spki_sha256{};  ///< base64; if set, this key and no other is accepted
    std::string ca_file{};             ///< PEM; if set, these authorities are trusted and no others
};

/// A client connection of a protocol, or one made by a connector. Owned by the coroutine that serves it.
class POSTERN_SDK Connection {
public:
    virtual ~Connection();

    /// The topmost layer. The reference changes when a layer is pushed.
    virtual Stream& stream() = 0;
    /// Replaces the top layer by `make(old top)`: X5. Nothing may be buffered above it; the caller checks.
    virtual void push_layer(std::unique_ptr<Stream> (*make)(std::unique_ptr<Stream> below, void* context),
                            void* context) = 0;

    /// STARTTLS, server side. The caller has sent its reply and must have discarded everything received before
    /// (injected plaintext). Errc::unsupported if the listener has no certificate.
    virtual Task<Result<void>> start_tls_server() = 0;
    /// STLS/STARTTLS or implicit TLS, client side.
    virtual Task<Result<void>> start_tls_client(TlsClientOptions options) = 0;
    /// Null while plain.
    virtual const TlsInfo* tls() const = 0;
    /// True if the listener could do STARTTLS now.
    virtual bool can_start_tls() const = 0;

    virtual const std::string& peer_address() const = 0;  ///< "192.0.2.1"
    virtual std::uint16_t peer_port() const = 0;
    virtual bool peer_is_loopback() const = 0;
    virtual const std::string& local_address() const = 0;
    virtual std::uint16_t local_port() const = 0;
    /// True if passwords may be sent now: TLS is on, or the peer is on loopback.
    bool is_private() const { return tls() != nullptr || peer_is_loopback(); }

    /// Re-arms the watchdog: when it fires, what is pending and later reads answer Errc::cancelled; if no write was
    /// pending, writes work for two seconds more, so that the protocol can say goodbye. Coarse (about a second). Cheap
    /// enough to call for every command.
    virtual void set_deadline(std::chrono::seconds from_now) = 0;
    virtual bool deadline_passed() const = 0;
    /// The same as if the watchdog fired now. Same core only. (When the server stops, reads end like this, but a write
    /// under way may go on for three seconds, so that no response is cut in the middle.)
    virtual void cancel() = 0;
    /// Moves the socket to another core. No I/O may be pending; the caller continues there in a new coroutine.
    virtual Result<void> move_to(Executor executor) = 0;
    virtual Executor executor() const = 0;
};

/// Makes outgoing connections (connectors, submission). Provided by the kernel.
class POSTERN_SDK Dialer {
public:
    static constexpr InterfaceId interface_id{"postern.net.dialer", 1, 0};
    virtual ~Dialer();
    struct Target {
        std::string host;
        std::uint16_t port = 0;
        std::chrono::seconds connect_timeout{30};
    };
    /// Resolves (off the core's thread) and connects on the caller's executor; tries every address in turn.
    virtual Task<Result<std::unique_ptr<Connection>>> dial(Target target) = 0;
};

}  // namespace postern
