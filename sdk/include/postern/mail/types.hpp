#pragma once
// Values of the mail model that the kernel and the protocols share.
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "postern/mime/record.hpp"
#include "postern/store/ids.hpp"

namespace postern::mail {

/// System flags as bits (RFC 3501 section 2.3.2). \Recent is not stored: it belongs to a view.
enum Flag : std::uint8_t { answered = 1, flagged = 2, deleted = 4, seen = 8, draft = 16 };
using FlagBits = std::uint8_t;

/// A set of keywords, interned per open mailbox: the same set of names has the same id. 0 is the empty set.
using KeywordSet = std::uint32_t;

/// Index of a message in an open mailbox's columns. Stable as long as any view of the mailbox is open; ascends with
/// the UID.
using Slot = std::uint32_t;
constexpr Slot no_slot = 0xffffffff;

/// A message's immutable part, shared by cache and readers.
struct StoredMessage {
    MessageId id{};
    ContentHash content{};
    std::string blob;         ///< what `record` points into
    mime::RecordView record;  ///< projections made at delivery
};
using StoredMessagePtr = std::shared_ptr<const StoredMessage>;

/// Why a store operation happens (X29, X30): travels with it to guards, observers and the log.
struct Cause {
    std::string protocol;  ///< "imap", "gateway"
    std::string command;   ///< "APPEND"
    std::string login;     ///< acting user
    std::uint64_t session =
        0;  ///< unique number of the session, 0 if none: views do not echo their own changes
};

/// A mailbox as LIST and STATUS see it; kept in memory, always current.
struct MailboxInfo {
    MailboxId id{};
    std::string name;  ///< UTF-8, hierarchy by '/', "INBOX" in capitals
    std::uint32_t uidvalidity = 0;
    Uid uidnext = 1;
    Modseq highest_modseq = 1;  ///< at least 1, as RFC 7162 wants
    std::uint32_t total = 0;
    std::uint32_t unseen = 0;
    std::uint32_t deleted = 0;
    std::uint64_t bytes = 0;
    std::vector<std::string> special_use;  ///< "\\Sent"
};

constexpr char hierarchy_delimiter = '/';
constexpr std::size_t max_mailbox_name = 1000;  ///< octets

}  // namespace postern::mail
