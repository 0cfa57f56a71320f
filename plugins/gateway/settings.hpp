#pragma once
// The gateway's settings: for each mail domain, where its mailboxes are and how they are kept in step. docs/gateway.md
// lists every key.
//
//     accounts:
//       example.net: { source: connector-pop3, server: "pop.example.net:995", tls: implicit, poll: 5m }
#include <chrono>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "postern/config/config_node.hpp"
#include "postern/gateway/connector.hpp"
#include "postern/gateway/oauth.hpp"
#include "postern/plugin/registry.hpp"

namespace postern::gateway {

using Seconds = std::chrono::seconds;

/// A number and a share, of which the greater counts (gateway.md 2.7).
struct Brake {
    std::uint64_t count = 20;
    std::uint64_t percent = 20;
    bool exceeded(std::uint64_t affected, std::uint64_t total) const;
};

/// How one source is kept in step (gateway.md 2.5, 2.7).
struct Policy {
    /// What deletes a message at the provider: that its last copy here is expunged, in all but `never`; and that it
    /// lies in Trash, or is of a certain age.
    enum class RemoteDelete {
        last_copy,
        never,
        on_trash,
        on_download,  ///< as soon as it is stored here
        after_days
    } remote_delete = RemoteDelete::last_copy;
    Seconds keep_remote{0};   ///< after_days
    Seconds trash_undo{600};  ///< on_trash: so long a message can be taken back
    enum class Vanish { mirror_inbox, keep } vanish = Vanish::mirror_inbox;
    Seconds poll{300};        ///< while the mailbox was used within a day
    Seconds poll_active{75};  ///< while a client waits in IDLE
    Seconds poll_away{1800};  ///< after a day without a sign-in
    Seconds absence{600};     ///< between the first and the last listing that a message must miss
    std::uint64_t max_message = 64ULL << 20;
    std::size_t newest_first = 100;  ///< of a first import
    std::size_t delete_batch = 100;
    std::size_t verify_renumbered = 1000;  ///< so many new ids at least are verified by headers, not by sizes
    std::uint32_t delete_attempts = 4;
    Seconds session{150};                          ///< a session stops collecting after that long
    std::uint64_t session_octets = 512ULL << 20;   ///< or that much
    std::chrono::milliseconds keep_alive{15'000};  ///< of silence, while the store works: then a NOOP
    Seconds full_listing{3600};                    ///< at least that often, however cheap a poll could be
    Brake vanish_brake{20, 20};
    Brake delete_brake{200, 30};
    Seconds hold{24 * 3600};          ///< how long a brake holds
    std::uint32_t hold_listings = 3;  ///< and how many complete listings
    bool notices = true;              ///< mails to the user about what is wrong
    Seconds offline_grace{14 * 24 *
                          3600};  ///< a known password opens the mailbox that long without the provider
};

/// One entry of `accounts:`.
struct Provider {
    std::string domain;  ///< lower case; "*" is everything not named
    std::string connector_name;
    Connector* connector = nullptr;  ///< after resolve
    RemoteServer server;
    bool autoconfig = false;  ///< the server is what an autoconfig file says, after resolve
    bool discovered = false;  ///< there is no file: what DNS says (Locator); server.host is the domain
    /// Tokens instead of passwords: nobody signs in here with what the provider gave him. Null: passwords.
    std::shared_ptr<const OAuthProvider> oauth;
    /// Nothing of the user's is kept: not his password, sealed or as a verifier. Polled while he is signed in (gateway.md 3,
    /// model A).
    bool keep_password = true;
    bool local_part_only = false;  ///< the provider's login name is what stands before the @
    Policy policy;
    SessionLimits limits;
    ConfigNode node;
    /// Name to sign in with at the provider.
    std::string remote_login(std::string_view login) const;
};

class Settings {
public:
    /// Replaces what was read before. Every mistake goes to `problems`.
    void read(const ConfigNode& config, Diagnostics& problems);
    /// Finds the connectors; the error is the first mistake in what they take (`options:`).
    Result<void> resolve(const Lookup& lookup);

    /// By the domain of a login name; null if no entry matches.
    const Provider* find(std::string_view login) const;
    const Provider* find_domain(std::string_view domain) const;

    /// Names this process among those that share the store. A restart with the same name goes on with its leases.
    const std::string& node() const { return node_; }
    /// The provider, named in `accounts:` with a server, under whose name a mail exchange is; null if none is.
    const Provider* find_exchange(std::string_view host, std::string_view connector) const;
    const std::string& resolver() const { return resolver_; }
    const std::vector<std::string>& srv_hosts() const { return srv_hosts_; }
    std::size_t max_sessions() const { return max_sessions_; }
    std::size_t max_sessions_per_host() const { return max_sessions_per_host_; }

private:
    void read_provider(const std::string& domain, const ConfigNode& node, Diagnostics& problems);
    Result<void> locate(Provider& provider, const ConnectorInfo& info) const;
    void read_oauth(const ConfigNode& node, Provider& provider, Diagnostics& problems) const;

    std::map<std::string, Provider, std::less<>> providers_;
    std::map<std::string, std::shared_ptr<const OAuthProvider>> oauth_;
    std::string node_;
    std::string autoconfig_folder_;
    std::string resolver_;
    std::vector<std::string> srv_hosts_;
    std::size_t max_sessions_ = 200;
    std::size_t max_sessions_per_host_ = 20;
};

/// ASCII lower case.
std::string lower(std::string_view text);

}  // namespace postern::gateway
