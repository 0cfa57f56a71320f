#include "delivery_environment.hpp"

namespace postern::sieve {

/// RFC 5183 section 4.1
std::optional<std::string> DeliveryEnvironment::item(std::string_view name) const {
    const mail::PeerFacts& peer = request_.envelope.peer;
    const auto at = peer.server.find('.');
    if (name == "location") return "MDA";
    if (name == "phase") return "during";
    if (name == "host") return peer.server;
    if (name == "domain") return at == std::string::npos ? peer.server : peer.server.substr(at + 1);
    if (name == "remote-host") return peer.host;
    if (name == "remote-ip") return peer.address;
    // There is no user but the one whose mail it is (RFC 6785 sections 4.2 and 4.5).
    if (name == "imap.user" || name == "imap.email" || name == "imap.changedflags") return "";
    return AccountEnvironment::item(name);
}

/// The address that was written to, without its detail; else the login.
std::string DeliveryEnvironment::owner() const {
    std::string address = request_.recipient.envelope.address;
    const auto at = address.rfind('@');
    if (at == std::string::npos) return request_.recipient.login;
    const std::string& detail = request_.recipient.detail;
    const std::string tail = "+" + detail;
    if (!detail.empty() && address.substr(0, at).ends_with(tail))
        address.erase(at - tail.size(), tail.size());
    return address;
}

}  // namespace postern::sieve
