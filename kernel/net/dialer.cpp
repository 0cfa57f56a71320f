#include "kernel/net/dialer.hpp"

#include <netdb.h>
#include <sys/socket.h>

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <cstring>

#include "postern/runtime/event.hpp"

namespace postern::net {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;

namespace {

/// While other addresses are left, one that does not answer gets no more than this.
constexpr std::chrono::seconds attempt_time{4};
constexpr std::size_t resolver_threads = 4;
constexpr std::size_t max_queries = 1000;

/// A query under way. Shared by the waiting coroutine and the resolver's thread; `addresses` and `error` are written
/// on the coroutine's core.
struct Query {
    explicit Query(const Executor& executor) : done(executor) {}
    std::vector<tcp::endpoint> addresses;
    std::string error;
    Event done;
};

/// Blocking. Keeps the order of getaddrinfo (RFC 6724).
std::string look_up(const std::string& host, std::uint16_t port, std::vector<tcp::endpoint>& out) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_ADDRCONFIG | AI_NUMERICSERV;
    addrinfo* list = nullptr;
    const std::string service = std::to_string(port);
    int code = getaddrinfo(host.c_str(), service.c_str(), &hints, &list);
    if (code == EAI_NONAME || code == EAI_ADDRFAMILY) {
        // AI_ADDRCONFIG hides loopback addresses on a machine that has nothing else.
        hints.ai_flags = AI_NUMERICSERV;
        code = getaddrinfo(host.c_str(), service.c_str(), &hints, &list);
    }
    if (code != 0) return gai_strerror(code);
    for (const auto* entry = list; entry != nullptr; entry = entry->ai_next) {
        tcp::endpoint endpoint;
        if (entry->ai_addrlen > endpoint.capacity()) continue;
        std::memcpy(endpoint.data(), entry->ai_addr, entry->ai_addrlen);
        endpoint.resize(entry->ai_addrlen);
        out.push_back(endpoint);
    }
    freeaddrinfo(list);
    return out.empty() ? "the name has no address" : "";
}

std::string show(const tcp::endpoint& endpoint) {
    const auto address = endpoint.address().to_string();
    return (endpoint.address().is_v6() ? "[" + address + "]" : address) + ":" +
           std::to_string(endpoint.port());
}

}  // namespace

DialerImpl::DialerImpl() : resolvers_("resolve", resolver_threads, max_queries) {
    services_.tls_client = &tls_;
}

DialerImpl::~DialerImpl() = default;

Task<Result<DialerImpl::Addresses>> DialerImpl::resolve(std::string host, std::uint16_t port,
                                                        std::chrono::seconds timeout) {
    const Executor executor = co_await asio::this_coro::executor;
    boost::system::error_code not_numeric;
    const auto numeric = asio::ip::make_address(host, not_numeric);
    if (!not_numeric) co_return Addresses{tcp::endpoint(numeric, port)};
    auto query = std::make_shared<Query>(executor);
    const bool queued = resolvers_.post(next_query_++, [query, host, port, executor] {
        std::vector<tcp::endpoint> addresses;
        std::string error = look_up(host, port, addresses);
        asio::post(executor, [query, addresses = std::move(addresses), error = std::move(error)]() mutable {
            query->addresses = std::move(addresses);
            query->error = std::move(error);
            query->done.notify();
        });
    });
    if (!queued) co_return Error(Errc::temporary, "too many names are being resolved");
    const bool answered = co_await query->done.wait(timeout);
    if (!answered) co_return Error(Errc::unavailable, "the name " + host + " could not be resolved in time");
    if (!query->error.empty()) {
        co_return Error(Errc::unavailable, "the name " + host + " cannot be resolved: " + query->error);
    }
    co_return std::move(query->addresses);
}

Task<Result<std::unique_ptr<Connection>>> DialerImpl::connect(tcp::endpoint endpoint,
                                                              std::chrono::seconds timeout) {
    const Executor executor = co_await asio::this_coro::executor;
    tcp::socket socket(executor);
    auto connection = std::make_unique<ConnectionImpl>(std::move(socket), services_);
    auto started = connection->tcp().start_connect(endpoint);
    if (!started) co_return started.error();
    connection->set_deadline(timeout);
    auto ready = co_await connection->tcp().wait(TcpStream::Direction::write);
    if (!ready && connection->deadline_passed()) co_return Error(Errc::unavailable, "no answer");
    if (!ready) co_return ready.error();
    auto connected = connection->tcp().connect_result();
    if (!connected) co_return connected.error();
    connection->read_addresses();
    co_return std::unique_ptr<Connection>(std::move(connection));
}

Task<Result<std::unique_ptr<Connection>>> DialerImpl::dial(Target target) {
    using std::chrono::seconds;
    using std::chrono::steady_clock;
    const auto deadline = steady_clock::now() + target.connect_timeout;
    auto resolved = co_await resolve(target.host, target.port, target.connect_timeout);
    if (!resolved) co_return resolved.error();
    const Addresses addresses = std::move(*resolved);
    Error last(Errc::unavailable, "no address");
    for (std::size_t i = 0; i < addresses.size(); ++i) {
        const auto left = std::chrono::ceil<seconds>(deadline - steady_clock::now());
        if (left <= seconds(0)) break;
        const bool is_last = i + 1 == addresses.size();
        const auto patience = is_last ? left : std::min(left, attempt_time);
        auto connection = co_await connect(addresses[i], patience);
        if (connection) co_return connection;
        if (connection.error().code == Errc::cancelled) co_return connection.error();
        last = Error(Errc::unavailable, "cannot connect to " + target.host + " (" + show(addresses[i]) +
                                            "): " + connection.error().text);
    }
    co_return last;
}

}  // namespace postern::net
