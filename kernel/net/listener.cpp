#include "kernel/net/listener.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <cstring>
#include <future>

#include "kernel/plugin/guard.hpp"

namespace postern::net {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;

namespace {

/// Until the protocol sets its own: TLS handshakes and silent clients end here.
constexpr std::chrono::seconds first_deadline{60};
/// Rests after accept() failed for want of something.
constexpr std::chrono::milliseconds accept_pause{100};

bool lacks_descriptors(const boost::system::error_code& error) {
    return error == asio::error::no_descriptors || error.value() == ENFILE;
}

}  // namespace

Listener::Listener(const config::ListenerEntry& entry, Protocol& protocol, const TlsServerContext* tls,
                   std::shared_ptr<ConnectionLimits> limits, Runtime& runtime, Logger& log)
    : info_(entry.info),
      endpoint_(entry.endpoint),
      max_connections_(entry.max_connections),
      protocol_(protocol),
      clients_(entry.clients),
      limits_(std::move(limits)),
      runtime_(runtime),
      log_(log),
      core_(runtime.core(0)),
      acceptor_(core_) {
    services_.tls_server = info_.tls == ListenerInfo::Tls::none ? nullptr : tls;
    services_.alpn = info_.protocol;
    services_.starttls = info_.tls == ListenerInfo::Tls::starttls;
    services_.clients = clients_.get();
}

Listener::~Listener() {
    if (spare_ >= 0) ::close(spare_);
}

Result<void> Listener::open() {
    const tcp::endpoint endpoint(asio::ip::make_address(endpoint_.address), endpoint_.port);
    boost::system::error_code error;
    acceptor_.open(endpoint.protocol(), error);
    if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
    // "[::]" means both families; a listener of "0.0.0.0" beside it would clash, which bind() tells.
    if (!error && endpoint.protocol() == tcp::v6()) acceptor_.set_option(asio::ip::v6_only(false), error);
    if (!error) acceptor_.bind(endpoint, error);
    if (!error) acceptor_.listen(SOMAXCONN, error);
    if (error) {
        return Error(Errc::unavailable, "cannot listen on " + endpoint_.to_string() + " for " +
                                            info_.protocol + ": " + std::strerror(error.value()));
    }
    endpoint_.port = acceptor_.local_endpoint().port();
    info_.address = endpoint_.to_string();
    open_spare();
    return {};
}

Endpoint Listener::local_endpoint() const {
    return endpoint_;
}

void Listener::start() {
    started_ = true;
    runtime_.spawn(core_, "listener " + info_.address, accept_loop());
}

void Listener::stop() {
    // Before the start nothing runs on the core, perhaps not even its thread.
    if (!started_) return;
    std::promise<void> done;
    asio::post(core_, [this, &done] {
        boost::system::error_code ignored;
        acceptor_.close(ignored);
        done.set_value();
    });
    done.get_future().wait();
}

void Listener::open_spare() {
    if (spare_ < 0) spare_ = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
}

Task<void> Listener::accept_loop() {
    while (acceptor_.is_open()) {
        const Executor executor = runtime_.core(next_core_++ % runtime_.core_count());
        auto accepted = co_await acceptor_.async_accept(executor, asio::as_tuple(asio::use_awaitable));
        const boost::system::error_code error = std::get<0>(accepted);
        if (!error) {
            admit(std::move(std::get<1>(accepted)), executor);
        } else if (lacks_descriptors(error)) {
            co_await out_of_descriptors(error);
        } else if (error == asio::error::operation_aborted) {
            co_return;
        } else {
            // A client that gave up already, or the network: neither is a reason to stop.
            log_.debug("accept failed", {{"address", info_.address}, {"error", error.message()}});
            auto rested = co_await sleep_for(accept_pause);
            if (!rested) co_return;
        }
    }
}

Task<void> Listener::out_of_descriptors(boost::system::error_code error) {
    const auto now = std::chrono::steady_clock::now();
    if (now - last_complaint_ > std::chrono::seconds(60)) {
        last_complaint_ = now;
        log_.error("out of file descriptors: raise the limit (LimitNOFILE)",
                   {{"address", info_.address}, {"error", error.message()}});
    }
    // The client that waits in the queue is told, with the descriptor kept back for it.
    if (spare_ >= 0) {
        ::close(spare_);
        spare_ = -1;
        boost::system::error_code ignored;
        tcp::socket client(core_);
        acceptor_.non_blocking(true, ignored);
        acceptor_.accept(client, ignored);
        if (client.is_open()) refuse(client, "the server has too many connections");
    }
    open_spare();
    auto rested = co_await sleep_for(accept_pause);
    static_cast<void>(rested);
}

void Listener::refuse(tcp::socket& socket, std::string_view reason) const {
    // Before TLS no word can be said that the client would understand.
    if (info_.tls != ListenerInfo::Tls::implicit) {
        std::string text;
        const auto fault = plugin::guarded([&] { text = protocol_.refusal(reason); });
        if (!fault.empty())
            log_.error("a protocol threw an exception", {{"protocol", info_.protocol}, {"what", fault}});
        const auto sent = send(socket.native_handle(), text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        static_cast<void>(sent);  // whoever does not take it learns from the closed connection
    }
    boost::system::error_code ignored;
    socket.shutdown(tcp::socket::shutdown_send, ignored);
}

void Listener::admit(tcp::socket socket, const Executor& executor) {
    boost::system::error_code error;
    const auto peer = socket.remote_endpoint(error);
    if (error) return;  // gone already
    const auto address = peer.address();
    const std::string text = address.to_string();
    std::function<void()> release;
    std::string reason;
    if (max_connections_ != 0 && connections_ >= max_connections_) {
        reason = "too many connections";
    } else {
        reason = limits_->admit(text, is_loopback_address(text), release);
    }
    if (!reason.empty()) {
        log_.warning("connection refused", {{"address", info_.address}, {"peer", text}, {"reason", reason}});
        refuse(socket, reason);
        return;
    }
    ++connections_;
    auto leave = [this, release = std::move(release)] {
        --connections_;
        release();
    };
    runtime_.spawn(executor, info_.protocol + " connection", serve(std::move(socket), std::move(leave)));
}

Task<void> Listener::serve(tcp::socket socket, std::function<void()> release) {
    boost::system::error_code ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    socket.set_option(asio::socket_base::keep_alive(true), ignored);
    auto connection = std::make_unique<ConnectionImpl>(std::move(socket), services_, std::move(release));
    connection->set_deadline(first_deadline);
    if (info_.tls == ListenerInfo::Tls::implicit) {
        // A client that says nothing costs no TLS state.
        auto ready = co_await connection->stream().wait_readable();
        if (!ready) co_return;
        auto secured = co_await connection->start_tls_server();
        if (!secured) {
            log_.debug("TLS handshake failed",
                       {{"peer", connection->peer_address()}, {"error", secured.error().text}});
            co_return;
        }
    }
    std::unique_ptr<Connection> served = std::move(connection);
    co_await protocol_.serve(std::move(served), info_);
}

}  // namespace postern::net
