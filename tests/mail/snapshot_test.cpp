#include "kernel/mail/snapshot.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace postern::mail {
namespace {

/// A mailbox with a history: `messages` added, some flagged with keywords, some expunged.
MailboxState sample(unsigned messages) {
    std::mt19937 random(messages);
    MailboxState state;
    MailboxState::Applied ignored;
    Modseq modseq = 10;
    for (Uid uid = 1; uid <= messages;) {
        Change added;
        added.kind = ChangeKind::added;
        added.saved = 1'800'000'000 + uid;
        added.keywords = {"$A", "$B"};
        added.keyword_sets = {{}, {0}, {0, 1}};
        const unsigned n = std::min<unsigned>(random() % 7 + 1, messages - uid + 1);
        for (unsigned i = 0; i < n; ++i) {
            added.added.push_back({MessageId{random()}, static_cast<FlagBits>(random() % 32),
                                   static_cast<std::uint32_t>(random() % 3),
                                   static_cast<std::uint32_t>(random()), static_cast<UnixTime>(random()),
                                   static_cast<std::int16_t>(random() % 1000)});
        }
        EXPECT_TRUE(state.apply(added, ++modseq, uid, ignored));
        uid += n;
    }
    Change gone;
    gone.kind = ChangeKind::expunged;
    for (Uid uid = 3; uid + 1 < messages; uid += 50) gone.ranges.push_back({uid, uid + 1});
    EXPECT_TRUE(state.apply(gone, ++modseq, 0, ignored));
    state.take_recent(messages / 2 + 1);
    return state;
}

TEST(Snapshot, ComesBackWithoutTheDead) {
    const MailboxState state = sample(3000);
    const auto back = SnapshotCodec::decode(SnapshotCodec::encode(state));
    ASSERT_TRUE(back) << back.error().to_string();
    EXPECT_EQ(back->slot_count(), state.alive().count());
    EXPECT_EQ(back->highest_modseq(), state.highest_modseq());
    EXPECT_EQ(back->recent_from(), state.recent_from());
    EXPECT_EQ(back->keywords().names(), state.keywords().names());
    EXPECT_EQ(back->vanished_since(0, 3001).ranges, state.vanished_since(0, 3001).ranges);
    const Columns a = state.columns();
    const Columns b = back->columns();
    Slot slot = state.alive().next(0);
    for (Slot i = 0; i < back->slot_count(); ++i, slot = state.alive().next(slot + 1)) {
        ASSERT_EQ(a.uid[slot], b.uid[i]);
        EXPECT_EQ(a.flags[slot], b.flags[i]);
        EXPECT_TRUE(
            std::ranges::equal(state.keywords().set(a.keywords[slot]), back->keywords().set(b.keywords[i])));
        EXPECT_EQ(a.modseq[slot], b.modseq[i]);
        EXPECT_EQ(a.size[slot], b.size[i]);
        EXPECT_EQ(a.internal_date[slot], b.internal_date[i]);
        EXPECT_EQ(a.zone[slot], b.zone[i]);
        EXPECT_EQ(a.saved[slot], b.saved[i]);
        EXPECT_EQ(a.message[slot], b.message[i]);
    }
}

TEST(Snapshot, OfAnEmptyMailbox) {
    const auto back = SnapshotCodec::decode(SnapshotCodec::encode(MailboxState{}));
    ASSERT_TRUE(back);
    EXPECT_EQ(back->slot_count(), 0U);
    EXPECT_EQ(back->recent_from(), 1U);
}

TEST(Snapshot, DamageIsFoundOrHarmlessAndNeverReadsOutside) {
    const std::string data = SnapshotCodec::encode(sample(40));
    for (std::size_t size = 0; size < data.size(); ++size) {
        EXPECT_FALSE(SnapshotCodec::decode(std::string_view(data).substr(0, size))) << size;
    }
    EXPECT_FALSE(SnapshotCodec::decode(data + 'x'));
    for (std::size_t at = 0; at < data.size(); ++at) {
        std::string damaged = data;
        damaged[at] = static_cast<char>(damaged[at] ^ 0xff);
        const auto back = SnapshotCodec::decode(damaged);
        if (back) {
            EXPECT_LE(back->slot_count(), data.size());
        }
    }
    std::string newer = data;
    newer[0] = 2;
    EXPECT_EQ(SnapshotCodec::decode(newer).error().code, Errc::unsupported);
}

TEST(Snapshot, WithItsTailIsTheWholeLog) {
    store::MailboxLoad load;
    MailboxState::Applied ignored;
    MailboxState early;
    Change added;
    added.kind = ChangeKind::added;
    added.keyword_sets.resize(1);
    added.added.assign(3, {MessageId{1}, 0, 0, 10, 0, 0});
    ASSERT_TRUE(early.apply(added, 5, 1, ignored));
    load.snapshot = SnapshotCodec::encode(early);
    load.snapshot_modseq = 5;
    load.tail.push_back({6, {}, 4, encode_change(added)});
    Change gone;
    gone.kind = ChangeKind::expunged;
    gone.ranges = {{2, 2}, {5, 5}};
    load.tail.push_back({7, {}, 0, encode_change(gone)});
    const auto state = restore_state(load);
    ASSERT_TRUE(state);
    EXPECT_EQ(state->alive().count(), 4U);
    EXPECT_EQ(state->highest_modseq(), 7U);
    EXPECT_EQ(state->find(2), no_slot);
    EXPECT_NE(state->find(6), no_slot);
    load.tail.push_back({8, {}, 6, encode_change(added)});  // a UID given twice
    EXPECT_EQ(restore_state(load).error().code, Errc::corrupt);
}

}  // namespace
}  // namespace postern::mail
