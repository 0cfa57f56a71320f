#include "tools/posternctl/redirection.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <exception>
#include <memory>

namespace posternctl {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

constexpr auto awaited = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t max_request = 16UL << 10;

using Found = std::shared_ptr<std::optional<std::string>>;

void report(std::exception_ptr error) {
    if (error) std::rethrow_exception(error);
}

std::string page(const std::string& status, const std::string& text) {
    return "HTTP/1.1 " + status + "\r\nContent-Type: text/plain\r\nConnection: close\r\nContent-Length: " +
           std::to_string(text.size()) + "\r\n\r\n" + text;
}

/// "GET TARGET HTTP/1.1"
std::string target_of(const std::string& request) {
    const std::string line = request.substr(0, request.find("\r\n"));
    const auto first = line.find(' ');
    const auto last = line.rfind(' ');
    if (!line.starts_with("GET ") || last <= first) return "";
    return line.substr(first + 1, last - first - 1);
}

asio::awaitable<void> serve(tcp::socket socket, Found found) {
    std::string data;
    auto buffer = asio::dynamic_buffer(data, max_request);
    auto read = co_await asio::async_read_until(socket, buffer, "\r\n\r\n", awaited);
    if (std::get<0>(read)) co_return;
    const std::string target = target_of(data);
    // Browsers ask for other things too, such as an icon.
    const bool ours = target.find("state=") != std::string::npos;
    const std::string text = ours ? page("200 OK", "You can close this page and go back to the terminal.\n")
                                  : page("404 Not Found", "Nothing here.\n");
    auto written = co_await asio::async_write(socket, asio::buffer(text), awaited);
    static_cast<void>(written);
    if (ours) *found = target;
}

asio::awaitable<void> accept_all(tcp::acceptor* acceptor, Found found) {
    while (true) {
        auto accepted = co_await acceptor->async_accept(awaited);
        if (std::get<0>(accepted)) co_return;
        tcp::socket socket = std::move(std::get<1>(accepted));
        asio::co_spawn(acceptor->get_executor(), serve(std::move(socket), found), report);
    }
}

asio::awaitable<void> read_lines(std::shared_ptr<asio::posix::stream_descriptor> input, Found found) {
    std::string data;
    auto buffer = asio::dynamic_buffer(data, max_request);
    while (true) {
        auto read = co_await asio::async_read_until(*input, buffer, '\n', awaited);
        if (std::get<0>(read)) co_return;
        const std::string line = data.substr(0, data.find_first_of("\r\n"));
        data.erase(0, std::get<1>(read));
        if (line.find("state=") != std::string::npos) *found = line;
    }
}

/// Something that can be waited for: a terminal or a pipe.
bool input_can_wait() {
    struct stat facts {};
    if (fstat(STDIN_FILENO, &facts) != 0) return false;
    return S_ISFIFO(facts.st_mode) || isatty(STDIN_FILENO) != 0;
}

}  // namespace

Redirection::Redirection(asio::io_context& loop)
    : loop_(loop), acceptor_(loop, tcp::endpoint(asio::ip::make_address("127.0.0.1"), 0)) {}

std::string Redirection::address() const {
    return "http://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port()) + '/';
}

std::string Redirection::wait() {
    const auto found = std::make_shared<std::optional<std::string>>();
    asio::co_spawn(loop_, accept_all(&acceptor_, found), report);
    std::shared_ptr<asio::posix::stream_descriptor> input;
    if (input_can_wait()) {
        input = std::make_shared<asio::posix::stream_descriptor>(loop_, dup(STDIN_FILENO));
        asio::co_spawn(loop_, read_lines(input, found), report);
    }
    loop_.restart();
    while (!*found && loop_.run_one() > 0) {
    }
    boost::system::error_code ignored;
    acceptor_.close(ignored);
    if (input) input->close(ignored);
    loop_.poll();
    return found->value_or("");
}

}  // namespace posternctl
