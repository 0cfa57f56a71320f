#include "kernel/mail/mailbox_state.hpp"

#include <algorithm>

namespace postern::mail {

Columns MailboxState::columns() const {
    return {uid_,           flags_, keyword_sets_, modseq_,  size_,
            internal_date_, zone_,  saved_,        message_, alive_.words()};
}

Slot MailboxState::lower_bound(Uid uid) const {
    return static_cast<Slot>(std::lower_bound(uid_.begin(), uid_.end(), uid) - uid_.begin());
}

Slot MailboxState::find(Uid uid) const {
    const Slot slot = lower_bound(uid);
    return slot < uid_.size() && uid_[slot] == uid && alive_.test(slot) ? slot : no_slot;
}

Slot MailboxState::first_unseen() const {
    Slot slot = alive_.next(unseen_hint_);
    while (slot != no_slot && (flags_[slot] & seen) != 0) slot = alive_.next(slot + 1);
    unseen_hint_ = slot == no_slot ? static_cast<Slot>(uid_.size()) : slot;
    return slot;
}

std::vector<Slot> MailboxState::find_messages(std::span<const MessageId> messages) const {
    std::vector<std::uint64_t> wanted;
    wanted.reserve(messages.size());
    for (const MessageId id : messages) wanted.push_back(value_of(id));
    std::sort(wanted.begin(), wanted.end());
    std::vector<Slot> found;
    for (Slot slot = 0; slot < message_.size(); ++slot) {
        if (std::binary_search(wanted.begin(), wanted.end(), value_of(message_[slot])) && alive_.test(slot)) {
            found.push_back(slot);
        }
    }
    return found;
}

std::vector<Slot> MailboxState::changed_since(Modseq since) const {
    std::vector<Slot> changed;
    for (Slot slot = 0; slot < modseq_.size(); ++slot) {
        if (modseq_[slot] > since && alive_.test(slot)) changed.push_back(slot);
    }
    return changed;
}

VanishedSince MailboxState::vanished_since(Modseq since, Uid uidnext) const {
    VanishedSince answer;
    answer.complete = since >= history_.horizon();
    if (answer.complete) {
        answer.ranges = history_.since(since);
        return answer;
    }
    Uid next = 1;
    for (Slot slot = alive_.next(0); slot != no_slot; slot = alive_.next(slot + 1)) {
        if (uid_[slot] > next) answer.ranges.emplace_back(next, uid_[slot] - 1);
        next = uid_[slot] + 1;
    }
    if (next < uidnext) answer.ranges.emplace_back(next, uidnext - 1);
    return answer;
}

Result<void> MailboxState::apply(const Change& change, Modseq modseq, Uid first_uid, Applied& applied) {
    if (change.recent_from) take_recent(*change.recent_from);
    switch (change.kind) {
        case ChangeKind::added: {
            auto added = add(change, modseq, first_uid);
            if (!added) return added;
            break;
        }
        case ChangeKind::flags:
            set_flags(change, modseq, applied.flagged);
            break;
        case ChangeKind::expunged:
            expunge(change, modseq, applied.expunged);
            break;
        default:
            break;
    }
    highest_modseq_ = std::max(highest_modseq_, modseq);
    if (keywords_.is_crowded()) forget_unused_sets();
    return {};
}

std::vector<KeywordSet> MailboxState::intern_sets(const Change& change) {
    std::vector<KeywordSet> sets;
    sets.reserve(change.keyword_sets.size());
    for (const auto& set : change.keyword_sets) {
        std::vector<std::uint16_t> indexes;
        indexes.reserve(set.size());
        for (const auto index : set) {
            if (const auto known = keywords_.add(change.keywords[index])) indexes.push_back(*known);
        }
        sets.push_back(keywords_.intern(std::move(indexes)));
    }
    return sets;
}

/// Dead slots count: who has not been told yet that they went may ask for their flags.
void MailboxState::forget_unused_sets() {
    std::vector<bool> used(keywords_.set_count());
    for (const KeywordSet set : keyword_sets_) used[set] = true;
    keywords_.keep(used);
}

void MailboxState::reserve(std::size_t more) {
    const std::size_t need = uid_.size() + more;
    if (need <= uid_.capacity()) return;
    const std::size_t room = std::max(need, uid_.size() + uid_.size() / 2);
    uid_.reserve(room);
    flags_.reserve(room);
    keyword_sets_.reserve(room);
    modseq_.reserve(room);
    size_.reserve(room);
    internal_date_.reserve(room);
    zone_.reserve(room);
    saved_.reserve(room);
    message_.reserve(room);
}

Result<void> MailboxState::add(const Change& change, Modseq modseq, Uid first_uid) {
    const std::size_t n = change.added.size();
    if (n == 0) return {};
    const Uid last = uid_.empty() ? 0 : uid_.back();
    if (first_uid <= last || first_uid + std::uint64_t{n} - 1 > 0xffffffffULL) {
        return Error(Errc::corrupt, "a log row adds UIDs that do not ascend");
    }
    const auto sets = intern_sets(change);
    reserve(n);
    Uid uid = first_uid;
    for (const AddedMessage& m : change.added) {
        uid_.push_back(uid++);
        flags_.push_back(m.flags);
        keyword_sets_.push_back(sets[m.keyword_set]);
        modseq_.push_back(modseq);
        size_.push_back(m.size);
        internal_date_.push_back(m.internal_date);
        zone_.push_back(m.zone);
        saved_.push_back(change.saved);
        message_.push_back(m.message);
    }
    alive_.append(n);
    return {};
}

void MailboxState::set_flags(const Change& change, Modseq modseq, std::vector<SlotRun>& flagged) {
    const auto sets = intern_sets(change);
    std::size_t at = 0;
    for (const FlagGroup& group : change.groups) {
        for (std::uint32_t i = 0; i < group.range_count; ++i, ++at) {
            const UidRange range = change.ranges[at];
            for (Slot slot = lower_bound(range.first); slot < uid_.size() && uid_[slot] <= range.last;
                 ++slot) {
                if (!alive_.test(slot)) continue;
                flags_[slot] = group.flags;
                keyword_sets_[slot] = sets[group.keyword_set];
                modseq_[slot] = modseq;
                if ((group.flags & seen) == 0) unseen_hint_ = std::min(unseen_hint_, slot);
                if (!flagged.empty() && flagged.back().last + 1 == slot) {
                    flagged.back().last = slot;
                } else {
                    flagged.push_back({slot, slot});
                }
            }
        }
    }
}

void MailboxState::expunge(const Change& change, Modseq modseq, std::vector<Slot>& expunged) {
    for (const UidRange range : change.ranges) {
        for (Slot slot = lower_bound(range.first); slot < uid_.size() && uid_[slot] <= range.last; ++slot) {
            if (alive_.test(slot)) expunged.push_back(slot);
        }
    }
    alive_.clear(expunged);
    history_.record(modseq, change.ranges, alive_.count());
}

void MailboxState::adopt_modseqs(const MailboxState& from) {
    for (Slot slot = alive_.next(0); slot != no_slot; slot = alive_.next(slot + 1)) {
        const Slot theirs = from.find(uid_[slot]);
        if (theirs != no_slot) modseq_[slot] = from.modseq_[theirs];
    }
    history_ = from.history_;
}

store::CounterDelta MailboxState::count() const {
    store::CounterDelta totals;
    for (Slot slot = alive_.next(0); slot != no_slot; slot = alive_.next(slot + 1)) {
        totals.total += 1;
        totals.unseen += (flags_[slot] & seen) == 0;
        totals.deleted += (flags_[slot] & deleted) != 0;
        totals.bytes += size_[slot];
    }
    return totals;
}

void MailboxState::compact(const SlotBitmap& kept) {
    std::vector<Slot> dead;  // of those kept
    Slot to = 0;
    for (Slot from = kept.next(0); from != no_slot; from = kept.next(from + 1), ++to) {
        if (!alive_.test(from)) dead.push_back(to);
        if (from == to) continue;
        uid_[to] = uid_[from];
        flags_[to] = flags_[from];
        keyword_sets_[to] = keyword_sets_[from];
        modseq_[to] = modseq_[from];
        size_[to] = size_[from];
        internal_date_[to] = internal_date_[from];
        zone_[to] = zone_[from];
        saved_[to] = saved_[from];
        message_[to] = message_[from];
    }
    const auto cut = [to](auto& column) {
        column.resize(to);
        if (column.capacity() > 2 * column.size() + 64) column.shrink_to_fit();
    };
    cut(uid_);
    cut(flags_);
    cut(keyword_sets_);
    cut(modseq_);
    cut(size_);
    cut(internal_date_);
    cut(zone_);
    cut(saved_);
    cut(message_);
    alive_.reset();
    alive_.append(to);
    alive_.clear(dead);
    unseen_hint_ = 0;
}

std::size_t MailboxState::memory() const {
    constexpr std::size_t a_slot = sizeof(Uid) + sizeof(FlagBits) + sizeof(KeywordSet) + sizeof(Modseq) +
                                   sizeof(std::uint32_t) + 2 * sizeof(UnixTime) + sizeof(std::int16_t) +
                                   sizeof(MessageId);
    return sizeof(*this) + uid_.capacity() * a_slot +
           history_.entries().size() * sizeof(ExpungeHistory::Entry);
}

}  // namespace postern::mail
