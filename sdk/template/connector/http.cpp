#include "http.hpp"

#include <string.h>

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include "postern/encoding/base64.hpp"
#include "postern/gateway/line.hpp"
#include "postern/gateway/refusal.hpp"

namespace letterbox {

using namespace postern;
using gateway::Fault;
using gateway::FaultKind;
namespace http = boost::beast::http;
using Parser = http::response_parser<http::string_body>;

namespace {

constexpr std::size_t read_size = 16 * 1024;
/// Of what the parser has not taken: half a header, half a chunk's head.
constexpr std::size_t max_unparsed = 64 * 1024;
constexpr std::uint64_t small_body = 1 << 20;

std::string_view field(const Parser& parser, http::field name) {
    const auto value = parser.get()[name];
    return {value.data(), value.size()};
}

Reply reply_of(Parser& parser) {
    Reply reply;
    reply.status = parser.get().result_int();
    reply.etag = field(parser, http::field::etag);
    // A date is possible here too (RFC 9110 section 10.2.3): then the engine decides when to come again.
    const std::string after(field(parser, http::field::retry_after));
    reply.retry_after = std::chrono::seconds(std::min(86'400, std::max(0, std::atoi(after.c_str()))));
    reply.body = std::move(parser.get().body());
    return reply;
}

}  // namespace

Fault fault_of(const Reply& reply) {
    const std::string text = "the server answers " + std::to_string(reply.status);
    Fault fault(FaultKind::protocol_violation, text);
    if (reply.status == 401 || reply.status == 403) {
        fault.kind = FaultKind::auth_failed;
        fault.definite = reply.status == 401;
    } else if (reply.status == 404 || reply.status == 410) {
        fault.kind = FaultKind::gone;
    } else if (reply.status == 429) {
        fault.kind = FaultKind::rate_limited;
        fault.retry_after = reply.retry_after;
    } else if (reply.status >= 500) {
        fault.kind = FaultKind::transient;
    }
    return fault;
}

HttpLine::HttpLine(std::unique_ptr<Connection> connection, const gateway::OpenRequest& request)
    : connection_(std::move(connection)), limits_(request.limits) {
    // RFC 7617. In base64 no octet of the credential can end the line.
    const auto& [kind, login, secret] = request.credential;
    common_fields_ = "Host: " + request.server.host + "\r\nAuthorization: Basic " +
                     encode_base64(login + ':' + secret) + "\r\n";
}

HttpLine::~HttpLine() {
    explicit_bzero(common_fields_.data(), common_fields_.size());
}

Fault HttpLine::lost(const Error& error) {
    alive_ = false;
    return gateway::line_fault(*connection_, error);
}

Fault HttpLine::broken(std::string text) {
    alive_ = false;
    return Fault(FaultKind::protocol_violation, std::move(text));
}

Task<Outcome<void>> HttpLine::start_tls(gateway::RemoteServer server) {
    auto secured = co_await gateway::begin_tls(connection_.get(), std::move(server), limits_.command_timeout);
    if (!secured) alive_ = false;
    co_return secured;
}

Task<Outcome<void>> HttpLine::send(std::string method, std::string target, std::string etag) {
    if (!alive_) co_return Fault(FaultKind::offline, "the connection is closed");
    if (!input_.empty()) co_return broken("the server sends what nobody asked for");
    std::string request = method + ' ' + target + " HTTP/1.1\r\n" + common_fields_;
    if (!etag.empty()) request += "If-None-Match: " + etag + "\r\n";
    request += "\r\n";
    connection_->set_deadline(limits_.command_timeout);
    auto written = co_await connection_->stream().write(request);
    explicit_bzero(request.data(), request.size());
    if (!written) co_return lost(written.error());
    co_return Outcome<void>{};
}

Task<Outcome<void>> HttpLine::fill() {
    if (!alive_) co_return Fault(FaultKind::offline, "the connection is closed");
    const std::size_t before = input_.size();
    input_.resize(before + read_size);
    const std::span<char> room(input_.data() + before, read_size);
    connection_->set_deadline(limits_.command_timeout);
    auto got = co_await connection_->stream().read_some(room);
    input_.resize(before + (got ? *got : 0));
    if (!got) co_return lost(got.error());
    if (*got == 0) co_return lost(Error(Errc::unavailable, "the server closed the connection"));
    co_return Outcome<void>{};
}

Task<Outcome<Reply>> HttpLine::receive(std::uint64_t body_limit) {
    Parser parser;
    parser.eager(true);
    parser.body_limit(body_limit);
    const auto begin = std::chrono::steady_clock::now();
    std::uint64_t octets = 0;
    while (!parser.is_done()) {
        auto filled = co_await fill();
        if (!filled) co_return filled.error();
        boost::beast::error_code error;
        const std::size_t used = parser.put(boost::asio::buffer(input_), error);
        input_.erase(0, used);
        octets += used;
        if (error && error != http::error::need_more) co_return broken("no HTTP: " + error.message());
        if (input_.size() > max_unparsed) co_return broken("a header or a chunk of the reply has no end");
        // Without a length a body that was cut off looks whole (RFC 9112 section 8).
        if (parser.is_header_done() && parser.need_eof())
            co_return broken("the reply does not say how long it is");
        // A reply that comes drop by drop ends here, however often the watchdog is set.
        const auto spent = std::chrono::steady_clock::now() - begin - limits_.command_timeout;
        const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(spent).count();
        if (seconds > 0 && octets < limits_.slowest_rate * static_cast<std::uint64_t>(seconds)) {
            alive_ = false;
            co_return Fault(FaultKind::transient, "the server sends too slowly");
        }
    }
    // Nothing was asked that has an interim reply; the one behind it would be taken for the answer to the next request.
    if (parser.get().result_int() < 200) co_return broken("an interim reply");
    if (!parser.keep_alive()) alive_ = false;
    co_return reply_of(parser);
}

Task<Outcome<Reply>> HttpLine::ask(std::string method, std::string target, std::string etag) {
    auto sent = co_await send(std::move(method), std::move(target), std::move(etag));
    if (!sent) co_return sent.error();
    auto reply = co_await receive(small_body);
    co_return reply;
}

Task<void> HttpLine::shutdown() {
    alive_ = false;
    co_await gateway::hang_up(connection_.get());
}

}  // namespace letterbox
