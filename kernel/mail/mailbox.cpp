#include "kernel/mail/mailbox.hpp"

#include <algorithm>

#include "kernel/mail/account.hpp"
#include "kernel/mail/keyword_export.hpp"
#include "kernel/mail/view.hpp"

namespace postern::mail {

namespace {

/// Collects UIDs that ascend into ranges.
void add_uid(std::vector<UidRange>& ranges, Uid uid) {
    if (!ranges.empty() && ranges.back().last + 1 == uid) {
        ranges.back().last = uid;
    } else {
        ranges.push_back({uid, uid});
    }
}

}  // namespace

MailboxImpl::MailboxImpl(AccountImpl& account, MailboxId id, MailboxState state, Modseq applied)
    : account_(account),
      least_forgotten_(account.options().least_forgotten),
      id_(id),
      state_(std::move(state)),
      applied_(applied) {}

MailboxImpl::~MailboxImpl() = default;

Account& MailboxImpl::account() const {
    return account_;
}

const MailboxInfo& MailboxImpl::info() const {
    const MailboxInfo* info = exists_ ? account_.find_mailbox(id_) : nullptr;
    return info ? *info : last_info_;
}

std::vector<Slot> MailboxImpl::find_messages(std::span<const MessageId> messages) const {
    return state_.find_messages(messages);
}

std::span<const std::uint16_t> MailboxImpl::keyword_set(KeywordSet set) const {
    return state_.keywords().set(set);
}

std::optional<std::uint16_t> MailboxImpl::find_keyword(std::string_view name) const {
    return state_.keywords().find(name);
}

VanishedSince MailboxImpl::vanished_since(Modseq since) const {
    return state_.vanished_since(since, info().uidnext);
}

void MailboxImpl::release_slots() {
    --pins_;
    compact_if_due();
}

void MailboxImpl::compact_if_due() {
    const auto due = [this](std::size_t dead) {
        return dead > 0 && dead >= least_forgotten_ && dead * 4 >= state_.slot_count();
    };
    const std::size_t dead = state_.slot_count() - state_.alive().count();
    if (pins_ > 0 || !due(dead - std::min(dead, blocked_))) return;
    const SlotBitmap kept = worth_keeping();
    blocked_ = kept.count() - state_.alive().count();
    if (!due(dead - blocked_)) return;
    state_.compact(kept);
    ring_.renumber(kept);
    for (ViewImpl* view : views_) {
        if (view) view->renumber(kept);
    }
}

/// The living, and the dead that some view has not told of.
SlotBitmap MailboxImpl::worth_keeping() {
    std::vector<bool> untold(state_.slot_count());
    for (const ViewImpl* view : views_) {
        if (!view) continue;
        for (const Slot slot : view->untold()) untold[slot] = true;
    }
    std::vector<Slot> dropped;
    for (Slot slot = 0; slot < state_.slot_count(); ++slot) {
        if (!untold[slot] && !state_.alive().test(slot)) dropped.push_back(slot);
    }
    SlotBitmap kept;
    kept.append(state_.slot_count());
    kept.clear(dropped);
    return kept;
}

std::unique_ptr<View> MailboxImpl::open_view(bool read_only) {
    compact_if_due();
    auto view = std::make_unique<ViewImpl>(shared_from_this(), next_view_++, read_only);
    views_.push_back(view.get());
    return view;
}

void MailboxImpl::view_closed(const ViewImpl& view) {
    const auto at = std::find(views_.begin(), views_.end(), &view);
    if (at == views_.end()) return;
    if (waking_ > 0) {
        *at = nullptr;
    } else {
        views_.erase(at);
    }
    expunges_told(view.untold().size());
    drop_read_entries();
}

void MailboxImpl::take_recent(Uid next) {
    if (next <= state_.recent_from()) return;
    state_.take_recent(next);
    recent_unsaved_ = true;
}

std::optional<Uid> MailboxImpl::unsaved_recent() const {
    if (!recent_unsaved_) return std::nullopt;
    return state_.recent_from();
}

void MailboxImpl::ring_read() {
    drop_read_entries();
}

void MailboxImpl::drop_read_entries() {
    std::uint64_t read = ring_.end();
    for (const ViewImpl* view : views_) {
        if (view) read = std::min(read, view->ring_position());
    }
    ring_.drop_before(read);
}

Result<void> MailboxImpl::apply(const Change& change, const store::ChangeRow& row, const Origin& origin) {
    if (row.modseq <= applied_ || !exists_) return {};
    MailboxState::Applied applied;
    auto result = state_.apply(change, row.modseq, row.first_uid, applied);
    if (!result) return result;
    applied_ = row.modseq;
    ++rows_since_snapshot_;
    if (change.recent_from && *change.recent_from >= state_.recent_from()) recent_unsaved_ = false;
    note(std::move(applied), row.modseq, origin);
    return {};
}

/// Lets the views know what a change did.
void MailboxImpl::note(MailboxState::Applied applied, Modseq modseq, const Origin& origin) {
    bool somebody_reads = false;
    for (ViewImpl* view : views_) {
        if (!view) continue;
        if (!applied.expunged.empty()) view->note_expunged(applied.expunged, modseq);
        somebody_reads = somebody_reads || view->number() != origin.silent_view;
    }
    if (somebody_reads && !applied.flagged.empty())
        ring_.push(std::move(applied.flagged), origin.silent_view);
    wake_views();
}

void MailboxImpl::wake_views() {
    // A wake function may open and close views.
    ++waking_;
    for (std::size_t i = 0; i < views_.size(); ++i) {
        if (views_[i]) views_[i]->wake();
    }
    if (--waking_ == 0) std::erase(views_, nullptr);
}

void MailboxImpl::mark_deleted(MailboxInfo last) {
    last_info_ = std::move(last);
    exists_ = false;
    wake_views();
}

std::vector<Slot> MailboxImpl::living() const {
    std::vector<Slot> slots;
    slots.reserve(state_.alive().count());
    for (Slot slot = state_.alive().next(0); slot != no_slot; slot = state_.alive().next(slot + 1)) {
        slots.push_back(slot);
    }
    return slots;
}

void MailboxImpl::replace(MailboxState now, Modseq applied) {
    const Modseq modseq = std::max(now.highest_modseq(), state_.highest_modseq());
    MailboxState::Applied differences;
    for (const Change& change : differences_to(now)) {
        const Uid first = change.kind == ChangeKind::added ? change.ranges.front().first : 0;
        // It was made from both states, so it fits.
        const auto done = state_.apply(change, modseq, first, differences);
        static_cast<void>(done);
    }
    state_.adopt_modseqs(now);
    state_.take_recent(now.recent_from());
    applied_ = applied;
    std::sort(differences.expunged.begin(), differences.expunged.end());
    note(std::move(differences), modseq, {});
}

/// Changes that lead from the present state to `now`. An added one carries its UIDs in `ranges`.
std::vector<Change> MailboxImpl::differences_to(const MailboxState& now) const {
    std::vector<Change> changes;
    Change gone;
    gone.kind = ChangeKind::expunged;
    const Columns old = state_.columns();
    for (const Slot slot : living()) {
        if (now.find(old.uid[slot]) == no_slot) add_uid(gone.ranges, old.uid[slot]);
    }
    changes.push_back(std::move(gone));
    const Columns fresh = now.columns();
    const Uid known = old.uid.empty() ? 0 : old.uid.back();
    for (Slot slot = now.alive().next(0); slot != no_slot; slot = now.alive().next(slot + 1)) {
        const Uid uid = fresh.uid[slot];
        Change change;
        KeywordExport keywords(now.keywords(), change);
        const std::uint32_t set = keywords.local(fresh.keywords[slot]);
        change.ranges.push_back({uid, uid});
        if (uid > known) {
            change.kind = ChangeKind::added;
            change.saved = fresh.saved[slot];
            change.added.push_back({fresh.message[slot], fresh.flags[slot], set, fresh.size[slot],
                                    fresh.internal_date[slot], fresh.zone[slot]});
        } else {
            const Slot mine = state_.find(uid);
            if (mine == no_slot || old.modseq[mine] == fresh.modseq[slot]) continue;
            change.kind = ChangeKind::flags;
            change.groups.push_back({fresh.flags[slot], set, 1});
        }
        changes.push_back(std::move(change));
    }
    return changes;
}

}  // namespace postern::mail
