#include "gateway/settings.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <fstream>

#include "gateway/autoconfig.hpp"
#include "gateway/dns.hpp"
#include "postern/config/nearest.hpp"

namespace postern::gateway {

namespace {

// clang-format off
const std::vector<std::string_view> own_keys = {
    "source", "server", "tls", "verify", "pin", "login",
    "poll", "poll_active", "poll_away", "absence", "max_message", "newest_first",
    "delete_batch", "verify_renumbered", "session", "session_size", "full_listing", "remote_delete", "trash_undo",
    "vanish", "vanish_brake", "vanish_brake_percent", "delete_brake", "hold", "hold_listings",
    "delete_brake_percent", "offline_grace", "command_timeout", "keep_alive", "ca", "notices", "oauth", "keep_password", "options"};
// clang-format on

std::string host_name() {
    std::array<char, 256> buffer{};
    if (gethostname(buffer.data(), buffer.size() - 1) != 0) return "localhost";
    return buffer.data();
}

bool is_loopback(const std::string& host) {
    return host == "localhost" || host == "::1" || host.starts_with("127.");
}

RemoteTls read_tls(const ConfigNode& node, Diagnostics& problems) {
    const std::string tls = node.get_string("tls", "implicit", problems);
    if (tls == "none") return RemoteTls::none;
    if (tls == "starttls") return RemoteTls::starttls;
    if (tls != "implicit") {
        problems.error(node["tls"].place(), "`tls` is none, starttls or implicit, not `" + tls + "`");
    }
    return RemoteTls::implicit;
}

// "host", "host:port", "[v6]:port". The port is 0 if there is none.
bool split_server(const std::string& text, RemoteServer& server) {
    std::string_view rest = text;
    if (rest.starts_with('[')) {
        const auto end = rest.find(']');
        if (end == std::string_view::npos) return false;
        server.host = rest.substr(1, end - 1);
        rest.remove_prefix(end + 1);
        if (!rest.empty() && !rest.starts_with(':')) return false;
    } else {
        const auto colon = std::min(rest.find(':'), rest.size());
        server.host = rest.substr(0, colon);
        rest.remove_prefix(colon);
    }
    if (server.host.empty()) return false;
    if (rest.empty()) return true;
    rest.remove_prefix(1);
    const auto parsed = std::from_chars(rest.data(), rest.data() + rest.size(), server.port);
    return parsed.ec == std::errc{} && parsed.ptr == rest.data() + rest.size() && server.port != 0;
}

RemoteServer read_server(const ConfigNode& node, Diagnostics& problems) {
    RemoteServer server;
    const auto text = node.require_string("server", problems);
    if (text && !split_server(*text, server)) {
        problems.error(node["server"].place(), "`server` is HOST:PORT, not `" + *text + "`");
    }
    server.tls = read_tls(node, problems);
    // Nobody sits on the line to one's own machine, and certificates for it are rare.
    server.ca_file = node.get_string("ca", "", problems);
    if (!server.ca_file.empty()) {  // relative to the configuration file
        server.ca_file = std::filesystem::path(node.place().file).parent_path() / server.ca_file;
    }
    const bool verify = !is_loopback(server.host) || !server.ca_file.empty();
    server.verify = node.get_bool("verify", verify, problems);
    server.pinned_spki_sha256 = node.get_string("pin", "", problems);
    if (!server.ca_file.empty() && !std::ifstream(server.ca_file)) {
        problems.error(node["ca"].place(), "`" + server.ca_file + "` cannot be read");
    }
    if (server.tls == RemoteTls::none && !is_loopback(server.host)) {
        problems.warning(node["tls"].place(),
                         "passwords and mail of `" + server.host + "` go over the net unprotected");
    }
    return server;
}

Seconds seconds(const ConfigNode& node, std::string_view key, Seconds fallback, Diagnostics& problems) {
    const auto value = node.get_duration(key, fallback, problems);
    return std::chrono::ceil<Seconds>(value);
}

std::uint64_t number(const ConfigNode& node, std::string_view key, std::uint64_t fallback, std::int64_t low,
                     Diagnostics& problems) {
    const auto value = node.get_int(key, static_cast<std::int64_t>(fallback), low, 1'000'000'000, problems);
    return static_cast<std::uint64_t>(value);
}

void read_schedule(const ConfigNode& node, Policy& policy, Diagnostics& problems) {
    policy.poll = std::max(Seconds(1), seconds(node, "poll", policy.poll, problems));
    policy.poll_active = std::max(
        Seconds(1), seconds(node, "poll_active", std::min(policy.poll, policy.poll_active), problems));
    policy.poll_away = seconds(node, "poll_away", std::max(policy.poll, policy.poll_away), problems);
    policy.absence = seconds(node, "absence", policy.absence, problems);
    policy.session = seconds(node, "session", policy.session, problems);
    policy.keep_alive =
        std::max(std::chrono::milliseconds(1), node.get_duration("keep_alive", policy.keep_alive, problems));
    policy.full_listing = seconds(node, "full_listing", policy.full_listing, problems);
    policy.offline_grace = seconds(node, "offline_grace", policy.offline_grace, problems);
}

void read_brakes(const ConfigNode& node, Policy& policy, Diagnostics& problems) {
    policy.vanish_brake.count = number(node, "vanish_brake", policy.vanish_brake.count, 0, problems);
    policy.vanish_brake.percent =
        number(node, "vanish_brake_percent", policy.vanish_brake.percent, 0, problems);
    policy.delete_brake.count = number(node, "delete_brake", policy.delete_brake.count, 0, problems);
    policy.delete_brake.percent =
        number(node, "delete_brake_percent", policy.delete_brake.percent, 0, problems);
    policy.hold = seconds(node, "hold", policy.hold, problems);
    policy.hold_listings =
        static_cast<std::uint32_t>(number(node, "hold_listings", policy.hold_listings, 1, problems));
}

/// "after-30-days"
std::optional<Seconds> read_after_days(std::string_view text) {
    constexpr std::string_view start = "after-";
    constexpr std::string_view end = "-days";
    if (text.size() < start.size() + end.size() || !text.starts_with(start) || !text.ends_with(end)) {
        return std::nullopt;
    }
    text = text.substr(start.size(), text.size() - start.size() - end.size());
    int days = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), days);
    if (parsed.ec != std::errc{} || parsed.ptr != text.data() + text.size() || days < 1 || days > 36500) {
        return std::nullopt;
    }
    return days * Seconds(86400);
}

void read_remote_delete(const ConfigNode& node, Policy& policy, Diagnostics& problems) {
    using RemoteDelete = Policy::RemoteDelete;
    policy.trash_undo = seconds(node, "trash_undo", policy.trash_undo, problems);
    const std::string text = node.get_string("remote_delete", "last-copy", problems);
    if (const auto age = read_after_days(text)) {
        policy.remote_delete = RemoteDelete::after_days;
        policy.keep_remote = *age;
    } else if (text == "never") {
        policy.remote_delete = RemoteDelete::never;
    } else if (text == "on-download") {
        policy.remote_delete = RemoteDelete::on_download;
    } else if (text == "on-trash") {
        policy.remote_delete = RemoteDelete::on_trash;
    } else if (text != "last-copy") {
        problems.error(
            node["remote_delete"].place(),
            "`remote_delete` is last-copy, on-trash, on-download, after-N-days or never, not `" + text + "`");
    }
}

Policy read_policy(const ConfigNode& node, Diagnostics& problems) {
    Policy policy;
    read_schedule(node, policy, problems);
    read_brakes(node, policy, problems);
    policy.max_message = node.get_size("max_message", policy.max_message, problems);
    policy.session_octets = node.get_size("session_size", policy.session_octets, problems);
    policy.newest_first = number(node, "newest_first", policy.newest_first, 0, problems);
    policy.delete_batch = number(node, "delete_batch", policy.delete_batch, 1, problems);
    policy.verify_renumbered = number(node, "verify_renumbered", policy.verify_renumbered, 0, problems);
    read_remote_delete(node, policy, problems);
    policy.notices = node.get_bool("notices", policy.notices, problems);
    const std::string vanish = node.get_string("vanish", "mirror-inbox", problems);
    if (vanish == "keep")
        policy.vanish = Policy::Vanish::keep;
    else if (vanish != "mirror-inbox") {
        problems.error(node["vanish"].place(), "`vanish` is mirror-inbox or keep");
    }
    return policy;
}

}  // namespace

bool Brake::exceeded(std::uint64_t affected, std::uint64_t total) const {
    return affected > std::max(count, total * percent / 100);
}

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return out;
}

std::string Provider::remote_login(std::string_view login) const {
    return std::string(local_part_only ? login.substr(0, login.rfind('@')) : login);
}

void Settings::read_provider(const std::string& domain, const ConfigNode& node, Diagnostics& problems) {
    Provider provider;
    node.check_keys(own_keys, problems);
    provider.domain = lower(domain);
    provider.node = node;
    provider.connector_name = node.require_string("source", problems).value_or("");
    provider.autoconfig = node["server"].text() == "autoconfig";
    if (!provider.autoconfig) provider.server = read_server(node, problems);
    if (provider.autoconfig && provider.domain == "*") {
        problems.error(node["server"].place(), "`server: autoconfig` is for domains that are named");
    }
    read_oauth(node, provider, problems);
    provider.policy = read_policy(node, problems);
    provider.limits.message_octets = provider.policy.max_message;
    provider.limits.command_timeout =
        seconds(node, "command_timeout", provider.limits.command_timeout, problems);
    provider.keep_password = node.get_bool("keep_password", true, problems);
    if (provider.oauth && !provider.keep_password) {
        problems.error(node["keep_password"].place(), "with `oauth` there is no password to keep");
    }
    const std::string login = node.get_string("login", "full", problems);
    provider.local_part_only = login == "local-part";
    if (login != "full" && login != "local-part") {
        problems.error(node["login"].place(), "`login` is full or local-part");
    }
    providers_.insert_or_assign(provider.domain, std::move(provider));
}

void Settings::read_oauth(const ConfigNode& node, Provider& provider, Diagnostics& problems) const {
    const std::string name = node.get_string("oauth", "", problems);
    if (name.empty()) return;
    const auto found = oauth_.find(name);
    if (found != oauth_.end()) {
        provider.oauth = found->second;
        return;
    }
    std::vector<std::string_view> names;
    for (const auto& [known, entry] : oauth_) names.push_back(known);
    problems.error(node["oauth"].place(),
                   "no entry of `oauth:` is called `" + name + '`' + suggestion(name, names));
}

void Settings::read(const ConfigNode& config, Diagnostics& problems) {
    providers_.clear();
    oauth_.clear();
    autoconfig_folder_ = config.get_string("autoconfig", "", problems);
    const ConfigNode oauth = config["oauth"];
    for (const auto& [name, node] : oauth.fields()) {
        oauth_.emplace(name, std::make_shared<OAuthProvider>(OAuthProvider::read(name, node, problems)));
    }
    resolver_ = config.get_string("resolver", "", problems);
    srv_hosts_ = config.get_strings("srv_hosts", problems);
    for (std::string& host : srv_hosts_) host = lower(host);
    node_ = config.get_string("node", host_name(), problems);
    max_sessions_ = number(config, "max_sessions", 200, 1, problems);
    max_sessions_per_host_ = number(config, "max_sessions_per_host", 20, 1, problems);
    const ConfigNode accounts = config["accounts"];
    if (!accounts.exists()) {
        problems.warning(config.place(), "the gateway has no `accounts:` and lets nobody in");
    }
    for (const auto& [domain, node] : accounts.fields()) read_provider(domain, node, problems);
}

Result<void> Settings::locate(Provider& provider, const ConnectorInfo& info) const {
    std::error_code unknown;
    const bool file = !autoconfig_folder_.empty() &&
                      std::filesystem::exists(autoconfig_folder_ + '/' + provider.domain + ".xml", unknown);
    if (!file) {
        provider.discovered = true;
        provider.server = RemoteServer();
        provider.server.host = provider.domain;
        return {};
    }
    auto entry = read_autoconfig(autoconfig_folder_, lower(info.title), provider.domain);
    if (!entry) return entry.error();
    provider.server = entry->server;
    provider.local_part_only = entry->local_part_only;
    return {};
}

Result<void> Settings::resolve(const Lookup& lookup) {
    for (auto& [domain, provider] : providers_) {
        provider.connector = lookup.find<Connector>(provider.connector_name);
        const std::string place = provider.node.place().to_string();
        if (provider.connector == nullptr) {
            return Error(Errc::invalid,
                         place + ": no plugin offers the connector `" + provider.connector_name + "`");
        }
        Diagnostics problems;
        const ConfigNode options = provider.node["options"];
        options.check_keys(provider.connector->setting_names(), problems);
        provider.connector->check_settings(options, problems);
        if (problems.has_errors()) {
            const auto& first = problems.entries().front();
            return Error(Errc::invalid, first.place.to_string() + ": " + first.text);
        }
        const auto& info = provider.connector->describe();
        if (provider.autoconfig) {
            auto located = locate(provider, info);
            if (!located) return Error(Errc::invalid, place + ": " + located.error().text);
        }
        const auto& kinds = info.credentials;
        if (provider.oauth &&
            std::find(kinds.begin(), kinds.end(), CredentialKind::oauth_token) == kinds.end()) {
            return Error(Errc::invalid,
                         place + ": the connector `" + provider.connector_name + "` takes no tokens");
        }
        if (provider.server.port == 0) {
            provider.server.port = provider.server.tls == RemoteTls::implicit ? info.tls_port : info.port;
        }
    }
    return {};
}

const Provider* Settings::find_exchange(std::string_view host, std::string_view connector) const {
    for (const auto& [domain, provider] : providers_) {
        const bool named = domain != "*" && !provider.discovered && provider.connector_name == connector;
        if (named && is_within(host, domain)) return &provider;
    }
    return nullptr;
}

const Provider* Settings::find_domain(std::string_view domain) const {
    auto found = providers_.find(domain);
    if (found == providers_.end()) found = providers_.find(std::string_view("*"));
    return found == providers_.end() ? nullptr : &found->second;
}

const Provider* Settings::find(std::string_view login) const {
    const auto at = login.rfind('@');
    if (at == std::string_view::npos) return find_domain("*");
    return find_domain(lower(login.substr(at + 1)));
}

}  // namespace postern::gateway
