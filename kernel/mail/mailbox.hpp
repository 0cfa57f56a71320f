#pragma once
// The hub of an open mailbox (design 6): its state in memory, shared by the views of all its sessions; writes that
// depend on that state.
#include <memory>
#include <string>
#include <vector>

#include "kernel/mail/flag_ring.hpp"
#include "kernel/mail/mailbox_state.hpp"
#include "kernel/mail/write_request.hpp"
#include "postern/mail/account.hpp"

namespace postern::mail {

class AccountImpl;
class ViewImpl;

/// Owned by the account while it is kept open, and by its views and holders. Lives on the account's core.
class MailboxImpl final : public Mailbox, public std::enable_shared_from_this<MailboxImpl> {
public:
    /// `applied`: every log row of this mailbox up to this modseq is in `state`.
    MailboxImpl(AccountImpl& account, MailboxId id, MailboxState state, Modseq applied);
    ~MailboxImpl() override;

    Account& account() const override;
    const MailboxInfo& info() const override;
    bool exists() const override { return exists_; }
    Columns columns() const override { return state_.columns(); }
    std::size_t slot_count() const override { return state_.slot_count(); }
    Slot find(Uid uid) const override { return state_.find(uid); }
    std::vector<Slot> find_messages(std::span<const MessageId> messages) const override;
    Slot first_unseen() const override { return state_.first_unseen(); }
    const std::vector<std::string>& keywords() const override { return state_.keywords().names(); }
    std::span<const std::uint16_t> keyword_set(KeywordSet set) const override;
    std::optional<std::uint16_t> find_keyword(std::string_view name) const override;
    std::unique_ptr<View> open_view(bool read_only) override;
    Task<Result<StoreFlagsResult>> store_flags(StoreFlagsRequest request) override;
    Task<Result<ExpungeResult>> expunge(ExpungeRequest request) override;
    Task<Result<TransferResult>> transfer(TransferRequest request) override;
    std::vector<Slot> changed_since(Modseq since) const override { return state_.changed_since(since); }
    VanishedSince vanished_since(Modseq since) const override;

    // For views.
    const MailboxState& state() const { return state_; }
    const FlagRing& flag_ring() const { return ring_; }
    /// Of the last change here; at least 1 (RFC 7162 section 3.1.2.1).
    Modseq modseq() const { return std::max<Modseq>(state_.highest_modseq(), 1); }
    void take_recent(Uid next);
    void ring_read();
    /// A view has told this many of its expunged messages, or closed.
    void expunges_told(std::size_t count) { blocked_ -= std::min(blocked_, count); }
    void view_closed(const ViewImpl& view);

    // For the account.
    MailboxId id() const { return id_; }
    Modseq applied() const { return applied_; }
    /// Rows that are in the state already are passed over.
    Result<void> apply(const Change& change, const store::ChangeRow& row, const Origin& origin);
    /// Replaces the state by what the store has now, after the log lost rows: views learn the differences.
    void replace(MailboxState state, Modseq applied);
    void mark_deleted(MailboxInfo last);
    std::size_t memory() const { return state_.memory(); }
    /// The \Recent cursor, if the log does not know it yet.
    std::optional<Uid> unsaved_recent() const;
    void recent_saved() { recent_unsaved_ = false; }
    std::size_t rows_since_snapshot() const { return rows_since_snapshot_; }
    void set_rows_since_snapshot(std::size_t rows) { rows_since_snapshot_ = rows; }

    /// A SlotHold for an operation of the mailbox: what it answers has slots, so that its end moves none.
    class Pin {
    public:
        explicit Pin(MailboxImpl& mailbox) : mailbox_(mailbox.shared_from_this()) { ++mailbox_->pins_; }
        ~Pin() { --mailbox_->pins_; }
        Pin(const Pin&) = delete;
        Pin& operator=(const Pin&) = delete;

    private:
        std::shared_ptr<MailboxImpl> mailbox_;
    };

    // The state-dependent part of the writes; called with the account's state current.
    Result<bool> prepare_flags(const StoreFlagsRequest& request, StoreFlagsResult& result,
                               store::Transaction& transaction);
    Result<bool> prepare_expunge(const ExpungeRequest& request, ExpungeResult& result,
                                 store::Transaction& transaction);
    Result<bool> prepare_transfer(const TransferRequest& request, TransferResult& result,
                                  store::Transaction& transaction);

    /// Record of an added row that places these messages elsewhere.
    Change placements_of(std::span<const Slot> slots, UnixTime saved) const;
    /// Record of an expunge of these (ascending, alive).
    Change removal_of(std::span<const Slot> slots) const;
    /// One reference less for the message of each slot.
    std::vector<store::ReferenceChange> references_of(std::span<const Slot> slots, int delta) const;
    std::vector<Slot> living() const;

private:
    void hold_slots() override { ++pins_; }
    void release_slots() override;
    void compact_if_due();
    SlotBitmap worth_keeping();
    void note(MailboxState::Applied applied, Modseq modseq, const Origin& origin);
    void wake_views();
    void drop_read_entries();
    std::vector<Change> differences_to(const MailboxState& now) const;
    Result<KeywordSet> wanted_keywords(const StoreFlagsRequest& request);
    /// Those of `slots` that are alive.
    std::vector<Slot> still_living(std::span<const Slot> slots) const;
    GuardedOperation guarded(GuardedOperation::Kind kind, std::span<const Slot> slots,
                             const Cause& cause) const;

    AccountImpl& account_;
    const std::size_t least_forgotten_;  ///< kept here: those who hold slots may outlive the service
    MailboxId id_;
    MailboxState state_;
    Modseq applied_;
    FlagRing ring_;
    std::vector<ViewImpl*> views_;
    std::uint64_t next_view_ = 1;
    MailboxInfo last_info_;  // once deleted
    std::size_t pins_ = 0;
    std::size_t blocked_ =
        0;  // dead slots that some view still needed when it was looked, less those told since
    std::size_t rows_since_snapshot_ = 0;
    unsigned waking_ = 0;
    bool exists_ = true;
    bool recent_unsaved_ = false;
};

}  // namespace postern::mail
