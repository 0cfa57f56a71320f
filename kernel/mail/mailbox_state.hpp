#pragma once
// The messages of one mailbox as columns, and how change records alter them. No I/O, no views: the hub, the snapshot
// and the verifier share it. Own, remote and replayed changes are the same records applied by the same functions.
#include <algorithm>
#include <span>
#include <vector>

#include "kernel/mail/change_record.hpp"
#include "kernel/mail/expunge_history.hpp"
#include "kernel/mail/keyword_table.hpp"
#include "kernel/mail/slot_bitmap.hpp"
#include "postern/mail/mailbox.hpp"

namespace postern::mail {

/// Inclusive.
struct SlotRun {
    Slot first;
    Slot last;
};

class MailboxState {
public:
    std::size_t slot_count() const { return uid_.size(); }
    const SlotBitmap& alive() const { return alive_; }
    Columns columns() const;
    KeywordTable& keywords() { return keywords_; }
    const KeywordTable& keywords() const { return keywords_; }
    const ExpungeHistory& expunge_history() const { return history_; }

    /// First slot, dead or alive, with a UID >= `uid`; slot_count() if there is none.
    Slot lower_bound(Uid uid) const;
    /// Living slot of this UID, or no_slot.
    Slot find(Uid uid) const;
    Slot first_unseen() const;
    std::vector<Slot> find_messages(std::span<const MessageId> messages) const;
    std::vector<Slot> changed_since(Modseq since) const;
    VanishedSince vanished_since(Modseq since, Uid uidnext) const;

    /// UIDs from here on have not been told as \Recent to any session.
    Uid recent_from() const { return recent_from_; }
    void take_recent(Uid next) { recent_from_ = std::max(recent_from_, next); }
    /// The modseq of the last change applied.
    Modseq highest_modseq() const { return highest_modseq_; }

    /// What apply() did, for the views.
    struct Applied {
        std::vector<SlotRun>
            flagged;                 ///< living messages whose flags the change set; ascending within a group
        std::vector<Slot> expunged;  ///< ascending
    };
    /// Applies one log row. Rows come in order; kinds that do not concern messages only raise highest_modseq().
    /// Errc::corrupt if the row cannot belong to this mailbox (a UID that is not above every other).
    Result<void> apply(const Change& change, Modseq modseq, Uid first_uid, Applied& applied);

    /// Takes over when each message was changed or expunged from a state that holds the same living messages.
    void adopt_modseqs(const MailboxState& from);

    /// Totals by counting, for verification and after a snapshot was read.
    store::CounterDelta count() const;
    /// Keeps these slots, among them every living one, and drops the others: slot s becomes kept.rank(s).
    void compact(const SlotBitmap& kept);
    std::size_t memory() const;  ///< octets, roughly

private:
    friend class SnapshotCodec;

    Result<void> add(const Change& change, Modseq modseq, Uid first_uid);
    void set_flags(const Change& change, Modseq modseq, std::vector<SlotRun>& flagged);
    void expunge(const Change& change, Modseq modseq, std::vector<Slot>& expunged);
    std::vector<KeywordSet> intern_sets(const Change& change);
    void forget_unused_sets();
    void reserve(std::size_t more);

    std::vector<Uid> uid_;
    std::vector<FlagBits> flags_;
    std::vector<KeywordSet> keyword_sets_;
    std::vector<Modseq> modseq_;
    std::vector<std::uint32_t> size_;
    std::vector<UnixTime> internal_date_;
    std::vector<std::int16_t> zone_;
    std::vector<UnixTime> saved_;
    std::vector<MessageId> message_;
    SlotBitmap alive_;
    KeywordTable keywords_;
    ExpungeHistory history_;
    Uid recent_from_ = 1;
    Modseq highest_modseq_ = 0;
    mutable Slot unseen_hint_ = 0;  // no living unseen message below it
};

}  // namespace postern::mail
