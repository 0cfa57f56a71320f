#pragma once
// Values that connectors and the synchronisation engine exchange.
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "postern/config/config_node.hpp"
#include "postern/export.hpp"
#include "postern/gateway/fault.hpp"
#include "postern/store/ids.hpp"

namespace postern::gateway {

/// What a remote protocol can do, as bits.
enum Ability : std::uint32_t {
    hierarchy = 1U << 0,
    stable_ids = 1U << 1,   ///< ids survive sessions
    content_ids = 1U << 2,  ///< ids may derive from content: twins are possible
    flags_read = 1U << 3,
    flags_write = 1U << 4,
    keywords = 1U << 5,
    move_keeps_id = 1U << 6,
    append = 1U << 7,
    append_returns_id = 1U << 8,
    range_fetch = 1U << 9,
    header_fetch = 1U << 10,
    delta_token = 1U << 11,  ///< pull answers changes, not full listings
    watch = 1U << 12,
    submit = 1U << 13,
    remove = 1U << 14,
    server_search = 1U << 15,
};

enum class CredentialKind { password, oauth_token };

struct ConnectorInfo {
    std::string title;                      ///< "POP3"
    std::uint32_t abilities = 0;            ///< Ability bits; a server may have fewer
    std::uint32_t concurrent_sessions = 1;  ///< to one mailbox
    std::vector<CredentialKind> credentials;
    std::uint16_t port = 0;      ///< usual one for no TLS and STARTTLS
    std::uint16_t tls_port = 0;  ///< usual one for implicit TLS
};

enum class RemoteTls { none, starttls, implicit };

struct RemoteServer {
    std::string host;
    std::uint16_t port = 0;
    RemoteTls tls = RemoteTls::implicit;
    bool verify = true;              ///< certificate chain and name
    std::string pinned_spki_sha256;  ///< base64; if set, this key and no other is accepted
    std::string ca_file;             ///< PEM; if set, these authorities are trusted and no others
};

/// The secret is wiped when this is destroyed.
struct POSTERN_SDK RemoteCredential {
    CredentialKind kind = CredentialKind::password;
    std::string login;
    std::string secret;

    RemoteCredential() = default;
    RemoteCredential(std::string login_name, std::string password);
    RemoteCredential(const RemoteCredential&) = default;
    RemoteCredential(RemoteCredential&&) noexcept = default;
    RemoteCredential& operator=(const RemoteCredential&) = default;
    RemoteCredential& operator=(RemoteCredential&&) noexcept = default;
    ~RemoteCredential();
};

/// Bounds that hold whatever the server does.
struct SessionLimits {
    std::uint64_t message_octets = 64ULL << 20;
    std::uint64_t header_octets = 1ULL << 20;
    std::uint64_t listing_entries = 1'000'000;
    std::chrono::seconds connect_timeout{30};
    std::chrono::seconds command_timeout{60};  ///< without any octet
    std::uint64_t slowest_rate = 512;          ///< octets a second a long answer must reach on the whole
    std::size_t fetch_window = 32;             ///< where the server allows several
};

struct OpenRequest {
    RemoteServer server;
    RemoteCredential credential;
    SessionLimits limits;
    ConfigNode settings;  ///< the source's `options:`
};

/// What a session learned of its server.
struct RemoteFacts {
    bool ids = true;                 ///< messages have ids; false: only content tells them apart
    bool header_fetch = false;       ///< a header can be had without the message
    bool pipelining = false;         //
    bool deletes_at_close = true;    //
    bool retrieval_deletes = false;  ///< what was fetched may be removed at close (EXPIRE 0)
    std::optional<int> expire_days;  ///< the server removes messages that old; not set: never, or not said
    std::chrono::seconds login_delay{0};  ///< least time between sign-ins
    std::string implementation;           ///< as the server calls itself
};

/// Names a message within one session: it means nothing in another, and is refused there.
struct RemoteRef {
    std::uint64_t session = 0;
    std::uint64_t number = 0;
    bool operator==(const RemoteRef&) const = default;
};

struct RemoteFolder {
    std::string id;
    std::string parent;  ///< id, "" at the top
    std::string name;    ///< UTF-8
    std::string role;    ///< special use ("\\Sent"), "" if none
    bool selectable = true;
};
struct FolderList {
    std::vector<RemoteFolder> folders;
    std::string token;
};

struct RemoteItem {
    enum class Kind {
        present,  ///< element of a full listing
        added,
        changed,  ///< flags
        removed,
    } kind = Kind::present;
    RemoteRef ref;
    std::string id;                     ///< "" if the server gave none
    std::optional<std::uint64_t> size;  ///< as the server says: a hint
    std::optional<std::uint8_t> flags;  ///< mail::Flag bits; not set: as they were
    std::vector<std::string> keywords;  ///< with `flags`
    std::optional<UnixTime> date;
};

struct PullRequest {
    std::string folder = "INBOX";
    std::string token;               ///< from a former pull; "": everything
    std::size_t budget = 1'000'000;  ///< items at most
};

struct PullPage {
    bool unchanged = false;  ///< nothing differs since the token: `items` is empty
    bool full = true;        ///< every message is in `items`: what is not there is absent, if `complete`
    bool complete = false;   ///< absence may be believed (gateway.md 2.1)
    std::string incomplete_reason;
    bool more = false;              ///< pull again with `token`
    std::vector<RemoteItem> items;  ///< in the server's order, oldest first
    std::uint64_t total = 0;        ///< messages the server says it has
    std::string token;
};

enum class FetchPart { whole, header };

struct FetchRequest {
    RemoteRef ref;
    FetchPart part = FetchPart::whole;
    std::optional<std::uint64_t> expected_size;  ///< as listed
};

struct Fetched {
    RemoteRef ref;
    std::shared_ptr<const std::string> content;  ///< line ends are CRLF
    bool normalised = false;                     ///< bare LF were found and made CRLF
    bool synthesised = false;                    ///< not octet-exact as received
};

struct Action {
    enum class Kind {
        remove,
        set_flags,
        move,
        copy,
        append,
        create_folder,
        rename_folder,
        remove_folder
    } kind = Kind::remove;
    std::string key;          ///< idempotency key
    RemoteRef ref;            ///< remove, set_flags, move, copy
    std::string folder;       ///< id; append: into it; create_folder: the parent, "" at the top
    std::string destination;  ///< id; move, copy: into it; rename_folder: the new parent
    std::string name;         ///< create_folder, rename_folder: without its parents, UTF-8
    std::uint8_t flags = 0;   ///< to be set; what is in neither set stays as it is
    std::vector<std::string> keywords;
    std::uint8_t cleared_flags = 0;  ///< set_flags: to be cleared
    std::vector<std::string> cleared_keywords;
    std::optional<UnixTime> date;                ///< append
    std::shared_ptr<const std::string> content;  ///< append
};
struct ActionResult {
    std::optional<Fault> fault;  ///< not set: done (or, for deletions, noted until close)
    std::string
        new_id;  ///< move, copy, append: of the message there; of the folder. "" if the server does not say
};

struct Submission {
    std::string from;
    std::vector<std::string> recipients;
    std::shared_ptr<const std::string> content;
};
struct SubmitResult {
    enum class Status { accepted, deferred, rejected } status = Status::accepted;
    std::string text;
};

}  // namespace postern::gateway
