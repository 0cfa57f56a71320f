#pragma once
// An HTTP server on loopback whose answers are in the test's hand; it lives on the test's own loop.
#include <boost/asio/ip/tcp.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "postern/net/http_client.hpp"

namespace postern::test {

/// One request as it came.
struct HttpQuestion {
    std::string line;  ///< "POST /token HTTP/1.1"
    std::string head;  ///< the fields, as received
    http::Fields form;
};

class HttpPeer {
public:
    /// The octets of an answer; after them the connection is closed. "" keeps it open and silent.
    using Answer = std::function<std::string(const HttpQuestion&)>;

    HttpPeer(const boost::asio::any_io_executor& executor, Answer answer);
    ~HttpPeer();
    HttpPeer(const HttpPeer&) = delete;
    HttpPeer& operator=(const HttpPeer&) = delete;

    std::uint16_t port() const;
    /// "http://127.0.0.1:PORT/PATH"
    std::string url(const std::string& path) const;
    const std::vector<HttpQuestion>& questions() const;

    struct State;

private:
    std::shared_ptr<State> state_;
};

/// A whole response with a body of JSON.
std::string json_answer(const std::string& body, const std::string& status = "200 OK",
                        const std::string& fields = "");

}  // namespace postern::test
