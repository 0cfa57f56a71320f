#pragma once
// The kernel's Connection: a socket, the layers pushed on it, a watchdog, and a place in its core's list.
#include <functional>

#include "kernel/net/client_certificates.hpp"
#include "kernel/net/net_core.hpp"
#include "kernel/net/tcp_stream.hpp"
#include "kernel/net/tls_context.hpp"
#include "kernel/net/tls_stream.hpp"

namespace postern::net {

/// What a connection may use and does not own. Outlives it.
struct ConnectionServices {
    const TlsServerContext* tls_server = nullptr;  ///< null: no certificate
    const TlsClientContext* tls_client = nullptr;
    const ClientCertificates* clients = nullptr;  ///< null: clients are not asked for certificates
    std::string alpn;                             ///< of the listener's protocol
    bool starttls = false;                        ///< the listener allows STARTTLS
};

class ConnectionImpl final : public Connection, public Watched {
public:
    /// `on_close` runs in the destructor (limits). On the socket's core.
    ConnectionImpl(boost::asio::ip::tcp::socket socket, const ConnectionServices& services,
                   std::function<void()> on_close = nullptr);
    ~ConnectionImpl() override;

    Stream& stream() override { return *top_; }
    void push_layer(std::unique_ptr<Stream> (*make)(std::unique_ptr<Stream> below, void* context),
                    void* context) override;
    Task<Result<void>> start_tls_server() override;
    Task<Result<void>> start_tls_client(TlsClientOptions options) override;
    const TlsInfo* tls() const override { return tls_info_.get(); }
    bool can_start_tls() const override;
    const std::string& peer_address() const override { return peer_address_; }
    std::uint16_t peer_port() const override { return peer_port_; }
    bool peer_is_loopback() const override { return peer_is_loopback_; }
    const std::string& local_address() const override { return local_address_; }
    std::uint16_t local_port() const override { return local_port_; }
    void set_deadline(std::chrono::seconds from_now) override;
    bool deadline_passed() const override { return deadline_passed_; }
    void cancel() override;
    Result<void> move_to(Executor executor) override;
    Executor executor() const override { return tcp_->socket().get_executor(); }

    void on_deadline() override;
    void on_stop() override;

    /// The bottom layer, for those who make connections.
    TcpStream& tcp() { return *tcp_; }
    /// Fills in the addresses, once the socket is connected.
    void read_addresses();

private:
    class Entry;

    Task<Result<void>> start_tls(SslPtr ssl);
    /// Takes the lower layer out of top_, which must be the plain socket.
    std::unique_ptr<TcpStream> take_plain();
    void end_reads(std::chrono::seconds writes_for);

    const ConnectionServices& services_;
    IoGate gate_;
    std::unique_ptr<Stream> top_;
    TcpStream* tcp_;  ///< at the bottom of top_
    std::unique_ptr<TlsInfo> tls_info_;
    std::function<void()> on_close_;
    std::string peer_address_;
    std::string local_address_;
    std::uint16_t peer_port_ = 0;
    std::uint16_t local_port_ = 0;
    bool peer_is_loopback_ = false;
    bool deadline_passed_ = false;
    NetCore* core_;
};

}  // namespace postern::net
