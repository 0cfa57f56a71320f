#pragma once
// One session's announced state of an open mailbox (mailbox.hpp, View): an end slot, a modseq, a place in the hub's
// ring of flag changes, and the expunges not yet told.
#include <memory>

#include "kernel/mail/mailbox.hpp"

namespace postern::mail {

class ViewImpl final : public View {
public:
    ViewImpl(std::shared_ptr<MailboxImpl> mailbox, std::uint64_t number, bool read_only);
    ~ViewImpl() override;
    ViewImpl(const ViewImpl&) = delete;
    ViewImpl& operator=(const ViewImpl&) = delete;

    std::uint32_t count() const override { return count_; }
    std::uint32_t recent() const override { return recent_; }
    bool is_recent(Slot slot) const override;
    bool read_only() const override { return read_only_; }
    Slot slot_of_number(std::uint32_t number) const override;
    Slot slot_of_uid(Uid uid) const override;
    std::uint32_t number_of(Slot slot) const override;
    Slot lower_bound(Uid uid) const override;
    Slot next(Slot slot) const override;
    Uid last_uid() const override;
    bool is_expunged(Slot slot) const override;
    Modseq told_modseq() const override;
    bool has_changes(bool including_expunges) const override;
    ViewChanges sync(bool allow_expunge) override;
    void on_change(std::function<void()> wake) override;

    // For the hub.
    std::uint64_t number() const { return number_; }
    std::uint64_t ring_position() const { return ring_position_; }
    /// These slots (ascending) died by the change of `modseq`.
    void note_expunged(std::span<const Slot> slots, Modseq modseq);
    /// Expunged slots that the client has not been told of, ascending.
    const std::vector<Slot>& untold() const { return pending_; }
    /// Slot s has become kept.rank(s). Untold ones are kept.
    void renumber(const SlotBitmap& kept);
    /// Something happened; calls the wake function, once until the next sync.
    void wake();

private:
    Slot member_from(Slot slot) const;
    bool is_member(Slot slot) const;
    std::uint32_t living_added() const;
    void tell_expunged(ViewChanges& changes);
    void tell_added(ViewChanges& changes);
    void tell_flags(ViewChanges& changes, Slot old_end);
    void claim_recent(Slot from);

    std::shared_ptr<MailboxImpl> mailbox_;
    std::function<void()> wake_;
    std::vector<Slot> pending_;  // expunged, not told; ascending
    std::vector<UidRange> recent_uids_;
    std::uint64_t number_;
    std::uint64_t ring_position_ = 0;  // of the first flag change not yet told
    Modseq told_ = 0;
    Modseq pending_floor_ = 0;  // the last modseq before the first pending expunge
    Slot end_ = 0;
    std::uint32_t count_ = 0;
    std::uint32_t recent_ = 0;
    std::uint16_t keywords_told_ = 0;
    bool read_only_;
    bool woken_ = false;
};

}  // namespace postern::mail
