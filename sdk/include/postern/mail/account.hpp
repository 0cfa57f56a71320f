#pragma once
// Accounts: mailbox tree, delivery, reading content. Implemented by the kernel; called on the account's core
// (Runtime::core_of(value_of(account))) unless said otherwise.
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "postern/export.hpp"
#include "postern/mail/mailbox.hpp"
#include "postern/mail/types.hpp"
#include "postern/plugin/registry.hpp"
#include "postern/result.hpp"
#include "postern/runtime/runtime.hpp"
#include "postern/store/records.hpp"
#include "postern/store/transaction.hpp"

namespace postern::mail {

/// One message to be stored.
struct NewMail {
    std::shared_ptr<const std::string> content;  ///< octet-exact
    /// If set, no content is given: a placement of this message, which must exist (restore from recovery).
    std::optional<MessageId> existing;
    FlagBits flags = 0;
    std::vector<std::string> keywords;
    std::optional<UnixTime> internal_date;  ///< not set: now
    std::int16_t zone = 0;                  ///< minutes east, with internal_date
    /// Written in the same transaction, with the message's id filled in (gateway T2).
    std::optional<store::ReceiptWrite> receipt;
};

/// All of `messages`, or none, into one mailbox, in order.
struct DeliveryRequest {
    MailboxId mailbox{};
    std::vector<NewMail> messages;
    std::optional<store::Fence> fence;
    /// Messages of an open mailbox of this account that are expunged in the same transaction, ascending: the new ones take
    /// their place (RFC 8508). not_found if one of them is gone.
    std::shared_ptr<Mailbox> replaced_in;
    std::vector<Slot> replaced;
    Cause cause;
};
struct DeliveryResult {
    std::uint32_t uidvalidity = 0;
    std::vector<Uid> uids;  ///< in step with the messages
    std::vector<MessageId> messages;
    Modseq modseq = 0;
    Modseq expunge_modseq = 0;  ///< of the change in `replaced_in`
};

/// What happened in an account, told after its commit (X32). One event a log row.
struct AccountEvent {
    enum class Kind {
        added,
        expunged,
        flags,
        mailbox_created,
        mailbox_renamed,
        mailbox_deleted,
        mailbox_changed,  ///< special use
        subscription,
        attribute,  ///< of the mailbox or, mailbox 0, of the account; `name` is the entry. One event each
    } kind = Kind::added;
    MailboxId mailbox{};
    Modseq modseq = 0;
    std::string name;           ///< of the mailbox or subscription
    std::string old_name;       ///< renamed
    std::span<const Uid> uids;  ///< valid during the call
    std::uint64_t session = 0;  ///< whose doing it was; 0: unknown or another process
};

/// Ends a subscription when destroyed. Same core.
class POSTERN_SDK Subscription {
public:
    virtual ~Subscription();
};

/// What the search index knows about one text. Immutable; any thread.
class POSTERN_SDK TextCandidates {
public:
    virtual ~TextCandidates();
    /// False only if neither the header nor a text part of the message contains the text.
    virtual bool may_contain(MessageId message) const = 0;
};
using TextCandidatesPtr = std::shared_ptr<const TextCandidates>;

/// Attributes whose entry begins with "." belong to the state of an account: in memory as long as it is open, on every node
/// the same. A few, and small.
constexpr bool is_resident(std::string_view entry) {
    return entry.starts_with('.');
}
/// Attributes that users write: annotations. "/of/LOGIN/private/..." are what other users keep with a mailbox.
constexpr bool is_of_users(std::string_view entry) {
    return entry.starts_with("/private") || entry.starts_with("/shared") || entry.starts_with("/of/");
}

class POSTERN_SDK Account {
public:
    virtual ~Account();

    virtual AccountId id() const = 0;
    virtual const std::string& login() const = 0;
    virtual Modseq change_seq() const = 0;
    virtual std::uint64_t used_bytes() const = 0;
    virtual std::uint64_t used_count() const = 0;

    /// Ordered by name (octets). Valid until the next suspension point.
    virtual const std::vector<MailboxInfo>& mailboxes() const = 0;
    virtual const MailboxInfo* find_mailbox(
        std::string_view name) const = 0;  ///< "inbox" in any case is INBOX
    virtual const MailboxInfo* find_mailbox(MailboxId id) const = 0;
    virtual const std::vector<std::string>& subscriptions() const = 0;

    struct CreateOptions {
        std::vector<std::string> special_use;
        Cause cause;
    };
    /// Makes missing parents too (RFC 3501 section 6.3.3). Names are UTF-8; invalid ones answer Errc::invalid.
    virtual Task<Result<MailboxId>> create_mailbox(std::string name, CreateOptions options) = 0;
    /// With its children; renaming INBOX moves its messages (RFC 3501 section 6.3.5).
    virtual Task<Result<void>> rename_mailbox(std::string from, std::string to, Cause cause) = 0;
    /// A mailbox with children loses its messages but keeps its name as a parent: answers invalid if it has children
    /// and none of its own messages are there to remove (RFC 3501 section 6.3.4).
    virtual Task<Result<void>> delete_mailbox(std::string name, Cause cause) = 0;
    virtual Task<Result<void>> set_subscribed(std::string name, bool subscribed, Cause cause) = 0;
    virtual Task<Result<void>> set_special_use(MailboxId mailbox, std::vector<std::string> uses,
                                               Cause cause) = 0;

    virtual Task<Result<std::shared_ptr<Mailbox>>> open_mailbox(MailboxId mailbox) = 0;

    /// Stores messages; answers after the commit. Waiting deliveries share transactions (design 6).
    virtual Task<Result<DeliveryResult>> deliver(DeliveryRequest request) = 0;

    /// Immutable parts, in the order of `ids`, from the cache or in one store call; null where a message is unknown.
    virtual Task<Result<std::vector<StoredMessagePtr>>> load_messages(std::vector<MessageId> ids) = 0;
    /// Already cached, or null. No suspension: the fast path of FETCH.
    virtual StoredMessagePtr cached_message(MessageId id) const = 0;
    /// Octets [offset, offset+length) of the content, fewer at its end. At most content_chunk_size octets per call
    /// are read; callers stream by repeating. Served from the content cache where it can be.
    virtual Task<Result<std::string>> read_content(StoredMessagePtr message, std::uint64_t offset,
                                                   std::uint64_t length) = 0;
    /// Brings the first content_chunk_size octets of each into the content cache, in one store call: the read_content()
    /// calls that follow find them there. Errors show there, too. Callers bound what they ask for at once.
    virtual Task<void> prefetch_content(std::vector<StoredMessagePtr> messages) = 0;

    /// Asks the search index, in at most one store call, where each of `texts` can be found; they are folded, as
    /// mime::searchable_text() folds. An answer for each, in their order; null where the index excludes nothing.
    virtual Task<std::vector<TextCandidatesPtr>> find_text(std::vector<std::string> texts) = 0;

    /// METADATA-like entries (X36). Mailbox 0: the account itself. The prefix "/" means the entries of users
    /// (is_of_users()), not what the server keeps for itself. Whoever watches is told of changes of users' and resident
    /// entries; guards are asked about them.
    virtual Task<Result<std::vector<store::Attribute>>> read_attributes(std::optional<MailboxId> mailbox,
                                                                        std::string entry_prefix) = 0;
    virtual Task<Result<void>> write_attributes(std::vector<store::AttributeWrite> writes, Cause cause) = 0;
    /// The value of a resident attribute (is_resident()), as of now, or null. No suspension: for guards and for what is
    /// asked with every command. Valid until the next suspension point.
    virtual const std::string* find_attribute(MailboxId mailbox, std::string_view entry) const = 0;

    /// Receipts alone (gateway transitions without a message).
    virtual Task<Result<void>> write_receipts(std::vector<store::ReceiptWrite> receipts,
                                              std::optional<store::Fence> fence) = 0;
    virtual Task<Result<std::vector<store::Receipt>>> read_receipts(SourceId source,
                                                                    store::ReceiptStates states) = 0;
    /// Messages without placements, newest first: what can be restored (deliver with `existing`).
    virtual Task<Result<std::vector<store::MessageRow>>> list_recoverable(std::size_t limit) = 0;

    virtual std::unique_ptr<Subscription> watch(std::function<void(const AccountEvent&)> observer) = 0;
    /// Sessions that have this account open now (drives the gateway's poll schedule).
    virtual std::size_t session_count() const = 0;
    virtual std::size_t idle_session_count() const = 0;
    /// A protocol session counts itself while it lives; `idle` while it waits in IDLE.
    class POSTERN_SDK Presence {
    public:
        virtual ~Presence();
        virtual void set_idle(bool idle) = 0;
    };
    virtual std::unique_ptr<Presence> enter(std::string protocol) = 0;
};

struct NewAccount {
    std::string login;
    std::string secret;    ///< verifier, "" if none
    std::string settings;  ///< opaque
};

/// Provided by the kernel.
class POSTERN_SDK MailService {
public:
    static constexpr InterfaceId interface_id{"postern.mail.service", 1, 0};
    virtual ~MailService();

    /// Any core. Makes the account with INBOX and Drafts, Sent, Trash, Junk, Archive (special use, subscribed).
    /// already_exists if the login is taken. If a crash came between account and mailboxes, the next open makes them.
    virtual Task<Result<AccountId>> create_account(NewAccount account) = 0;
    /// Any core. not_found if there is no such login.
    virtual Task<Result<store::AccountRow>> find_account(std::string login) = 0;
    virtual Task<Result<void>> update_account(AccountId account, std::optional<std::string> secret,
                                              std::optional<std::string> settings) = 0;
    /// On the account's core. The account stays open while somebody holds it, and for a while after.
    virtual Task<Result<std::shared_ptr<Account>>> open(AccountId account) = 0;
    /// On any core, for sessions of other accounts: as open(), but the account lives on the caller's core, beside the one on
    /// its own core, and follows the log as another node does.
    virtual Task<Result<std::shared_ptr<Account>>> open_here(AccountId account) = 0;

    // Sources of gateway accounts; any core.
    virtual Task<Result<void>> put_source(store::SourceRow source) = 0;
    virtual Task<Result<void>> delete_source(AccountId account, SourceId source) = 0;
    virtual Task<Result<std::vector<store::SourceRow>>> list_sources(AccountId account) = 0;
    virtual Task<Result<std::vector<store::SourceRow>>> due_sources(UnixTime now, std::size_t limit) = 0;
    virtual Task<Result<std::uint64_t>> acquire_lease(AccountId account, SourceId source, std::string owner,
                                                      UnixTime now, UnixTime until) = 0;
    virtual Task<Result<void>> release_lease(AccountId account, SourceId source, std::uint64_t number,
                                             std::string facts, UnixTime next_poll_at) = 0;

    /// A new 64-bit id, ascending in time, unique across nodes. Any thread.
    virtual std::uint64_t new_id() = 0;
    /// Seconds since 1970; tests set it. Any thread.
    virtual UnixTime now() const = 0;
};

/// What of the flags of messages a guard lets through; the rest is left as it is, or not set.
struct FlagRights {
    FlagBits flags = 0xff;
    bool keywords = true;
};

/// X29: may veto a store operation before it happens (ACL, quota, limits). Registered by name; asked in the order of
/// `order()`, the first error wins. Called on the core where the account lives; must not suspend.
struct GuardedOperation {
    enum class Kind {
        deliver,
        store_flags,
        expunge,
        transfer,
        create_mailbox,
        rename_mailbox,
        delete_mailbox,
        write_attributes,
    } kind;
    const Account* account = nullptr;
    const MailboxInfo* mailbox = nullptr;  ///< acted upon; null for create and for attributes of the account
    const MailboxInfo* destination = nullptr;  ///< transfer
    std::string_view name;                     ///< create, rename
    std::uint64_t messages = 0;                ///< acted upon
    bool move = false;                         ///< transfer: they leave `mailbox`

    // What the account gains
    std::uint64_t added_messages = 0;
    std::uint64_t bytes = 0;
    std::uint64_t added_mailboxes = 0;  ///< create, rename: with the parents that are missing
    /// Deliveries that were let through and are not in Account::used_bytes() and used_count() yet.
    std::uint64_t pending_messages = 0;
    std::uint64_t pending_bytes = 0;

    std::span<const store::AttributeWrite> attributes;  ///< write_attributes
    /// write_attributes: octets of names and values of all entries of users, afterwards and before; 0 unless a guard
    /// counts_attributes().
    std::uint64_t attribute_bytes = 0;
    std::uint64_t attribute_bytes_before = 0;

    // deliver, store_flags, transfer: flags to be changed or set, of any of the messages
    FlagBits flags = 0;
    bool keywords = false;
    FlagRights* flag_rights = nullptr;  ///< a guard may take some away

    const Cause* cause = nullptr;
};
class POSTERN_SDK StoreGuard {
public:
    static constexpr InterfaceId interface_id{"postern.mail.guard", 1, 0};
    virtual ~StoreGuard();
    virtual int order() const = 0;
    virtual Result<void> check(const GuardedOperation& operation) = 0;
    /// Asked about deliveries, after check(): its answer depends on the state of the account so narrowly that it must be asked
    /// again when the delivery is written, which then holds only if nobody else has written meanwhile. The other operations
    /// are always checked so. Costs a commit of its own.
    virtual bool depends_on_state(const GuardedOperation& operation);
    /// It limits how much users' attributes may hold together: then all of them are read before some are written.
    virtual bool counts_attributes(const Account& account);
};

}  // namespace postern::mail
