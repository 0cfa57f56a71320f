#pragma once
// Where a domain offers mail, as DNS says (RFC 6186). Blocking: on a lane.
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "postern/gateway/remote.hpp"
#include "postern/result.hpp"

namespace postern::gateway {

struct SrvRecord {
    std::uint16_t priority = 0;
    std::uint16_t weight = 0;
    std::uint16_t port = 0;
    std::string
        target;  ///< lower case, without the last dot; "" if the service is not offered (RFC 2782: ".")
};

/// A random number below the one that is given.
using Chance = std::function<std::uint32_t(std::uint32_t)>;

/// As they are to be tried (RFC 2782): by priority, of equal ones at random by weight. Empty if the service is not offered.
std::vector<SrvRecord> in_order(std::vector<SrvRecord> records, const Chance& chance);

/// Of a name server's answer. Pure. Errors: not_found, protocol_violation.
Result<std::vector<SrvRecord>> parse_srv(std::string_view answer);
/// Hosts of MX records, the preferred ones first.
Result<std::vector<std::string>> parse_mx(std::string_view answer);

/// Asks name servers: the system's, or one address.
class NameServer {
public:
    /// "": the system's; "127.0.0.1:5353" or "127.0.0.1" (IPv4).
    explicit NameServer(std::string address) : address_(std::move(address)) {}
    /// The whole answer. Errors: not_found (no such name, or none of that type), unavailable.
    Result<std::string> ask(const std::string& name, int type) const;
    Result<std::vector<SrvRecord>> srv(const std::string& name) const;
    Result<std::vector<std::string>> mx(const std::string& domain) const;

private:
    std::string address_;
};

/// host is the name, or below it.
bool is_within(std::string_view host, std::string_view name);

/// The server of that protocol ("imap", "pop3"): implicit TLS before STARTTLS (RFC 8314), never without TLS. Names and order are
/// nothing that DNS proves: a target outside the domain is taken only if it lies within one of `trusted` (RFC 6186 section 6).
/// Errors: not_found (nothing is said), unsupported (it is said that there is none), permission_denied, unavailable.
Result<RemoteServer> discover(const NameServer& dns, const std::string& protocol, const std::string& domain,
                              const std::vector<std::string>& trusted, const Chance& chance);

}  // namespace postern::gateway
