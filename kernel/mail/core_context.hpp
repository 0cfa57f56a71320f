#pragma once
// What the accounts of one core share: the way to the store, clock and ids, caches. Everything but the references is
// used by that core's thread alone.
#include <functional>
#include <memory>
#include <vector>

#include "kernel/mail/id_generator.hpp"
#include "kernel/mail/lru_cache.hpp"
#include "kernel/mail/store_lanes.hpp"
#include "postern/mail/account.hpp"
#include "postern/runtime/log.hpp"

namespace postern::mail {

struct MailOptions {
    std::size_t message_cache = 96 << 20;  ///< octets of message records a core keeps
    std::size_t content_cache = 64 << 20;  ///< octets of content a core keeps
    std::size_t mailbox_cache = 32 << 20;  ///< octets of mailboxes a core keeps open though nobody uses them
    /// Messages larger than this are prepared on a CPU lane, smaller ones at once.
    std::size_t inline_limit = 64 << 10;
    /// Flag changes are acknowledged before they are on stable storage, as Dovecot does.
    bool asynchronous_flags = false;
    /// An open mailbox forgets expunged messages when so many of them, and a quarter of what it knows, can be forgotten.
    std::size_t least_forgotten = 64;
    /// A snapshot costs in proportion to the mailbox, reading its tail in proportion to the rows: renewed when the
    /// tail has this many rows and a sixteenth of the messages.
    std::size_t snapshot_rows = 256;
    /// Log rows kept behind the newest for other nodes that have not read them yet.
    Modseq log_rows = 4096;
    std::chrono::seconds keep_account{600};  ///< open after its last use
    std::chrono::seconds keep_mailbox{300};
    /// So long expunged messages can be restored, and receipts of what is gone at the remote side are known.
    std::chrono::seconds keep_expunged{30 * 86400};
    std::chrono::seconds keep_receipts{90 * 86400};
    std::chrono::milliseconds purge_interval{3600 * 1000};
    std::size_t index_cache = 16 << 20;           ///< octets of the search index a core keeps
    std::size_t index_least = 128;                ///< messages that are worth a segment; 0: no search index
    std::chrono::milliseconds index_delay{2000};  ///< without mail, before what came is indexed
    /// Tests set it. Seconds since 1970; any thread.
    std::function<UnixTime()> clock;
};

struct MessageKey {
    AccountId account;
    MessageId message;
    bool operator==(const MessageKey&) const = default;
};
struct ContentKey {
    AccountId account;
    ContentHash content;
    std::size_t chunk;
    bool operator==(const ContentKey&) const = default;
};
struct IndexBlockKey {
    AccountId account;
    std::uint64_t segment;
    std::size_t block;
    bool operator==(const IndexBlockKey&) const = default;
};
struct CacheHash {
    std::size_t operator()(const MessageKey& key) const noexcept;
    std::size_t operator()(const ContentKey& key) const noexcept;
    std::size_t operator()(const IndexBlockKey& key) const noexcept;
};

/// Content in memory: one uncompressed chunk.
using ChunkPtr = std::shared_ptr<const std::string>;

struct CoreContext {
    Runtime& runtime;
    StoreLanes& lanes;
    Logger& log;
    IdGenerator& ids;
    const MailOptions& options;
    const std::vector<StoreGuard*>& guards;  ///< in the order in which they are asked
    Executor executor;

    LruCache<MessageKey, StoredMessagePtr, CacheHash> messages;
    LruCache<ContentKey, ChunkPtr, CacheHash> contents;
    LruCache<IndexBlockKey, std::shared_ptr<const std::string>, CacheHash> index_blocks;
    bool indexing = false;  ///< an account's search index is being renewed

    /// Told of every commit of ours: other cores may have the account open, too. Empty: nobody need know.
    std::function<void(AccountId, Modseq)> committed{};

    UnixTime now() const;
};

}  // namespace postern::mail
