#include "tests/support/http_peer.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <exception>

namespace postern::test {

namespace asio = boost::asio;
using asio::ip::tcp;

struct HttpPeer::State {
    explicit State(const asio::any_io_executor& executor)
        : acceptor(executor, tcp::endpoint(asio::ip::make_address("127.0.0.1"), 0)) {}
    tcp::acceptor acceptor;
    Answer answer;
    std::vector<HttpQuestion> questions;
    std::vector<std::shared_ptr<tcp::socket>> silent;  ///< kept open
};

namespace {

constexpr auto awaited = asio::as_tuple(asio::use_awaitable);

void report(std::exception_ptr error) {
    if (error) std::rethrow_exception(error);
}

std::size_t length_of(const std::string& head) {
    const auto at = head.find("Content-Length: ");
    return at == std::string::npos ? 0 : std::stoul(head.substr(at + 16));
}

Task<void> serve(std::shared_ptr<HttpPeer::State> state, std::shared_ptr<tcp::socket> socket) {
    std::string data;
    auto buffer = asio::dynamic_buffer(data);
    auto read = co_await asio::async_read_until(*socket, buffer, "\r\n\r\n", awaited);
    if (std::get<0>(read)) co_return;
    const std::size_t head = std::get<1>(read);
    HttpQuestion question;
    question.line = data.substr(0, data.find("\r\n"));
    question.head = data.substr(0, head);
    const std::size_t whole = head + length_of(question.head);
    while (data.size() < whole) {
        std::string more(whole - data.size(), '\0');
        auto got = co_await socket->async_read_some(asio::buffer(more), awaited);
        if (std::get<0>(got)) co_return;
        data.append(more, 0, std::get<1>(got));
    }
    question.form = http::form_decode(std::string_view(data).substr(head));
    state->questions.push_back(question);
    const std::string text = state->answer(question);
    if (text.empty()) {
        state->silent.push_back(socket);
        co_return;
    }
    auto written = co_await asio::async_write(*socket, asio::buffer(text), awaited);
    static_cast<void>(written);
}

Task<void> accept_all(std::shared_ptr<HttpPeer::State> state) {
    while (true) {
        auto accepted = co_await state->acceptor.async_accept(awaited);
        if (std::get<0>(accepted)) co_return;
        auto socket = std::make_shared<tcp::socket>(std::move(std::get<1>(accepted)));
        asio::co_spawn(state->acceptor.get_executor(), serve(state, std::move(socket)), report);
    }
}

}  // namespace

HttpPeer::HttpPeer(const asio::any_io_executor& executor, Answer answer)
    : state_(std::make_shared<State>(executor)) {
    state_->answer = std::move(answer);
    asio::co_spawn(executor, accept_all(state_), report);
}

HttpPeer::~HttpPeer() {
    boost::system::error_code ignored;
    state_->acceptor.close(ignored);
    state_->silent.clear();
}

std::uint16_t HttpPeer::port() const {
    return state_->acceptor.local_endpoint().port();
}

std::string HttpPeer::url(const std::string& path) const {
    return "http://127.0.0.1:" + std::to_string(port()) + path;
}

const std::vector<HttpQuestion>& HttpPeer::questions() const {
    return state_->questions;
}

std::string json_answer(const std::string& body, const std::string& status, const std::string& fields) {
    return "HTTP/1.1 " + status + "\r\nContent-Type: application/json\r\n" + fields +
           "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

}  // namespace postern::test
