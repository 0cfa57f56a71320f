#include "postern/net/http_client.hpp"

#include <openssl/crypto.h>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <charconv>

namespace postern::http {

namespace beast_http = boost::beast::http;
using Parser = beast_http::response_parser<beast_http::string_body>;

namespace {

constexpr std::size_t octets_a_read = 16UL << 10;
constexpr std::int64_t longest_pause = 86400;

// Nothing that ends a line or a word of the request line.
bool is_plain(std::string_view text) {
    for (const char c : text) {
        if (c <= 0x20 || c >= 0x7f) return false;
    }
    return true;
}

std::string text_of(const Request& request) {
    std::string out = request.method + ' ' + request.url.target +
                      " HTTP/1.1\r\nHost: " + request.url.authority() +
                      "\r\nUser-Agent: Postern\r\nConnection: close\r\n";
    for (const auto& [name, value] : request.headers) out += name + ": " + value + "\r\n";
    if (!request.body.empty() || request.method == "POST") {
        out += "Content-Length: " + std::to_string(request.body.size()) + "\r\n";
    }
    return out + "\r\n" + request.body;
}

std::chrono::seconds retry_after_of(const Parser& parser) {
    const auto text = parser.get()[beast_http::field::retry_after];
    std::int64_t seconds = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (parsed.ec != std::errc{} || seconds < 0) return std::chrono::seconds(0);
    return std::chrono::seconds(std::min(seconds, longest_pause));
}

Error broken(const std::string& host, const std::string& why) {
    return Error(Errc::protocol_violation, host + " does not answer in HTTP: " + why);
}

Error lost(const Request& request, const Connection& connection, const Error& error) {
    if (connection.deadline_passed()) return Error(Errc::unavailable, request.url.host + " does not answer");
    return Error(Errc::unavailable, request.url.host + ": " + error.text);
}

/// Hands what was received to the parser. True when the response is whole.
Result<bool> parse(Parser& parser, std::string& pending, const std::string& host) {
    boost::system::error_code error;
    while (!pending.empty() && !parser.is_done()) {
        const std::size_t used = parser.put(boost::asio::buffer(pending), error);
        pending.erase(0, used);
        if (error == beast_http::error::need_more) return false;
        if (error) return broken(host, error.message());
        if (used == 0) break;
    }
    return parser.is_done();
}

Task<Result<void>> receive(Connection* connection, const Request* request, Parser* parser) {
    std::vector<char> buffer(octets_a_read);
    std::string pending;
    while (true) {
        auto got = co_await connection->stream().read_some(buffer);
        if (!got) co_return lost(*request, *connection, got.error());
        if (*got == 0) break;
        pending.append(buffer.data(), *got);
        auto whole = parse(*parser, pending, request->url.host);
        OPENSSL_cleanse(buffer.data(), buffer.size());
        if (!whole) co_return whole.error();
        if (*whole) co_return Result<void>{};
    }
    // Without a length the end of the connection is the end of the body (RFC 9112 section 6.3).
    boost::system::error_code error;
    parser->put_eof(error);
    if (error || !parser->is_done()) co_return broken(request->url.host, "the answer is cut");
    co_return Result<void>{};
}

Task<Result<Response>> exchange(Connection* connection, const Request* request) {
    connection->set_deadline(request->timeout);
    if (request->url.tls) {
        TlsClientOptions options;
        options.server_name = request->url.host;
        options.ca_file = request->ca_file;
        auto secured = co_await connection->start_tls_client(std::move(options));
        if (!secured) co_return lost(*request, *connection, secured.error());
    }
    if (!connection->is_private()) {
        co_return Error(Errc::permission_denied, request->url.host + " is not asked without TLS");
    }
    std::string text = text_of(*request);
    auto written = co_await connection->stream().write(text);
    OPENSSL_cleanse(text.data(), text.size());
    if (!written) co_return lost(*request, *connection, written.error());
    Parser parser;
    parser.eager(true);
    parser.header_limit(static_cast<std::uint32_t>(request->max_header));
    parser.body_limit(request->max_body);
    auto received = co_await receive(connection, request, &parser);
    if (!received) co_return received.error();
    Response response;
    response.status = parser.get().result_int();
    response.retry_after = retry_after_of(parser);
    response.body = std::move(parser.get().body());
    co_return response;
}

constexpr std::string_view hex = "0123456789ABCDEF";

void encode_into(std::string& out, std::string_view text) {
    for (const char c : text) {
        const auto octet = static_cast<unsigned char>(c);
        const bool unreserved = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                                c == '-' || c == '.' || c == '_' || c == '~';
        if (unreserved) {
            out += c;
        } else {
            out += '%';
            out += hex[octet >> 4];
            out += hex[octet & 15];
        }
    }
}

std::string decode(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        unsigned value = 0;
        if (text[i] == '%' && i + 2 < text.size() &&
            std::from_chars(text.data() + i + 1, text.data() + i + 3, value, 16).ptr == text.data() + i + 3) {
            out += static_cast<char>(value);
            i += 2;
        } else {
            out += text[i] == '+' ? ' ' : text[i];
        }
    }
    return out;
}

}  // namespace

Request::~Request() {
    OPENSSL_cleanse(body.data(), body.size());
}

Response::~Response() {
    OPENSSL_cleanse(body.data(), body.size());
}

Result<Url> Url::parse(std::string_view text) {
    const Error bad(Errc::invalid, "not an address of the form https://HOST/PATH");
    Url url;
    if (!is_plain(text)) return bad;
    if (text.starts_with("https://")) {
        text.remove_prefix(8);
    } else if (text.starts_with("http://")) {
        text.remove_prefix(7);
        url.tls = false;
        url.port = 80;
    } else {
        return bad;
    }
    text = text.substr(0, text.find('#'));
    const std::size_t end = std::min(text.find_first_of("/?"), text.size());
    std::string_view authority = text.substr(0, end);
    if (authority.find('@') != std::string_view::npos) return bad;
    if (end < text.size()) url.target = (text[end] == '?' ? "/" : "") + std::string(text.substr(end));
    const std::size_t close = authority.starts_with('[') ? authority.find(']') : 0;
    if (close == std::string_view::npos) return bad;
    const std::size_t colon = authority.find(':', close);
    url.host = close == 0 ? authority.substr(0, colon) : authority.substr(1, close - 1);
    if (url.host.empty()) return bad;
    if (colon == std::string_view::npos) return url;
    const std::string_view port = authority.substr(colon + 1);
    const auto parsed = std::from_chars(port.data(), port.data() + port.size(), url.port);
    if (parsed.ec != std::errc{} || parsed.ptr != port.data() + port.size() || url.port == 0) return bad;
    return url;
}

std::string Url::authority() const {
    std::string out = host.find(':') == std::string::npos ? host : '[' + host + ']';
    if (port != (tls ? 443 : 80)) out += ':' + std::to_string(port);
    return out;
}

Task<Result<Response>> send(Dialer* dialer, Request request) {
    Dialer::Target target;
    target.host = request.url.host;
    target.port = request.url.port;
    target.connect_timeout = request.connect_timeout;
    auto dialled = co_await dialer->dial(std::move(target));
    if (!dialled) co_return Error(Errc::unavailable, dialled.error().text);
    const auto connection = std::move(*dialled);
    auto response = co_await exchange(connection.get(), &request);
    co_await connection->stream().shutdown();
    co_return response;
}

std::string form_encode(const Fields& fields) {
    std::string out;
    for (const auto& [name, value] : fields) {
        if (!out.empty()) out += '&';
        encode_into(out, name);
        out += '=';
        encode_into(out, value);
    }
    return out;
}

Fields form_decode(std::string_view text) {
    Fields fields;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('&'), text.size());
        const std::string_view pair = text.substr(0, end);
        const std::size_t equals = std::min(pair.find('='), pair.size());
        fields.emplace_back(decode(pair.substr(0, equals)),
                            decode(pair.substr(std::min(equals + 1, pair.size()))));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return fields;
}

std::string field_of(const Fields& fields, std::string_view name) {
    for (const auto& [key, value] : fields) {
        if (key == name) return value;
    }
    return "";
}

}  // namespace postern::http
