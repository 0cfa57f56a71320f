#pragma once
// Where a browser is sent to with an authorization code: a listener on loopback (RFC 8252 section 7.3).
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <optional>
#include <string>

namespace posternctl {

class Redirection {
public:
    explicit Redirection(boost::asio::io_context& loop);

    /// "http://127.0.0.1:PORT/"
    std::string address() const;
    /// Blocks until the browser comes with a state or, where there is one, its address is pasted into the terminal. Answers
    /// path and query.
    std::string wait();

private:
    boost::asio::io_context& loop_;
    boost::asio::ip::tcp::acceptor acceptor_;
};

}  // namespace posternctl
