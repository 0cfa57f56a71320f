#pragma once
// A small HTTP/1.1 client (RFC 9112) for services beside mail: authorization servers, providers' APIs. One request a
// connection; redirections are answers like others; TLS as the dialer's connections have it.
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "postern/export.hpp"
#include "postern/net/stream.hpp"
#include "postern/result.hpp"
#include "postern/runtime/runtime.hpp"

namespace postern::http {

/// "https://host:port/path?query". Without user information and fragment.
struct POSTERN_SDK Url {
    bool tls = true;
    std::string host;  ///< without brackets
    std::uint16_t port = 443;
    std::string target = "/";  ///< path and query

    static Result<Url> parse(std::string_view text);
    /// "host" or "host:port", as in the Host field.
    std::string authority() const;
};

using Fields = std::vector<std::pair<std::string, std::string>>;

/// The body is wiped when this is destroyed.
struct POSTERN_SDK Request {
    std::string method = "GET";
    Url url;
    Fields headers;  ///< beside Host, Connection and Content-Length
    std::string body;
    std::string ca_file;  ///< PEM; if set, these authorities are trusted and no others
    std::chrono::seconds connect_timeout{20};
    std::chrono::seconds timeout{30};    ///< from the connection to the end of the answer
    std::size_t max_body = 256UL << 10;  ///< of the answer
    std::size_t max_header = 32UL << 10;

    Request() = default;
    Request(const Request&) = default;
    Request(Request&&) noexcept = default;
    Request& operator=(const Request&) = default;
    Request& operator=(Request&&) noexcept = default;
    ~Request();
};

/// The body is wiped when this is destroyed.
struct POSTERN_SDK Response {
    unsigned status = 0;
    std::string body;
    std::chrono::seconds retry_after{0};  ///< Retry-After in seconds (RFC 9110 section 10.2.3); 0: not said

    Response() = default;
    Response(const Response&) = default;
    Response(Response&&) noexcept = default;
    Response& operator=(const Response&) = default;
    Response& operator=(Response&&) noexcept = default;
    ~Response();
};

/// Any status is an answer. Errors: unavailable (no connection, no answer in time, a certificate that does not verify),
/// protocol_violation (no HTTP, or too long), permission_denied (plain text to a peer that is not on loopback).
POSTERN_SDK Task<Result<Response>> send(Dialer* dialer, Request request);

/// "a=1&b=x%20y": application/x-www-form-urlencoded.
POSTERN_SDK std::string form_encode(const Fields& fields);
/// The fields of a query or form; what is broken is kept as it stands.
POSTERN_SDK Fields form_decode(std::string_view text);
/// The first of that name, "" if there is none.
POSTERN_SDK std::string field_of(const Fields& fields, std::string_view name);

}  // namespace postern::http
