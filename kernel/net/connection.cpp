#include "kernel/net/connection.hpp"

#include <boost/asio/post.hpp>

#include "kernel/net/endpoint.hpp"

namespace postern::net {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;

namespace {

/// How long a goodbye may take.
constexpr std::chrono::seconds goodbye_time{2};
/// How long a response under way may take when the server stops.
constexpr std::chrono::seconds stop_time{3};

/// "192.0.2.1" for an IPv4 peer of an IPv6 socket too.
std::string plain_address(const asio::ip::address& address) {
    if (address.is_v6() && address.to_v6().is_v4_mapped()) {
        return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()).to_string();
    }
    return address.to_string();
}

}  // namespace

ConnectionImpl::ConnectionImpl(tcp::socket socket, const ConnectionServices& services,
                               std::function<void()> on_close)
    : services_(services), on_close_(std::move(on_close)), core_(&NetCore::of(socket.get_executor())) {
    auto bottom = std::make_unique<TcpStream>(std::move(socket), gate_);
    tcp_ = bottom.get();
    top_ = std::move(bottom);
    read_addresses();
    core_->add(*this);
}

ConnectionImpl::~ConnectionImpl() {
    if (on_close_) on_close_();
}

void ConnectionImpl::read_addresses() {
    boost::system::error_code error;
    const auto peer = tcp_->socket().remote_endpoint(error);
    if (error) return;
    peer_address_ = plain_address(peer.address());
    peer_port_ = peer.port();
    peer_is_loopback_ = is_loopback_address(peer_address_);
    const auto local = tcp_->socket().local_endpoint(error);
    if (error) return;
    local_address_ = plain_address(local.address());
    local_port_ = local.port();
}

void ConnectionImpl::push_layer(std::unique_ptr<Stream> (*make)(std::unique_ptr<Stream> below, void* context),
                                void* context) {
    top_ = make(std::move(top_), context);
}

bool ConnectionImpl::can_start_tls() const {
    return services_.starttls && services_.tls_server != nullptr && top_.get() == tcp_;
}

std::unique_ptr<TcpStream> ConnectionImpl::take_plain() {
    top_.release();
    return std::unique_ptr<TcpStream>(tcp_);
}

Task<Result<void>> ConnectionImpl::start_tls(SslPtr ssl) {
    auto layer = std::make_unique<TlsStream>(take_plain(), std::move(ssl), gate_);
    auto* tls = layer.get();
    top_ = std::move(layer);
    auto shaken = co_await tls->handshake();
    if (!shaken) co_return shaken.error();
    tls_info_ = std::make_unique<TlsInfo>(describe_tls(tls->ssl()));
    co_return Result<void>{};
}

Task<Result<void>> ConnectionImpl::start_tls_server() {
    if (services_.tls_server == nullptr) co_return Error(Errc::unsupported, "this server has no certificate");
    if (top_.get() != tcp_)
        co_return Error(Errc::unsupported, "TLS can only be started on a plain connection");
    auto ssl = services_.tls_server->new_session(services_.alpn);
    if (services_.clients != nullptr) services_.clients->ask(ssl.get());
    auto* session = ssl.get();
    auto started = co_await start_tls(std::move(ssl));
    if (started && services_.clients != nullptr)
        tls_info_->peer_subject = services_.clients->name_of(session);
    co_return started;
}

Task<Result<void>> ConnectionImpl::start_tls_client(TlsClientOptions options) {
    if (services_.tls_client == nullptr) co_return Error(Errc::unsupported, "this is no outgoing connection");
    if (top_.get() != tcp_)
        co_return Error(Errc::unsupported, "TLS can only be started on a plain connection");
    auto ssl = services_.tls_client->new_session(options);
    if (!ssl) co_return ssl.error();
    auto* session = ssl->get();
    auto started = co_await start_tls(std::move(*ssl));
    if (!started) co_return started.error();
    auto pinned = TlsClientContext::check_pin(session, options);
    co_return pinned;
}

void ConnectionImpl::set_deadline(std::chrono::seconds from_now) {
    gate_.join(executor());
    // Once reads have ended the goodbye's own limit counts.
    if (!gate_.reads_ended) core_->arm(*this, from_now);
}

void ConnectionImpl::end_reads(std::chrono::seconds writes_for) {
    gate_.reads_ended = true;
    core_->arm(*this, writes_for);
    tcp_->wake();
}

void ConnectionImpl::cancel() {
    gate_.join(executor());
    if (gate_.reads_ended) return;
    if (gate_.write_waits) gate_.writes_ended = true;
    end_reads(goodbye_time);
}

void ConnectionImpl::on_deadline() {
    if (gate_.reads_ended) {
        gate_.writes_ended = true;
        tcp_->wake();
        return;
    }
    deadline_passed_ = true;
    cancel();
}

void ConnectionImpl::on_stop() {
    if (!gate_.reads_ended) end_reads(stop_time);
}

Result<void> ConnectionImpl::move_to(Executor executor) {
    auto moved = tcp_->move_to(executor);
    if (!moved) return moved;
    NetCore::remove(*this);
    core_ = &NetCore::of(executor);
    gate_.moved = this;
    return {};
}

}  // namespace postern::net
