#include "kernel/config/server_config.hpp"

#include <unistd.h>

#include <climits>
#include <filesystem>

#include "kernel/config/plugin_list.hpp"
#include "kernel/config/yaml_reader.hpp"
#include "postern/config/nearest.hpp"

namespace postern::config {

namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using std::chrono::minutes;

const std::vector<std::string_view> kernel_sections = {"postern",   "server", "log",  "tls", "plugins",
                                                       "listeners", "users",  "auth", "mail"};

/// The one of `choices` that the scalar under `key` names; its index, or `fallback`.
std::size_t get_choice(const ConfigNode& node, std::string_view key, std::size_t fallback,
                       const std::vector<std::string_view>& choices, Diagnostics& problems) {
    const auto child = node[key];
    if (!child.exists()) return fallback;
    const std::string word = node.get_string(key, "", problems);
    for (std::size_t i = 0; i < choices.size(); ++i) {
        if (word == choices[i]) return i;
    }
    if (child.kind() == ConfigNode::Kind::scalar) {
        problems.error(child.place(),
                       "`" + std::string(key) + "` cannot be \"" + word + "\"" + suggestion(word, choices));
    }
    return fallback;
}

std::string host_name() {
    char name[HOST_NAME_MAX + 1] = {};
    return gethostname(name, HOST_NAME_MAX) == 0 && name[0] != '\0' ? name : "localhost";
}

void check_version(const ConfigNode& root, const std::string& file, Diagnostics& problems) {
    const auto version = root["postern"];
    if (!version.exists()) {
        problems.error({file, 1, 1}, "the first key must be `postern: 1`, the version of this file's format");
    } else if (version.text() != std::to_string(format_version)) {
        problems.error(version.place(), "format version \"" + version.text() +
                                            "\" is not known; this daemon reads `postern: 1`");
    }
}

ServerSection read_server(const ConfigNode& node, const std::string& file, Diagnostics& problems) {
    node.check_keys({"name", "data", "master_key", "plugins", "cores", "user", "group", "max_connections",
                     "max_connections_per_address"},
                    problems);
    ServerSection out;
    out.name = node.get_string("name", host_name(), problems);
    out.data = resolve_path(file, node.get_string("data", "var", problems));
    out.master_key = resolve_path(file, node.get_string("master_key", out.data + "/master.key", problems));
    const auto plugins = node.get_string("plugins", "", problems);
    if (!plugins.empty()) out.plugin_directory = resolve_path(file, plugins);
    out.cores = static_cast<std::size_t>(node.get_int("cores", 0, 0, 1024, problems));
    out.user = node.get_string("user", "", problems);
    out.group = node.get_string("group", "", problems);
    out.max_connections =
        static_cast<std::size_t>(node.get_int("max_connections", 100'000, 1, 10'000'000, problems));
    out.max_connections_per_address =
        static_cast<std::size_t>(node.get_int("max_connections_per_address", 200, 1, 10'000'000, problems));
    return out;
}

LogSection read_log(const ConfigNode& node, const std::string& file, Diagnostics& problems) {
    node.check_keys({"level", "file"}, problems);
    LogSection out;
    out.level =
        static_cast<LogLevel>(get_choice(node, "level", 1, {"debug", "info", "warning", "error"}, problems));
    const auto path = node.get_string("file", "", problems);
    if (!path.empty()) out.file = resolve_path(file, path);
    return out;
}

TlsSection read_tls(const ConfigNode& node, const std::string& file, Diagnostics& problems) {
    node.check_keys({"certificate", "key"}, problems);
    TlsSection out;
    out.place = node.place();
    if (node.kind() != ConfigNode::Kind::map) return out;
    if (const auto path = node.require_string("certificate", problems)) {
        out.certificate = resolve_path(file, *path);
    }
    // One file may hold both.
    out.key = resolve_path(file, node.get_string("key", out.certificate, problems));
    return out;
}

AuthSection read_auth(const ConfigNode& node, Diagnostics& problems) {
    node.check_keys({"rates", "failures_per_account", "failures_per_address", "window", "failure_delay",
                     "cache", "hash_memory", "hash_passes", "scram_iterations", "anonymous", "mechanisms"},
                    problems);
    AuthSection out;
    out.rates = node.get_bool("rates", true, problems);
    out.failures_per_account = node.get_int("failures_per_account", 20, 1, 1'000'000, problems);
    out.failures_per_address = node.get_int("failures_per_address", 100, 1, 1'000'000, problems);
    out.window = node.get_duration("window", minutes(15), problems);
    out.failure_delay = node.get_duration("failure_delay", milliseconds(1000), problems);
    out.cache = node.get_duration("cache", minutes(10), problems);
    out.hash_memory = node.get_size("hash_memory", 64ULL << 20, problems);
    out.hash_passes = node.get_int("hash_passes", 2, 1, 100, problems);
    // Fewer than 4096 no client should accept (RFC 5802 section 5.1).
    out.scram_iterations = node.get_int("scram_iterations", 15'000, 4096, 1'000'000, problems);
    out.anonymous = node.get_string("anonymous", "", problems);
    if (node["mechanisms"].exists()) out.mechanisms = node.get_strings("mechanisms", problems);
    return out;
}

MailSection read_mail(const ConfigNode& node, Diagnostics& problems) {
    node.check_keys(
        {"sync_flags", "message_cache", "content_cache", "mailbox_cache", "index_cache", "search_index"},
        problems);
    MailSection out;
    out.sync_flags = node.get_bool("sync_flags", true, problems);
    out.message_cache = node.get_size("message_cache", 96ULL << 20, problems);
    out.content_cache = node.get_size("content_cache", 64ULL << 20, problems);
    out.mailbox_cache = node.get_size("mailbox_cache", 32ULL << 20, problems);
    out.index_cache = node.get_size("index_cache", 16ULL << 20, problems);
    out.search_index = node.get_bool("search_index", true, problems);
    return out;
}

/// `client_certificates: { authorities: FILE, account: email }`
void read_client_certificates(const ConfigNode& node, const std::string& file, ListenerEntry& out,
                              Diagnostics& problems) {
    if (!node.exists()) return;
    node.check_keys({"authorities", "account"}, problems);
    if (const auto path = node.require_string("authorities", problems))
        out.client_authorities = resolve_path(file, *path);
    out.client_account = static_cast<net::CertificateField>(
        get_choice(node, "account", 0, {"email", "common_name"}, problems));
    if (out.info.tls == ListenerInfo::Tls::none)
        problems.error(node.place(), "this listener has no TLS, in which clients could show certificates");
}

std::optional<ListenerEntry> read_listener(const ConfigNode& node, const std::string& file,
                                           const TlsSection& tls, Diagnostics& problems) {
    if (node.kind() != ConfigNode::Kind::map) {
        problems.error(node.place(),
                       "each listener is a map: `{ protocol: imap, address: \"127.0.0.1:143\" }`");
        return std::nullopt;
    }
    ListenerEntry out;
    out.place = node.place();
    out.info.settings = node;
    const auto protocol = node.require_string("protocol", problems);
    const auto address = node.require_string("address", problems);
    const std::vector<std::string_view> choices = {"none", "starttls", "implicit"};
    out.info.tls = static_cast<ListenerInfo::Tls>(get_choice(node, "tls", 0, choices, problems));
    out.max_connections =
        static_cast<std::size_t>(node.get_int("max_connections", 0, 0, 10'000'000, problems));
    read_client_certificates(node["client_certificates"], file, out, problems);
    if (out.info.tls != ListenerInfo::Tls::none && tls.certificate.empty()) {
        problems.error(node["tls"].place(),
                       "this listener offers TLS but there is no certificate; set `tls: { "
                       "certificate: FILE, key: FILE }` at the top level");
    }
    if (!protocol || !address) return std::nullopt;
    const auto endpoint = net::parse_endpoint(*address);
    if (!endpoint) {
        problems.error(node["address"].place(),
                       "\"" + *address +
                           "\" is no address to listen on; write a numeric address and a "
                           "port: \"127.0.0.1:143\", \"[::]:993\" or \"*:993\"");
        return std::nullopt;
    }
    out.info.protocol = *protocol;
    out.info.address = endpoint->to_string();
    out.endpoint = *endpoint;
    return out;
}

std::vector<ListenerEntry> read_listeners(const ConfigNode& list, const std::string& file,
                                          const TlsSection& tls, Diagnostics& problems) {
    std::vector<ListenerEntry> out;
    if (list.exists() && list.kind() != ConfigNode::Kind::sequence) {
        problems.error(list.place(), "`listeners` must be a list");
    }
    for (const auto& item : list.items()) {
        auto entry = read_listener(item, file, tls, problems);
        if (!entry) continue;
        for (const auto& other : out) {
            if (other.endpoint.port == 0 || other.info.address != entry->info.address) continue;
            problems.error(entry->place, "address " + entry->info.address + " is taken by the listener at " +
                                             other.place.to_string());
        }
        out.push_back(std::move(*entry));
    }
    return out;
}

std::vector<UserEntry> read_users(const ConfigNode& node, Diagnostics& problems) {
    std::vector<UserEntry> out;
    if (node.exists() && node.kind() != ConfigNode::Kind::map && node.kind() != ConfigNode::Kind::null) {
        problems.error(node.place(), "`users` must be a map: `users: { name: \"password\" }`");
    }
    for (std::size_t i = 0; i < node.fields().size(); ++i) {
        const auto& [login, secret] = node.fields()[i];
        if (secret.kind() != ConfigNode::Kind::scalar || secret.text().empty()) {
            problems.error(secret.place(), "user `" + login + "` needs a password, in quotes");
        } else if (login.empty()) {
            problems.error(node.key_place(i), "a user needs a name");
        } else {
            out.push_back({login, secret.text(), node.key_place(i)});
        }
    }
    return out;
}

}  // namespace

std::string resolve_path(const std::string& file, const std::string& path) {
    std::error_code ec;
    const auto folder = fs::absolute(file, ec).parent_path();
    return (folder / path).lexically_normal().string();
}

void check_sections(const ConfigNode& root, const std::vector<std::string_view>& claimed,
                    Diagnostics& problems) {
    auto known = kernel_sections;
    known.insert(known.end(), claimed.begin(), claimed.end());
    root.check_keys(known, problems);
}

ServerConfig read_server_config(const ConfigNode& root, const std::string& file,
                                const std::vector<std::string>& profiles, Diagnostics& problems) {
    ServerConfig out;
    out.file = file;
    out.root = root;
    if (root.kind() != ConfigNode::Kind::map) {
        if (root.exists())
            problems.error(root.place(), "the file must be a map that starts with `postern: 1`");
        return out;
    }
    check_version(root, file, problems);
    out.server = read_server(root["server"], file, problems);
    out.log = read_log(root["log"], file, problems);
    out.tls = read_tls(root["tls"], file, problems);
    out.auth = read_auth(root["auth"], problems);
    out.mail = read_mail(root["mail"], problems);
    if (!root["plugins"].exists())
        problems.error({file, 1, 1}, "`plugins` is missing: nothing would be served");
    out.plugins = read_plugin_list(root["plugins"], profiles, problems);
    out.listeners = read_listeners(root["listeners"], file, out.tls, problems);
    out.users = read_users(root["users"], problems);
    return out;
}

ServerConfig read_server_config(const std::string& file, const std::vector<std::string>& profiles,
                                Diagnostics& problems) {
    auto folders = profiles;
    folders.insert(folders.begin(), resolve_path(file, "profiles"));
    return read_server_config(read_yaml_file(file, problems), file, folders, problems);
}

}  // namespace postern::config
