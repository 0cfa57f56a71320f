#include "kernel/mail/snapshot.hpp"

#include "kernel/mail/packing.hpp"

namespace postern::mail {

namespace {

constexpr std::uint8_t version = 1;
constexpr std::uint64_t max_uid = 0xffffffff;

/// The sets of the living messages, in order of appearance; the number of a set in a snapshot is its place here. The first is
/// the empty one.
struct UsedSets {
    UsedSets(const SlotBitmap& alive, const std::vector<KeywordSet>& column, std::size_t set_count)
        : number_of(set_count) {
        for (Slot slot = alive.next(0); slot != no_slot; slot = alive.next(slot + 1)) {
            const KeywordSet id = column[slot];
            if (id == 0 || number_of[id] != 0) continue;
            number_of[id] = static_cast<KeywordSet>(ids.size());
            ids.push_back(id);
        }
    }
    std::vector<KeywordSet> number_of;  ///< by id
    std::vector<KeywordSet> ids{0};
};

void pack_keywords(Packer& out, const KeywordTable& table, const UsedSets& used) {
    out.number(table.names().size());
    for (const auto& name : table.names()) out.text(name);
    out.number(used.ids.size() - 1);
    for (std::size_t i = 1; i < used.ids.size(); ++i) {
        const KeywordSet id = used.ids[i];
        out.number(table.set(id).size());
        for (const auto index : table.set(id)) out.number(index);
    }
}

void unpack_keywords(Unpacker& in, KeywordTable& table) {
    const std::size_t names = in.number_up_to(max_keywords);
    for (std::size_t i = 0; i < names && in.ok(); ++i) {
        table.add(in.text());
        if (table.names().size() != i + 1) in.fail();
    }
    const std::size_t sets = in.count();
    for (std::size_t i = 0; i < sets && in.ok(); ++i) {
        std::vector<std::uint16_t> indexes(in.count());
        for (auto& index : indexes) {
            index = static_cast<std::uint16_t>(in.number());
            if (index >= names) in.fail();
        }
        if (in.ok() && table.intern(std::move(indexes)) != i + 1) in.fail();
    }
}

void pack_history(Packer& out, const ExpungeHistory& history) {
    out.number(history.horizon());
    out.number(history.entries().size());
    Modseq modseq = history.horizon();
    for (const auto& entry : history.entries()) {
        out.number(entry.modseq - modseq);
        out.number(entry.uids.first);
        out.number(entry.uids.last - entry.uids.first);
        modseq = entry.modseq;
    }
}

void unpack_history(Unpacker& in, ExpungeHistory& history) {
    const Modseq horizon = in.number();
    std::vector<ExpungeHistory::Entry> entries(in.count(3));
    Modseq modseq = horizon;
    for (auto& entry : entries) {
        modseq += in.number();
        entry.modseq = modseq;
        entry.uids.first = static_cast<Uid>(in.number_up_to(max_uid));
        entry.uids.last = entry.uids.first + static_cast<Uid>(in.number_up_to(max_uid - entry.uids.first));
    }
    if (in.ok()) history.restore(horizon, std::move(entries));
}

template <class Value>
void pack_differences(Packer& out, const SlotBitmap& alive, const std::vector<Value>& column) {
    std::uint64_t before = 0;
    for (Slot slot = alive.next(0); slot != no_slot; slot = alive.next(slot + 1)) {
        const auto value = static_cast<std::uint64_t>(column[slot]);
        out.signed_number(static_cast<std::int64_t>(value - before));
        before = value;
    }
}

template <class Value>
void unpack_differences(Unpacker& in, std::vector<Value>& column, std::size_t n) {
    column.resize(n);
    std::uint64_t before = 0;
    for (Value& value : column) {
        before += static_cast<std::uint64_t>(in.signed_number());
        value = static_cast<Value>(before);
    }
}

}  // namespace

std::string SnapshotCodec::encode(const MailboxState& state) {
    const SlotBitmap& alive = state.alive_;
    std::string data;
    data.reserve(64 + alive.count() * std::size_t{20} + state.history_.entries().size() * 6);
    Packer out(data);
    out.byte(version);
    out.number(state.highest_modseq_);
    out.number(state.recent_from_);
    const UsedSets sets(alive, state.keyword_sets_, state.keywords_.set_count());
    pack_keywords(out, state.keywords_, sets);
    pack_history(out, state.history_);
    out.number(alive.count());
    Uid before = 0;
    for (Slot slot = alive.next(0); slot != no_slot; slot = alive.next(slot + 1)) {
        out.number(state.uid_[slot] - before - 1);
        before = state.uid_[slot];
        out.byte(state.flags_[slot]);
    }
    for (Slot slot = alive.next(0); slot != no_slot; slot = alive.next(slot + 1)) {
        out.number(sets.number_of[state.keyword_sets_[slot]]);
        out.number(state.size_[slot]);
    }
    pack_differences(out, alive, state.modseq_);
    pack_differences(out, alive, state.internal_date_);
    pack_differences(out, alive, state.zone_);
    pack_differences(out, alive, state.saved_);
    pack_differences(out, alive, state.message_);
    return data;
}

Result<MailboxState> SnapshotCodec::decode(std::string_view data) {
    Unpacker in(data);
    const std::uint8_t written_by = in.byte();
    if (in.ok() && written_by > version) return Error(Errc::unsupported, "a snapshot of a newer version");
    MailboxState state;
    state.highest_modseq_ = in.number();
    state.recent_from_ = static_cast<Uid>(in.number_up_to(max_uid));
    unpack_keywords(in, state.keywords_);
    unpack_history(in, state.history_);
    const std::size_t n = in.count(9);
    state.uid_.resize(n);
    state.flags_.resize(n);
    std::uint64_t uid = 0;
    for (std::size_t i = 0; i < n; ++i) {
        uid += in.number_up_to(max_uid - uid) + 1;
        state.uid_[i] = static_cast<Uid>(uid);
        state.flags_[i] = in.byte();
        if (uid > max_uid) in.fail();
    }
    state.keyword_sets_.resize(n);
    state.size_.resize(n);
    for (std::size_t i = 0; i < n; ++i) {
        state.keyword_sets_[i] = static_cast<KeywordSet>(in.number_up_to(state.keywords_.set_count() - 1));
        state.size_[i] = static_cast<std::uint32_t>(in.number_up_to(max_uid));
    }
    unpack_differences(in, state.modseq_, n);
    unpack_differences(in, state.internal_date_, n);
    unpack_differences(in, state.zone_, n);
    unpack_differences(in, state.saved_, n);
    unpack_differences(in, state.message_, n);
    if (!in.ok() || !in.at_end() || written_by == 0) {
        return Error(Errc::corrupt, "a mailbox snapshot does not decode");
    }
    state.alive_.append(n);
    return state;
}

Result<MailboxState> restore_state(const store::MailboxLoad& load) {
    Result<MailboxState> state =
        load.snapshot.empty() ? MailboxState{} : SnapshotCodec::decode(load.snapshot);
    if (!state) return state;
    MailboxState::Applied ignored;
    for (const auto& row : load.tail) {
        auto change = decode_change(row.data);
        if (!change) return change.error();
        auto applied = state->apply(*change, row.modseq, row.first_uid, ignored);
        if (!applied) return applied.error();
        ignored.expunged.clear();
        ignored.flagged.clear();
    }
    state->compact(SlotBitmap(state->alive()));
    return state;
}

}  // namespace postern::mail
