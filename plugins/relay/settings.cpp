#include "relay/settings.hpp"

#include <algorithm>
#include <charconv>

#include "postern/mime/header.hpp"
#include "postern/smtp/server.hpp"

namespace postern::relay {

namespace {

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
    }
    return out;
}

/// "smtp.example.net:587", "[2001:db8::1]:25".
void read_server(const std::string& text, SmartHost& host, const ConfigPlace& place, Diagnostics& problems) {
    const auto colon = text.rfind(':');
    const bool port = colon != std::string::npos && text.find(']', colon) == std::string::npos;
    host.host = text.substr(0, port ? colon : text.size());
    if (host.host.starts_with('[') && host.host.ends_with(']'))
        host.host = host.host.substr(1, host.host.size() - 2);
    if (!port) return;
    const char* end = text.data() + text.size();
    const auto read = std::from_chars(text.data() + colon + 1, end, host.port);
    if (read.ec != std::errc() || read.ptr != end || host.port == 0 || host.host.empty())
        problems.error(place, "server is HOST:PORT");
}

SmartHost read_host(const ConfigNode& node, Diagnostics& problems) {
    SmartHost host;
    node.check_keys({"server", "tls", "auth", "login", "user", "password", "scope", "ca", "pin"}, problems);
    if (const auto server = node.require_string("server", problems))
        read_server(*server, host, node.place(), problems);
    const std::string tls = node.get_string("tls", host.port == 465 ? "implicit" : "starttls", problems);
    if (tls == "none")
        host.tls = SmartHost::Tls::none;
    else if (tls == "implicit")
        host.tls = SmartHost::Tls::implicit;
    else if (tls != "starttls")
        problems.error(node["tls"].place(), "tls is none, starttls or implicit");
    host.user = node.get_string("user", "", problems);
    host.password = node.get_string("password", "", problems);
    const std::string auth = node.get_string("auth", host.user.empty() ? "account" : "fixed", problems);
    if (auth == "none")
        host.auth = SmartHost::Auth::none;
    else if (auth == "fixed")
        host.auth = SmartHost::Auth::fixed;
    else if (auth != "account")
        problems.error(node["auth"].place(), "auth is account, fixed or none");
    if (host.auth == SmartHost::Auth::fixed && (host.user.empty() || host.password.empty()))
        problems.error(node.place(), "auth: fixed needs user and password");
    const std::string login = node.get_string("login", "address", problems);
    host.local_part_only = login == "local-part";
    if (login != "address" && login != "local-part")
        problems.error(node["login"].place(), "login is address or local-part");
    // Microsoft's tokens for reading do not send.
    const bool microsoft =
        lower(host.host).ends_with(".office365.com") || lower(host.host).ends_with(".outlook.com");
    host.scope = node.get_string("scope", microsoft ? "SMTP.Send" : "", problems);
    host.ca_file = node.get_string("ca", "", problems);
    host.pin = node.get_string("pin", "", problems);
    return host;
}

}  // namespace

bool has_scope(std::string_view granted, std::string_view wanted) {
    while (!granted.empty()) {
        const auto end = granted.find(' ');
        const std::string_view one = granted.substr(0, end);
        granted.remove_prefix(end == std::string_view::npos ? granted.size() : end + 1);
        if (mime::equal_ascii_nocase(one, wanted)) return true;
        const auto slash = one.rfind('/');
        if (slash != std::string_view::npos && mime::equal_ascii_nocase(one.substr(slash + 1), wanted))
            return true;
    }
    return false;
}

const SmartHost* Settings::find(std::string_view login) const {
    const auto at = login.rfind('@');
    const std::string domain = at == std::string_view::npos ? std::string() : lower(login.substr(at + 1));
    auto found = hosts.find(domain);
    if (found == hosts.end()) found = hosts.find("*");
    return found == hosts.end() ? nullptr : &found->second;
}

Settings read_settings(const ConfigNode& config, Diagnostics& problems) {
    Settings s;
    config.check_keys({"hosts", "name", "timeout", "connect_timeout", "rate"}, problems);
    s.name = config.get_string("name", smtp::local_name(), problems);
    const auto seconds = [&](std::string_view key, std::chrono::seconds fallback) {
        const auto value = config.get_duration(key, fallback, problems);
        return std::max(std::chrono::seconds(1), std::chrono::duration_cast<std::chrono::seconds>(value));
    };
    s.timeout = seconds("timeout", s.timeout);
    s.connect_timeout = seconds("connect_timeout", s.connect_timeout);
    s.rate = static_cast<unsigned>(config.get_int("rate", s.rate, 0, 1000000, problems));
    const ConfigNode hosts = config["hosts"];
    if (hosts.exists() && hosts.kind() != ConfigNode::Kind::map)
        problems.error(hosts.place(), "hosts is a map: domain: { server: HOST:PORT }");
    for (const auto& [domain, node] : hosts.fields()) s.hosts[lower(domain)] = read_host(node, problems);
    return s;
}

}  // namespace postern::relay
