#pragma once
// An open mailbox and the views sessions have of it (design 6, "Hub"). Implemented by the kernel. Everything here is
// called on the account's core only.
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "postern/export.hpp"
#include "postern/mail/types.hpp"
#include "postern/result.hpp"
#include "postern/runtime/runtime.hpp"
#include "postern/store/transaction.hpp"

namespace postern::mail {

class Account;

/// The messages of an open mailbox as columns: element i is the message in slot i. Dead slots (expunged, not yet
/// compacted) keep their values. Pointers are valid until the next suspension point; slots, too, unless a SlotHold
/// lives.
struct Columns {
    std::span<const Uid> uid;
    std::span<const FlagBits> flags;
    std::span<const KeywordSet> keywords;
    std::span<const Modseq> modseq;
    std::span<const std::uint32_t> size;  ///< RFC822.SIZE
    std::span<const UnixTime> internal_date;
    std::span<const std::int16_t> zone;  ///< minutes east of UTC in which the internal date was given
    std::span<const UnixTime> saved;     ///< when it was put into this mailbox
    std::span<const MessageId> message;
    std::span<const std::uint64_t> alive;  ///< bitmap, one bit a slot
    bool is_alive(Slot s) const { return (alive[s / 64] >> (s % 64)) & 1U; }
};

/// What a session must tell its client, made by View::sync. Order of telling: expunged, then exists/recent, then
/// keywords (a new FLAGS line), then flags.
struct ViewChanges {
    struct Expunged {
        std::uint32_t number;  ///< message number at the moment of telling, as EXPUNGE needs it, in order
        Uid uid;
    };
    std::vector<Expunged> expunged;
    std::optional<std::uint32_t> exists;  ///< new count, if messages were added
    std::optional<std::uint32_t> recent;
    bool keywords_changed = false;  ///< the mailbox has new keywords: send FLAGS and PERMANENTFLAGS
    std::vector<Slot> flags;  ///< messages whose flags changed (by others, or loudly by oneself), ascending
    Modseq modseq = 0;        ///< the view now reflects every change up to this one

    bool empty() const {
        return expunged.empty() && !exists && !recent && !keywords_changed && flags.empty();
    }
};

/// One session's announced state of a mailbox: its message numbers change only in sync(). Memory is a few words plus
/// the expunges not yet told.
class POSTERN_SDK View {
public:
    virtual ~View();

    virtual std::uint32_t count() const = 0;   ///< EXISTS as told
    virtual std::uint32_t recent() const = 0;  ///< \Recent messages of this session, as told
    virtual bool is_recent(Slot slot) const = 0;
    virtual bool read_only() const = 0;

    /// Message number 1..count() to slot; no_slot if out of range.
    virtual Slot slot_of_number(std::uint32_t number) const = 0;
    /// no_slot if this view does not have the UID (never had, or told as expunged).
    virtual Slot slot_of_uid(Uid uid) const = 0;
    /// 0 if the slot is not in this view.
    virtual std::uint32_t number_of(Slot slot) const = 0;
    /// First slot of this view with uid >= `uid`; no_slot if none. With next(): iteration in UID order.
    virtual Slot lower_bound(Uid uid) const = 0;
    virtual Slot next(Slot slot) const = 0;
    virtual Uid last_uid() const = 0;  ///< "*"; 0 if empty
    /// True if the message was expunged but this view has not been told (its content can still be read).
    virtual bool is_expunged(Slot slot) const = 0;

    /// Every change up to this one has been told.
    virtual Modseq told_modseq() const = 0;
    virtual bool has_changes(bool including_expunges) const = 0;
    /// Brings the view up to date. With `allow_expunge` false, message numbers stay and only additions and flag
    /// changes are taken (the update gate, RFC 3501 section 7.4.1).
    virtual ViewChanges sync(bool allow_expunge) = 0;

    /// Called (on the core) when has_changes may have become true; at most once until the next sync. For IDLE.
    /// Replaces the former one; null removes.
    virtual void on_change(std::function<void()> wake) = 0;
};

struct StoreFlagsRequest {
    enum class Mode { replace, add, remove } mode = Mode::replace;
    std::vector<Slot> slots;  ///< ascending
    FlagBits flags = 0;
    std::vector<std::string> keywords;
    std::optional<Modseq> unchanged_since;  ///< RFC 7162 section 3.1.3
    /// Changes are not told to this view by sync() (.SILENT); others learn of them.
    View* silent_for = nullptr;
    Cause cause;
};
struct StoreFlagsResult {
    std::vector<Slot> changed;   ///< flags differ now; ascending
    std::vector<Slot> modified;  ///< refused by unchanged_since; ascending
    std::vector<Slot> gone;      ///< expunged meanwhile
    Modseq modseq = 0;           ///< of the change; 0 if nothing changed
};

struct ExpungeRequest {
    /// Only these; not set: all. Messages without \Deleted are left unless `force`.
    std::optional<std::vector<Slot>> slots;
    bool force = false;  ///< MOVE-like and gateway removals: \Deleted is not needed
    store::LastCopy last_copy = store::LastCopy::delete_remote;
    /// Written in the same transaction (gateway).
    std::vector<store::ReceiptWrite> receipts;
    std::optional<store::Fence> fence;
    Cause cause;
};
struct ExpungeResult {
    std::vector<Uid> uids;  ///< ascending
    Modseq modseq = 0;      ///< 0 if nothing was expunged
};

struct TransferRequest {
    std::vector<Slot> slots;  ///< ascending
    MailboxId destination{};
    bool move = false;  ///< removes them here in the same transaction (RFC 6851)
    Cause cause;
};
struct TransferResult {
    std::uint32_t uidvalidity = 0;  ///< of the destination
    std::vector<Uid> source;        ///< ascending; messages expunged meanwhile are left out
    std::vector<Uid> destination;   ///< in step with `source`
    Modseq modseq = 0;              ///< of the expunge in the source (move)
};

/// Expunged UIDs since a modseq, for QRESYNC (RFC 7162 section 3.2.10).
struct VanishedSince {
    bool complete = true;  ///< false: the log no longer reaches back; `uids` is then every UID not there now
    std::vector<std::pair<Uid, Uid>> ranges;  ///< ascending, disjoint, inclusive
};

class SlotHold;

/// An open mailbox. Shared by its views; closes when the last reference goes.
class POSTERN_SDK Mailbox {
public:
    virtual ~Mailbox();

    /// Whose it is: its messages are read there. Lives as long as the mailbox's holders.
    virtual Account& account() const = 0;
    virtual const MailboxInfo& info() const = 0;
    /// False once the mailbox was deleted: operations answer not_found, views keep what they have.
    virtual bool exists() const = 0;
    virtual Columns columns() const = 0;
    virtual std::size_t slot_count() const = 0;
    /// Slot of a living message with that UID, or no_slot.
    virtual Slot find(Uid uid) const = 0;
    /// Slots of living placements of these messages.
    virtual std::vector<Slot> find_messages(std::span<const MessageId> messages) const = 0;
    /// Number of the first unseen message is derived from this: its slot, or no_slot.
    virtual Slot first_unseen() const = 0;

    /// Every keyword in use or used since the mailbox was opened, in order of appearance.
    virtual const std::vector<std::string>& keywords() const = 0;
    /// Indexes into keywords().
    virtual std::span<const std::uint16_t> keyword_set(KeywordSet set) const = 0;
    /// The index of a keyword (case-insensitive), if known.
    virtual std::optional<std::uint16_t> find_keyword(std::string_view name) const = 0;

    /// Opens a view at the present state; the first that is not read-only takes the \Recent messages.
    virtual std::unique_ptr<View> open_view(bool read_only) = 0;

    virtual Task<Result<StoreFlagsResult>> store_flags(StoreFlagsRequest request) = 0;
    virtual Task<Result<ExpungeResult>> expunge(ExpungeRequest request) = 0;
    virtual Task<Result<TransferResult>> transfer(TransferRequest request) = 0;

    /// Living slots with modseq > `since`, ascending.
    virtual std::vector<Slot> changed_since(Modseq since) const = 0;
    virtual VanishedSince vanished_since(Modseq since) const = 0;

private:
    friend class SlotHold;
    virtual void hold_slots() = 0;
    virtual void release_slots() = 0;
};

/// While one lives, the slots of a mailbox keep their meaning across suspension points. When there is none, the mailbox
/// may forget messages that are expunged and whose going every view has told: the slots of later ones then change. What is
/// kept for longer than a command is kept by UID. On the account's core.
class POSTERN_SDK SlotHold {
public:
    SlotHold() = default;  ///< of nothing
    explicit SlotHold(std::shared_ptr<Mailbox> mailbox);
    SlotHold(SlotHold&& other) noexcept;
    SlotHold& operator=(SlotHold&& other) noexcept;
    ~SlotHold();

private:
    std::shared_ptr<Mailbox> mailbox_;
};

}  // namespace postern::mail
