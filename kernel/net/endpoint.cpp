#include "kernel/net/endpoint.hpp"

#include <boost/asio/ip/address.hpp>
#include <charconv>

namespace postern::net {

namespace ip = boost::asio::ip;

std::string Endpoint::to_string() const {
    const bool v6 = address.find(':') != std::string::npos;
    return (v6 ? "[" + address + "]" : address) + ":" + std::to_string(port);
}

std::optional<Endpoint> parse_endpoint(std::string_view text) {
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos) return std::nullopt;
    std::string_view host = text.substr(0, colon);
    const std::string_view port_text = text.substr(colon + 1);
    Endpoint out;
    const auto* end = port_text.data() + port_text.size();
    const auto [rest, error] = std::from_chars(port_text.data(), end, out.port);
    if (error != std::errc() || rest != end) return std::nullopt;
    const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
    if (bracketed) host = host.substr(1, host.size() - 2);
    if (host == "*") host = "::";
    boost::system::error_code ec;
    const auto address = ip::make_address(host, ec);
    // "::1:143" is ambiguous: an IPv6 address needs its brackets.
    if (ec || (address.is_v6() && !bracketed && host != "::") || (address.is_v4() && bracketed)) {
        return std::nullopt;
    }
    out.address = address.to_string();
    return out;
}

bool is_loopback_address(const std::string& address) {
    boost::system::error_code ec;
    const auto parsed = ip::make_address(address, ec);
    if (ec) return false;
    if (parsed.is_v6() && parsed.to_v6().is_v4_mapped()) {
        return ip::make_address_v4(ip::v4_mapped, parsed.to_v6()).is_loopback();
    }
    return parsed.is_loopback();
}

}  // namespace postern::net
