#pragma once
// The configuration file as the daemon uses it (docs/operator.md describes every key).
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "kernel/net/endpoint.hpp"
#include "postern/config/config_node.hpp"
#include "postern/net/protocol.hpp"
#include "postern/runtime/log.hpp"

namespace postern::net {
class ClientCertificates;
enum class CertificateField : int;
}  // namespace postern::net

namespace postern::config {

/// `server:`
struct ServerSection {
    std::string name;              ///< how the server calls itself in greetings
    std::string data;              ///< absolute folder of everything it keeps
    std::string master_key;        ///< file under which provider credentials are sealed
    std::string plugin_directory;  ///< "": the default beside the executable
    std::size_t cores = 0;         ///< threads that serve; 0: one per processor
    std::string user;              ///< whom to become after binding; "" stays
    std::string group;
    std::size_t max_connections = 0;              ///< over all listeners
    std::size_t max_connections_per_address = 0;  ///< from one address that is not loopback
};

/// `log:`
struct LogSection {
    LogLevel level = LogLevel::info;
    std::string file;  ///< "" is standard error
};

/// `tls:`
struct TlsSection {
    std::string certificate;  ///< PEM, leaf first; "" if there is none
    std::string key;
    ConfigPlace place;
};

/// One plugin of the list, profiles expanded.
struct PluginEntry {
    std::string name;
    ConfigPlace place;
    ConfigNode settings;    ///< without the keys that are the host's own
    bool optional = false;  ///< if it cannot be used, warn and go on without it
};

/// One of `listeners:`.
struct ListenerEntry {
    ListenerInfo info;
    std::string client_authorities;  ///< PEM; "": clients are not asked for certificates
    net::CertificateField client_account{};
    std::shared_ptr<const net::ClientCertificates> clients;  ///< of `client_authorities`, once loaded
    net::Endpoint endpoint;
    std::size_t max_connections = 0;
    ConfigPlace place;
};

/// One of `users:`, created at start if it does not exist.
struct UserEntry {
    std::string login;
    std::string secret;  ///< a password, or a verifier that starts with `$`
    ConfigPlace place;
};

/// `auth:`
struct AuthSection {
    bool rates = true;                      ///< whether failures lead to delays and lock-outs
    std::int64_t failures_per_account = 0;  ///< within `window`, then refused until it has passed
    std::int64_t failures_per_address = 0;
    std::chrono::milliseconds window{};
    std::chrono::milliseconds failure_delay{};  ///< before the answer to a wrong password
    std::chrono::milliseconds cache{};          ///< how long a verified password needs no new hashing
    std::uint64_t hash_memory = 0;              ///< octets argon2id fills
    std::int64_t hash_passes = 0;
    std::int64_t scram_iterations = 15'000;  ///< for new passwords (RFC 7677 section 4)
    std::string anonymous;  ///< the login of the account that ANONYMOUS opens; "": it is not offered
    std::optional<std::vector<std::string>>
        mechanisms;  ///< of SASL that are offered; not set: the usual ones
};

/// `mail:`
struct MailSection {
    bool sync_flags = true;           ///< a flag change is acknowledged only when it is on stable storage
    std::uint64_t message_cache = 0;  ///< octets each core keeps: of message records,
    std::uint64_t content_cache = 0;  ///< of content,
    std::uint64_t mailbox_cache = 0;  ///< of mailboxes nobody has open,
    std::uint64_t index_cache = 0;    ///< of the search index
    bool search_index = true;         ///< whether what is delivered is indexed for SEARCH BODY and TEXT
};

/// The whole file.
struct ServerConfig {
    std::string file;
    ServerSection server;
    LogSection log;
    TlsSection tls;
    AuthSection auth;
    MailSection mail;
    std::vector<PluginEntry> plugins;
    std::vector<ListenerEntry> listeners;
    std::vector<UserEntry> users;
    /// Everything, for the sections that belong to plugins (`accounts:`).
    ConfigNode root;
};

/// The version of the format this daemon reads (`postern: 1`).
constexpr int format_version = 1;

/// Reads and checks all that the kernel knows without plugins. Every mistake goes to `problems`. `profiles` are the
/// folders where named profiles are looked up, in order.
ServerConfig read_server_config(const std::string& file, const std::vector<std::string>& profiles,
                                Diagnostics& problems);

/// The same for a tree already read.
ServerConfig read_server_config(const ConfigNode& root, const std::string& file,
                                const std::vector<std::string>& profiles, Diagnostics& problems);

/// Reports sections that neither the kernel nor a plugin (`claimed`) knows.
void check_sections(const ConfigNode& root, const std::vector<std::string_view>& claimed,
                    Diagnostics& problems);

/// `path` as written in `file`: relative paths are taken from the file's folder.
std::string resolve_path(const std::string& file, const std::string& path);

}  // namespace postern::config
