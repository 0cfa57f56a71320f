#pragma once
// One change of one account: a value that a driver runs as one database transaction, in one round trip if it can.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "postern/store/records.hpp"

namespace postern::store {

struct NewMessage {
    MessageId id{};         ///< made by the kernel; unique in the account; at most max_id
    ContentHash content{};  ///< among `contents` or stored already, else not_found
    std::string record;
};

/// Placements of a message added (+) or removed (-) by this transaction.
struct ReferenceChange {
    MessageId message{};
    std::int32_t delta = 0;
};

/// Added to the mailbox's counters.
struct CounterDelta {
    std::int64_t total = 0;
    std::int64_t unseen = 0;
    std::int64_t deleted = 0;
    std::int64_t bytes = 0;
};

/// One log row to be. The driver gives it the account's next modseq, takes `uids` UIDs from the mailbox's uidnext
/// (first_uid), adds `counters` to mailbox and account usage, sets the mailbox's highest_modseq.
/// Mailbox 0: an account-level change with no counters and no UIDs. A mailbox that is gone fails the transaction:
/// not_found; counters that would fall below 0 and UIDs beyond 2^32 - 1: invalid.
struct NewChange {
    MailboxId mailbox{};
    std::string data;
    std::uint32_t uids = 0;
    CounterDelta counters;
};

/// Changes of the mailbox tree; each also gets a log row (its `data`), so that other nodes learn of it: under the
/// mailbox's id, a subscription's under mailbox 0.
struct MailboxCreate {
    MailboxId id{};
    std::string name;
    /// Unique in the account and over time: conflict if any mailbox, living or deleted, has had it. See
    /// AccountView::highest_uidvalidity.
    std::uint32_t uidvalidity = 0;
    std::string special_use;
    std::string data;
};
struct MailboxRename {
    MailboxId id{};
    std::string name;  ///< the new name; a subtree is several of these in one transaction
    std::string data;
};
/// Marks the mailbox deleted: its name is free, its UIDVALIDITY is never given again in this account. The driver takes
/// its totals off the account's usage and drops its snapshot and attributes; references of its messages are lowered by
/// `references` of the transaction.
struct MailboxDelete {
    MailboxId id{};
    std::string data;
};
struct MailboxSpecialUse {
    MailboxId id{};
    std::string special_use;
    std::string data;
};
struct Subscription {
    std::string name;  ///< need not exist as a mailbox
    bool subscribed = true;
    std::string data;
};

/// Insert or update of a receipt (its whole row). If the row's present state (none: no row) is not in `from`, the
/// transaction fails with conflict and changes nothing: that settles a COMMIT whose outcome was unknown. A receipt
/// occurs once in a transaction, or it is invalid: which of two writes is the last is not asked.
struct ReceiptWrite {
    Receipt receipt;
    ReceiptStates from = any_receipt_state;
};

/// What becomes of the remote original when the last placement of a message goes.
enum class LastCopy : std::uint8_t {
    keep_remote,  ///< receipts stay as they are
    /// Receipts that point at the message and are stored or suspect become delete_wanted, reason last_copy.
    delete_remote,
};

struct AttributeWrite {
    Attribute attribute;
    bool remove = false;
};

struct ScriptWrite {
    enum class Kind { put, remove, activate, rename } kind = Kind::put;
    std::string name;      ///< activate: "" deactivates
    std::string text;      ///< put
    std::string new_name;  ///< rename
};

/// The transaction holds only if this source's lease is still the one of `number` (fencing, gateway.md T-notes (e)).
struct Fence {
    SourceId source{};
    std::uint64_t number = 0;
};

/// See check() (postern/store/check.hpp) for what is refused before the database is asked.
struct Transaction {
    AccountId account{};
    /// The account's change_seq as the caller knows it; if another writer was first: conflict. Not set for deliveries,
    /// which depend on the mailbox's counters alone.
    std::optional<Modseq> expected_seq;
    std::optional<Fence> fence;
    UnixTime now = 0;  ///< clock of the caller, for unreferenced_at and delete_since

    std::vector<MailboxCreate> creates;
    std::vector<MailboxRename> renames;
    std::vector<MailboxDelete> deletes;
    std::vector<MailboxSpecialUse> special_uses;
    std::vector<Subscription> subscriptions;

    std::vector<Content> contents;  ///< a content that is already stored is skipped (single instance)
    std::vector<NewMessage> messages;
    /// Several of one message count as their sum, which must leave >= 0 references (else invalid). When references
    /// rise from 0, unreferenced_at is cleared and receipts of the message in delete_wanted become stored (gateway.md
    /// T5).
    std::vector<ReferenceChange> references;
    LastCopy last_copy = LastCopy::keep_remote;

    std::vector<NewChange> changes;
    std::vector<ReceiptWrite> receipts;  ///< applied after `references`
    std::vector<AttributeWrite> attributes;
    std::vector<ScriptWrite> scripts;

    /// False if losing the last moments of it to a power failure is acceptable (flag changes alone, by setting).
    bool durable = true;
};

/// Log rows are numbered, and the parts applied, in this order: creates, renames, deletes, special_uses, subscriptions,
/// changes. A transaction without any of them takes no modseq.
struct CommitResult {
    Modseq first_modseq = 0;              ///< of this transaction's rows; previous change_seq + 1
    Modseq last_modseq = 0;               ///< the account's change_seq now
    std::vector<Uid> first_uids;          ///< one per `changes`
    std::vector<MessageId> unreferenced;  ///< messages whose references fell to 0
};

}  // namespace postern::store
