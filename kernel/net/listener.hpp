#pragma once
// One listening socket: accepts, spreads connections over the cores, does implicit TLS, hands over to the protocol.
#include <boost/asio/ip/tcp.hpp>
#include <memory>

#include "kernel/config/server_config.hpp"
#include "kernel/net/connection.hpp"
#include "kernel/net/connection_limits.hpp"
#include "postern/net/protocol.hpp"
#include "postern/runtime/log.hpp"
#include "postern/runtime/runtime.hpp"

namespace postern::net {

class Listener {
public:
    /// `protocol`, `tls` (null: no certificate) and `limits` outlive it; so does everything in `runtime`.
    Listener(const config::ListenerEntry& entry, Protocol& protocol, const TlsServerContext* tls,
             std::shared_ptr<ConnectionLimits> limits, Runtime& runtime, Logger& log);
    ~Listener();

    /// Binds and listens. The error names the address and what is wrong. Before privileges are dropped.
    Result<void> open();
    /// Accepts from now on.
    void start();
    /// Accepts no more; connections that are there go on. Any thread; returns when it is done.
    void stop();

    /// With the port that was chosen if the configuration said 0.
    Endpoint local_endpoint() const;
    const ListenerInfo& info() const { return info_; }

private:
    Task<void> accept_loop();
    void admit(boost::asio::ip::tcp::socket socket, const Executor& executor);
    void refuse(boost::asio::ip::tcp::socket& socket, std::string_view reason) const;
    Task<void> serve(boost::asio::ip::tcp::socket socket, std::function<void()> release);
    Task<void> out_of_descriptors(boost::system::error_code error);
    void open_spare();

    ListenerInfo info_;
    Endpoint endpoint_;
    std::size_t max_connections_;
    std::atomic<std::size_t> connections_{0};
    Protocol& protocol_;
    std::shared_ptr<const ClientCertificates> clients_;
    ConnectionServices services_;
    std::shared_ptr<ConnectionLimits> limits_;
    Runtime& runtime_;
    Logger& log_;
    Executor core_;
    boost::asio::ip::tcp::acceptor acceptor_;
    bool started_ = false;
    std::size_t next_core_ = 0;
    int spare_ = -1;  ///< a descriptor kept back for the moment when there are none
    std::chrono::steady_clock::time_point last_complaint_;
};

}  // namespace postern::net
