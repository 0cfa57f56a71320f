#pragma once
// Rows as a storage driver keeps them. Blobs named `data`, `record` and `snapshot` are opaque to drivers: their
// meaning lives in the kernel, once (design 6).
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "postern/store/ids.hpp"

namespace postern::store {

/// An account. `secret` is a password verifier ("$argon2id$..."), "" if no local password opens it.
struct AccountRow {
    AccountId id{};
    std::string login;  ///< unique, as given; compared octet by octet
    std::string secret;
    std::string settings;  ///< opaque
    Modseq change_seq = 0;
    std::uint64_t used_bytes = 0;  ///< sum over placements
    std::uint64_t used_count = 0;
};

/// A mailbox with its counters, which are kept, never counted.
struct MailboxRow {
    MailboxId id{};
    std::string name;  ///< UTF-8, hierarchy by '/', "INBOX" in capitals
    std::uint32_t uidvalidity = 0;
    Uid uidnext = 1;
    Modseq highest_modseq = 0;  ///< of the last change in this mailbox
    Modseq created_modseq = 0;
    std::uint32_t total = 0;
    std::uint32_t unseen = 0;
    std::uint32_t deleted = 0;  ///< messages with \Deleted
    std::uint64_t bytes = 0;
    std::string special_use;  ///< "\\Sent \\Archive", as SPECIAL-USE tokens separated by spaces; "" for none
    Modseq snapshot_modseq = 0;  ///< of the packed snapshot; 0 if there is none
};

/// One row of the account's log, keyed (account, modseq).
struct ChangeRow {
    Modseq modseq = 0;
    MailboxId mailbox{};
    Uid first_uid = 0;  ///< first of the UIDs the driver took for this change, 0 if none were asked for
    std::string data;
};

/// An immutable message.
struct MessageRow {
    MessageId id{};
    ContentHash content{};
    std::int32_t references = 0;   ///< living placements
    UnixTime unreferenced_at = 0;  ///< when `references` fell to 0; 0 while it is positive
    std::string record;            ///< packed projections (postern/mime/record.hpp)
};

/// Content as stored: chunks of fixed uncompressed size, each encoded by the kernel.
struct Content {
    ContentHash hash{};
    std::uint64_t size = 0;  ///< octets, uncompressed
    std::vector<std::string> chunks;
};

/// Uncompressed octets in each chunk but the last.
constexpr std::size_t content_chunk_size = 256 * 1024;

/// What is known of one remote message (gateway.md 2.1, 2.2).
enum class ReceiptState : std::uint8_t {
    none = 0,  ///< no row: only meaningful as "allowed from"
    listed = 1,
    deferred = 2,
    stored = 3,
    delete_wanted = 4,
    delete_sent = 5,
    delete_done = 6,
    suspect = 7,
    vanished = 8,
    expired = 9,
    rebound = 10,
};
/// Set of receipt states.
using ReceiptStates = std::uint16_t;
constexpr ReceiptStates bit(ReceiptState s) {
    return static_cast<ReceiptStates>(1U << static_cast<unsigned>(s));
}
constexpr ReceiptStates any_receipt_state = 0xffff;
/// Of messages that are gone at the remote side: kept a while, because servers bring messages back.
constexpr ReceiptStates receipt_history = bit(ReceiptState::delete_done) | bit(ReceiptState::vanished) |
                                          bit(ReceiptState::expired) | bit(ReceiptState::rebound);

/// Unique within an account by (source, epoch, uidl, occurrence).
struct Receipt {
    SourceId source{};
    std::uint32_t epoch = 0;
    std::string uidl;
    std::uint32_t occurrence = 0;

    ReceiptState state = ReceiptState::listed;
    MessageId message{};  ///< 0 until stored
    std::uint64_t size_listed = 0;
    std::string header_fingerprint;  ///< "" or 32 octets
    UnixTime first_seen = 0;
    UnixTime last_seen = 0;
    std::uint32_t missing_count = 0;
    UnixTime missing_since = 0;
    UnixTime stored_at = 0;
    std::uint8_t delete_reason = 0;  ///< DeleteReason
    UnixTime delete_since = 0;       ///< when delete_wanted was set
    std::uint32_t delete_attempts = 0;
    std::uint32_t fail_count = 0;
    UnixTime next_try = 0;
    std::string last_error;
};

enum class DeleteReason : std::uint8_t { none = 0, last_copy = 1, retention = 2, on_download = 3 };

/// A remote mailbox of an account.
struct SourceRow {
    AccountId account{};
    SourceId id{};
    std::string connector;  ///< "connector-pop3"
    std::string config;     ///< opaque to the driver: server, port, TLS, policies
    std::string sealed_credential;
    std::string facts;  ///< opaque: what was learned of the server, poll state
    std::uint32_t epoch = 0;
    UnixTime next_poll_at = 0;
    std::string lease_owner;         ///< "" if free
    std::uint64_t lease_number = 0;  ///< rises with each acquisition: the fence
    UnixTime lease_until = 0;
};

/// A METADATA-like entry. Mailbox 0 is the server/account level.
struct Attribute {
    MailboxId mailbox{};
    std::string entry;  ///< "/private/comment"
    std::string value;
};

/// A Sieve script.
struct Script {
    std::string name;
    std::string text;
    bool active = false;
};

}  // namespace postern::store
