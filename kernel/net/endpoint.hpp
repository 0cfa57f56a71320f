#pragma once
// Addresses as people write them: "127.0.0.1:1143", "[::1]:993", "*:143".
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace postern::net {

/// A numeric address with a port.
struct Endpoint {
    std::string address;  ///< "127.0.0.1", "::1"
    std::uint16_t port = 0;

    /// "127.0.0.1:1143", "[::1]:993"
    std::string to_string() const;
};

/// A numeric address and port to listen on; "*" stands for every address of both families. Nothing if it is not one.
std::optional<Endpoint> parse_endpoint(std::string_view text);

/// Whether `address` is of the loopback networks, IPv4 mapped into IPv6 included.
bool is_loopback_address(const std::string& address);

}  // namespace postern::net
