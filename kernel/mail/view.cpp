#include "kernel/mail/view.hpp"

#include <algorithm>

namespace postern::mail {

ViewImpl::ViewImpl(std::shared_ptr<MailboxImpl> mailbox, std::uint64_t number, bool read_only)
    : mailbox_(std::move(mailbox)), number_(number), read_only_(read_only) {
    const MailboxState& state = mailbox_->state();
    end_ = static_cast<Slot>(state.slot_count());
    count_ = state.alive().count();
    told_ = mailbox_->modseq();
    keywords_told_ = static_cast<std::uint16_t>(state.keywords().names().size());
    ring_position_ = mailbox_->flag_ring().end();
    claim_recent(state.lower_bound(state.recent_from()));
}

ViewImpl::~ViewImpl() {
    mailbox_->view_closed(*this);
}

bool ViewImpl::is_recent(Slot slot) const {
    if (slot >= end_ || recent_uids_.empty()) return false;
    const Uid uid = mailbox_->columns().uid[slot];
    const auto after = std::upper_bound(recent_uids_.begin(), recent_uids_.end(), uid,
                                        [](Uid u, const UidRange& r) { return u < r.first; });
    return after != recent_uids_.begin() && uid <= (after - 1)->last;
}

bool ViewImpl::is_expunged(Slot slot) const {
    return std::binary_search(pending_.begin(), pending_.end(), slot);
}

bool ViewImpl::is_member(Slot slot) const {
    return slot < end_ && (mailbox_->state().alive().test(slot) || is_expunged(slot));
}

/// First member at or after `slot`.
Slot ViewImpl::member_from(Slot slot) const {
    Slot found = mailbox_->state().alive().next(slot);
    if (!pending_.empty()) {
        const auto dead = std::lower_bound(pending_.begin(), pending_.end(), slot);
        if (dead != pending_.end()) found = std::min(found, *dead);
    }
    return found < end_ ? found : no_slot;
}

Slot ViewImpl::slot_of_number(std::uint32_t number) const {
    if (number == 0 || number > count_) return no_slot;
    const SlotBitmap& alive = mailbox_->state().alive();
    const std::uint32_t rank = number - 1;
    // The rank of pending slot i is the living below it plus the i pending ones below it: ascending in i.
    std::size_t low = 0;
    std::size_t high = pending_.size();
    while (low < high) {
        const std::size_t middle = (low + high) / 2;
        const std::uint32_t its = alive.rank(pending_[middle]) + static_cast<std::uint32_t>(middle);
        if (its == rank) return pending_[middle];
        if (its < rank) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return alive.select(rank - static_cast<std::uint32_t>(low));
}

std::uint32_t ViewImpl::number_of(Slot slot) const {
    if (!is_member(slot)) return 0;
    const auto dead = std::lower_bound(pending_.begin(), pending_.end(), slot) - pending_.begin();
    return mailbox_->state().alive().rank(slot) + static_cast<std::uint32_t>(dead) + 1;
}

Slot ViewImpl::slot_of_uid(Uid uid) const {
    const Slot slot = mailbox_->state().lower_bound(uid);
    return is_member(slot) && mailbox_->columns().uid[slot] == uid ? slot : no_slot;
}

Slot ViewImpl::lower_bound(Uid uid) const {
    return member_from(mailbox_->state().lower_bound(uid));
}

Slot ViewImpl::next(Slot slot) const {
    return slot == no_slot ? no_slot : member_from(slot + 1);
}

Uid ViewImpl::last_uid() const {
    const Slot slot = slot_of_number(count_);
    return slot == no_slot ? 0 : mailbox_->columns().uid[slot];
}

Modseq ViewImpl::told_modseq() const {
    return pending_.empty() ? told_ : std::min(told_, pending_floor_);
}

/// Living messages the client does not know of.
std::uint32_t ViewImpl::living_added() const {
    const SlotBitmap& alive = mailbox_->state().alive();
    return alive.count() - alive.rank(end_);
}

bool ViewImpl::has_changes(bool including_expunges) const {
    if (including_expunges && !pending_.empty()) return true;
    const MailboxState& state = mailbox_->state();
    if (end_ < state.slot_count() && living_added() > 0) return true;
    if (keywords_told_ != state.keywords().names().size()) return true;
    return mailbox_->flag_ring().concerns(ring_position_, number_, end_);
}

void ViewImpl::on_change(std::function<void()> wake) {
    wake_ = std::move(wake);
    woken_ = false;
}

void ViewImpl::wake() {
    if (!wake_ || woken_ || !has_changes(true)) return;
    woken_ = true;
    const auto call = wake_;  // it may replace itself
    call();
}

void ViewImpl::note_expunged(std::span<const Slot> slots, Modseq modseq) {
    // A message that came and went between two syncs was never there for this client.
    const auto known = std::lower_bound(slots.begin(), slots.end(), end_);
    if (known == slots.begin()) return;
    if (pending_.empty()) pending_floor_ = modseq - 1;
    const auto middle = pending_.insert(pending_.end(), slots.begin(), known);
    std::inplace_merge(pending_.begin(), middle, pending_.end());
}

void ViewImpl::renumber(const SlotBitmap& kept) {
    for (Slot& slot : pending_) slot = kept.rank(slot);
    end_ = kept.rank(end_);
}

ViewChanges ViewImpl::sync(bool allow_expunge) {
    ViewChanges changes;
    woken_ = false;
    const Slot old_end = end_;
    if (allow_expunge && !pending_.empty()) tell_expunged(changes);
    tell_added(changes);
    const auto keywords = mailbox_->state().keywords().names().size();
    changes.keywords_changed = keywords != keywords_told_;
    keywords_told_ = static_cast<std::uint16_t>(keywords);
    tell_flags(changes, old_end);
    told_ = mailbox_->modseq();
    changes.modseq = told_modseq();
    return changes;
}

void ViewImpl::tell_expunged(ViewChanges& changes) {
    const Columns columns = mailbox_->columns();
    const SlotBitmap& alive = mailbox_->state().alive();
    changes.expunged.reserve(pending_.size());
    const std::uint32_t recent_before = recent_;
    for (const Slot slot : pending_) {
        // Told in ascending order, so those below are gone already when this one is.
        changes.expunged.push_back({alive.rank(slot) + 1, columns.uid[slot]});
        if (is_recent(slot)) --recent_;
    }
    count_ -= static_cast<std::uint32_t>(pending_.size());
    if (recent_ != recent_before) changes.recent = recent_;
    mailbox_->expunges_told(pending_.size());
    pending_ = {};
}

void ViewImpl::tell_added(ViewChanges& changes) {
    const auto end = static_cast<Slot>(mailbox_->state().slot_count());
    if (end == end_) return;
    const std::uint32_t added = living_added();
    const Slot from = end_;
    end_ = end;
    if (added == 0) return;
    count_ += added;
    changes.exists = count_;
    claim_recent(from);
    changes.recent = recent_;
}

/// Messages from slot `from` on that no session was told of are \Recent here, and nowhere else if this view may
/// change the mailbox (RFC 3501 section 2.3.2).
void ViewImpl::claim_recent(Slot from) {
    const MailboxState& state = mailbox_->state();
    const Slot first = std::max(from, state.lower_bound(state.recent_from()));
    const std::uint32_t fresh = state.alive().count() - state.alive().rank(first);
    if (first >= end_ || fresh == 0) return;
    const auto uids = mailbox_->columns().uid;
    const UidRange range{uids[first], uids[end_ - 1]};
    recent_ += fresh;
    if (!recent_uids_.empty() && recent_uids_.back().last + 1 == range.first) {
        recent_uids_.back().last = range.last;
    } else {
        recent_uids_.push_back(range);
    }
    if (!read_only_) mailbox_->take_recent(range.last + 1);
}

void ViewImpl::tell_flags(ViewChanges& changes, Slot old_end) {
    const MailboxState& state = mailbox_->state();
    const FlagRing& ring = mailbox_->flag_ring();
    if (ring.reaches(ring_position_)) {
        changes.flags = ring.collect(ring_position_, number_, old_end);
        std::erase_if(changes.flags, [&](Slot slot) { return !state.alive().test(slot); });
    } else {
        // The ring has forgotten: whatever has a newer modseq than the client knows.
        changes.flags = state.changed_since(told_);
        changes.flags.erase(std::lower_bound(changes.flags.begin(), changes.flags.end(), old_end),
                            changes.flags.end());
    }
    ring_position_ = ring.end();
    mailbox_->ring_read();
}

}  // namespace postern::mail
