#pragma once
// What a storage driver implements. Coarse: one call, one database transaction, one job on a store lane. SQL never
// crosses it. All calls block. The contract is tested by postern/testkit/store_contract.hpp.
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "postern/config/config_node.hpp"
#include "postern/plugin/registry.hpp"
#include "postern/result.hpp"
#include "postern/store/records.hpp"
#include "postern/store/transaction.hpp"

namespace postern {
class Logger;
}

namespace postern::store {

/// Mailboxes and subscriptions of an account at one moment.
struct AccountView {
    AccountRow account;
    std::vector<MailboxRow> mailboxes;       ///< living ones, by name
    std::vector<std::string> subscriptions;  ///< by name
    std::uint32_t highest_uidvalidity = 0;   ///< ever given in this account, deleted mailboxes included
};

/// What is needed to open a mailbox: the packed state and the log since.
struct MailboxLoad {
    MailboxRow mailbox;
    std::string snapshot;  ///< "" if there is none
    Modseq snapshot_modseq = 0;
    std::vector<ChangeRow> tail;  ///< this mailbox's rows with modseq > snapshot_modseq, ascending
    Modseq change_seq = 0;        ///< the account's, in the same database snapshot
};

struct ContentSlice {
    std::uint64_t size = 0;  ///< of the whole content
    std::vector<std::string> chunks;
};

struct Purged {
    std::uint64_t messages = 0;
    std::uint64_t contents = 0;
};

/// One database connection. Used by one thread at a time. A call that fails because the database went away answers
/// Errc::temporary; the next call reconnects by itself. A commit that fails so may have happened or not: receipts and
/// expected_seq tell. What is named and does not exist is not_found; a name or id that is taken, already_exists.
///
/// Contract for writers: UIDs of a mailbox strictly ascend in commit order, and a modseq of an account becomes visible
/// only after every smaller one is, under any number of concurrent sessions and processes.
class POSTERN_SDK StoreSession {
public:
    virtual ~StoreSession();

    // Accounts. The id is made by the kernel. already_exists if the login is taken.
    virtual Result<void> create_account(const AccountRow& account) = 0;
    virtual Result<AccountRow> find_account(std::string_view login) = 0;
    virtual Result<AccountRow> get_account(AccountId account) = 0;
    /// Ordered by login, after `after`.
    virtual Result<std::vector<AccountRow>> list_accounts(std::string_view after, std::size_t limit) = 0;
    virtual Result<void> update_account(AccountId account, std::optional<std::string> secret,
                                        std::optional<std::string> settings) = 0;
    /// With everything it holds, at once.
    virtual Result<void> delete_account(AccountId account) = 0;

    // Mail.
    /// Runs each transaction all or nothing, in order; several may share one database commit (group commit). Answers
    /// when the durable ones are on stable storage. Transactions may be of different accounts; drivers take locks in
    /// account order. One that fails does not affect the others.
    virtual std::vector<Result<CommitResult>> commit(std::span<const Transaction> batch) = 0;
    virtual Result<AccountView> load_account(AccountId account) = 0;
    virtual Result<MailboxLoad> load_mailbox(AccountId account, MailboxId mailbox) = 0;
    /// Rows of all mailboxes with modseq > after, ascending.
    virtual Result<std::vector<ChangeRow>> read_changes(AccountId account, Modseq after,
                                                        std::size_t limit) = 0;
    /// Replaces the snapshot if `modseq` is newer, and deletes this mailbox's log rows up to `prune_through`
    /// (<= modseq), but none younger than the snapshot. Mailbox 0 has no snapshot (`snapshot` and `modseq` are
    /// ignored): the rows of the account level and of deleted mailboxes up to `prune_through` are deleted.
    virtual Result<void> put_snapshot(AccountId account, MailboxId mailbox, Modseq modseq,
                                      std::string_view snapshot, Modseq prune_through) = 0;
    /// In the order of `ids` (ascending is fastest); unknown ids are left out.
    virtual Result<std::vector<MessageRow>> read_messages(AccountId account,
                                                          std::span<const MessageId> ids) = 0;
    /// `count` chunks from `first_chunk` on (fewer at the end).
    virtual Result<ContentSlice> read_content(AccountId account, const ContentHash& hash,
                                              std::size_t first_chunk, std::size_t count) = 0;
    /// The first chunk of each, in the order of `hashes`; empty where there is no such content. Callers bound what they
    /// ask for at once.
    virtual Result<std::vector<std::string>> read_first_chunks(AccountId account,
                                                               std::span<const ContentHash> hashes) = 0;
    /// Messages that lost their last reference at or after `since`, newest first: what can be restored.
    virtual Result<std::vector<MessageRow>> list_unreferenced(AccountId account, UnixTime since,
                                                              std::size_t limit) = 0;
    /// Deletes at most `limit` messages unreferenced since before `before`, of all accounts, and content that no
    /// message uses any more.
    virtual Result<Purged> purge(UnixTime before, std::size_t limit) = 0;

    // Attributes and scripts; written through Transaction.
    virtual Result<std::vector<Attribute>> read_attributes(AccountId account,
                                                           std::optional<MailboxId> mailbox,
                                                           std::string_view entry_prefix) = 0;
    virtual Result<std::vector<Script>> read_scripts(AccountId account) = 0;

    // Gateway.
    virtual Result<void> put_source(
        const SourceRow& source) = 0;  ///< insert or update; not the lease columns
    virtual Result<void> delete_source(AccountId account, SourceId source) = 0;  ///< with its receipts
    virtual Result<std::vector<SourceRow>> list_sources(AccountId account) = 0;
    /// Of all accounts, due at `now`, not leased at `now`, earliest first.
    virtual Result<std::vector<SourceRow>> due_sources(UnixTime now, std::size_t limit) = 0;
    /// Takes the lease if it is free, expired at `now`, or ours; answers its number. conflict if another holds it.
    virtual Result<std::uint64_t> acquire_lease(AccountId account, SourceId source, std::string_view owner,
                                                UnixTime now, UnixTime until) = 0;
    /// Ends the lease of that number and stores facts and schedule; conflict if it is no longer ours.
    virtual Result<void> release_lease(AccountId account, SourceId source, std::uint64_t number,
                                       std::string_view facts, UnixTime next_poll_at) = 0;
    virtual Result<std::vector<Receipt>> read_receipts(AccountId account, SourceId source,
                                                       ReceiptStates states) = 0;
    /// Deletes at most `limit` receipts, of all accounts, that are history (receipt_history) and were last seen before
    /// `before`; answers how many.
    virtual Result<std::uint64_t> purge_receipts(UnixTime before, std::size_t limit) = 0;

    // Maintenance.
    /// Structural checks a driver can do by itself (references against rows, counters that cannot be, orphans); one
    /// line of text a finding. `posternctl verify` adds the replay of the log.
    virtual Result<std::vector<std::string>> verify(AccountId account) = 0;
};

/// What a driver can do beyond the contract.
struct StoreCapabilities {
    bool shared = false;              ///< several processes (nodes) may use the database at once
    bool parallel_writes = false;     ///< commits of different accounts run in parallel: use several lanes
    std::size_t reader_sessions = 1;  ///< how many sessions help reading
};

/// Told of changes that other processes committed. Called on a thread of the driver; must not block.
using ChangeListener = std::function<void(AccountId account, Modseq modseq)>;

/// An open store.
class POSTERN_SDK Store {
public:
    virtual ~Store();
    virtual StoreCapabilities capabilities() const = 0;
    virtual Result<std::unique_ptr<StoreSession>> connect() = 0;
    /// Starts telling of foreign commits (LISTEN/NOTIFY). "Look", it says; the log says what. After a gap (reconnect)
    /// it calls with AccountId 0: look everywhere. unsupported if not shared.
    virtual Result<void> listen(ChangeListener listener) = 0;
    /// Ends the driver's threads.
    virtual void close() = 0;
};

/// A storage driver plugin registers one of these under its name ("store-sqlite").
class POSTERN_SDK StoreDriver {
public:
    static constexpr InterfaceId interface_id{"postern.store.driver", 1, 0};
    virtual ~StoreDriver();
    /// Opens and, if needed, creates or migrates the database, using the settings the plugin was configured with.
    /// `data_directory` is server.data of the configuration.
    virtual Result<std::unique_ptr<Store>> open(const std::string& data_directory, Logger& log) = 0;
};

}  // namespace postern::store
