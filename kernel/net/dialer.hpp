#pragma once
// Outgoing connections: names are resolved on threads of their own, addresses are tried in turn.
#include <vector>

#include "kernel/net/connection.hpp"
#include "kernel/runtime/lane_pool.hpp"
#include "postern/net/stream.hpp"

namespace postern::net {

class DialerImpl final : public Dialer {
public:
    DialerImpl();
    ~DialerImpl() override;

    Task<Result<std::unique_ptr<Connection>>> dial(Target target) override;

private:
    using Addresses = std::vector<boost::asio::ip::tcp::endpoint>;

    Task<Result<Addresses>> resolve(std::string host, std::uint16_t port, std::chrono::seconds timeout);
    Task<Result<std::unique_ptr<Connection>>> connect(boost::asio::ip::tcp::endpoint endpoint,
                                                      std::chrono::seconds timeout);

    TlsClientContext tls_;
    ConnectionServices services_;
    runtime::LanePool resolvers_;
    std::atomic<std::uint64_t> next_query_{0};
};

}  // namespace postern::net
