// The pieces a hub is made of: bitmap, ring, history, keywords, columns.
#include "kernel/mail/mailbox_state.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

#include "kernel/mail/flag_ring.hpp"
#include "kernel/mail/snapshot.hpp"

namespace postern::mail {
namespace {

TEST(SlotBitmap, RankSelectAndNextAgreeWithASet) {
    std::mt19937 random(5);
    SlotBitmap bitmap;
    std::set<Slot> model;
    for (unsigned round = 0; round < 40; ++round) {
        // Also up to the end of a block, exactly.
        const auto n = round % 5 == 4 ? 512 - bitmap.size() % 512 : random() % 300;
        for (Slot slot = 0; slot < n; ++slot) model.insert(static_cast<Slot>(bitmap.size()) + slot);
        bitmap.append(n);
        std::vector<Slot> dead;
        for (const Slot slot : model) {
            if (random() % 5 == 0) dead.push_back(slot);
        }
        bitmap.clear(dead);
        for (const Slot slot : dead) model.erase(slot);
        ASSERT_EQ(bitmap.count(), model.size());
        std::uint32_t rank = 0;
        for (Slot slot = 0; slot < bitmap.size(); ++slot) {
            ASSERT_EQ(bitmap.rank(slot), rank);
            ASSERT_EQ(bitmap.test(slot), model.contains(slot));
            const auto next = model.lower_bound(slot);
            ASSERT_EQ(bitmap.next(slot), next == model.end() ? no_slot : *next);
            if (model.contains(slot)) {
                ASSERT_EQ(bitmap.select(rank++), slot);
            }
        }
        EXPECT_EQ(bitmap.select(rank), no_slot);
        EXPECT_EQ(bitmap.next(static_cast<Slot>(bitmap.size())), no_slot);
        EXPECT_EQ(bitmap.rank(no_slot), rank);
    }
}

TEST(FlagRing, TellsEachReaderWhatItHasNotRead) {
    FlagRing ring;
    const auto start = ring.end();
    ring.push({{4, 6}, {9, 9}}, 1);
    const auto middle = ring.end();
    ring.push({{2, 4}}, 0);
    EXPECT_EQ(ring.collect(start, 2, 100), (std::vector<Slot>{2, 3, 4, 5, 6, 9}));
    EXPECT_EQ(ring.collect(start, 1, 100), (std::vector<Slot>{2, 3, 4}));
    EXPECT_EQ(ring.collect(middle, 2, 3), (std::vector<Slot>{2}));
    EXPECT_FALSE(ring.concerns(middle, 2, 2));
    EXPECT_TRUE(ring.concerns(middle, 2, 3));
    EXPECT_FALSE(ring.concerns(ring.end(), 2, 100));
    ring.drop_before(middle);
    EXPECT_FALSE(ring.reaches(start));
    EXPECT_TRUE(ring.reaches(middle));
    EXPECT_EQ(ring.collect(middle, 2, 100), (std::vector<Slot>{2, 3, 4}));
}

TEST(FlagRing, ForgetsTheOldestWhenFull) {
    FlagRing ring;
    const auto start = ring.end();
    ring.push({{0, 0}}, 0);
    ring.push(std::vector<SlotRun>(FlagRing::max_runs, SlotRun{1, 1}), 0);
    EXPECT_FALSE(ring.reaches(start));
    EXPECT_TRUE(ring.reaches(start + 1));
    EXPECT_TRUE(ring.concerns(start, 7, 1));
}

TEST(ExpungeHistory, MergesWhatItTellsAndKnowsHowFarBackItReaches) {
    ExpungeHistory history;
    history.record(5, std::vector<UidRange>{{10, 12}}, 0);
    history.record(6, std::vector<UidRange>{{3, 3}, {13, 20}}, 0);
    using Ranges = std::vector<std::pair<Uid, Uid>>;
    EXPECT_EQ(history.since(4), (Ranges{{3, 3}, {10, 20}}));
    EXPECT_EQ(history.since(5), (Ranges{{3, 3}, {13, 20}}));
    EXPECT_TRUE(history.since(6).empty());
    for (Modseq modseq = 7; history.horizon() == 0; ++modseq) {
        const auto uid = static_cast<Uid>(modseq * 10);
        history.record(modseq, std::vector<UidRange>{{uid, uid}, {uid + 2, uid + 2}}, 1000);
    }
    EXPECT_LE(history.entries().size(), 1000U);
    EXPECT_GT(history.entries().front().modseq, history.horizon());
}

TEST(KeywordTable, SetsAreInternedAndNamesFoldCase) {
    KeywordTable table;
    const auto work = table.add("$Work");
    EXPECT_EQ(table.add("$WORK"), work);
    const auto junk = table.add("Junk");
    const KeywordSet both = table.intern({*junk, *work, *junk});
    EXPECT_EQ(table.intern({*work, *junk}), both);
    EXPECT_EQ(table.intern({}), 0U);
    const KeywordSet one = table.without(both, table.intern({*junk}));
    EXPECT_EQ(table.united(one, table.intern({*junk})), both);
    EXPECT_EQ(table.without(one, one), 0U);
    EXPECT_EQ(table.names(), (std::vector<std::string>{"$Work", "Junk"}));
    for (std::size_t i = table.names().size(); i < max_keywords; ++i)
        ASSERT_TRUE(table.add("k" + std::to_string(i)));
    EXPECT_FALSE(table.add("one more"));
    EXPECT_TRUE(table.add("junk"));
}

Change add_messages(unsigned n) {
    Change change;
    change.kind = ChangeKind::added;
    change.keyword_sets.resize(1);
    change.added.assign(n, {MessageId{7}, 0, 0, 100, 0, 0});
    return change;
}

TEST(KeywordTable, SetsThatAreNotKeptGiveTheirIdsToOthers) {
    KeywordTable table;
    for (std::size_t i = 0; i < 40; ++i) table.add("k" + std::to_string(i));
    const KeywordSet kept = table.intern({1, 2});
    const KeywordSet gone = table.intern({3});
    std::vector<bool> used(table.set_count());
    used[kept] = true;
    table.keep(used);
    EXPECT_EQ(table.intern({2, 1}), kept);
    EXPECT_EQ(table.intern({7, 8}), gone);
    const KeywordSet again = table.intern({3});
    EXPECT_EQ(again, table.set_count() - 1);
    EXPECT_EQ(table.intern({}), 0U);
}

/// Flags of one message set over and over, as of a counter kept in keywords.
TEST(MailboxState, SetsOfKeywordsThatNobodyHasAreForgotten) {
    MailboxState state;
    MailboxState::Applied applied;
    ASSERT_TRUE(state.apply(add_messages(2), 1, 1, applied));
    Change change;
    change.kind = ChangeKind::flags;
    for (unsigned bit = 0; bit < 14; ++bit) change.keywords.push_back("bit" + std::to_string(bit));
    change.groups = {{0, 1, 1}};
    change.ranges = {{2, 2}};
    for (unsigned number = 1; number < 10'000; ++number) {
        change.keyword_sets.assign(2, {});
        for (std::uint16_t bit = 0; bit < 14; ++bit) {
            if ((number >> bit & 1U) != 0) change.keyword_sets[1].push_back(bit);
        }
        ASSERT_TRUE(state.apply(change, number + 1, 0, applied));
        const auto set = state.keywords().set(state.columns().keywords[1]);
        ASSERT_TRUE(std::ranges::equal(set, change.keyword_sets[1])) << number;
    }
    EXPECT_LT(state.keywords().set_count(), 200U);
    const auto back = SnapshotCodec::decode(SnapshotCodec::encode(state));
    ASSERT_TRUE(back);
    EXPECT_EQ(back->keywords().set_count(), 2U);
    EXPECT_EQ(back->columns().keywords[0], 0U);
}

TEST(MailboxState, FirstUnseenFollowsFlags) {
    MailboxState state;
    MailboxState::Applied applied;
    ASSERT_TRUE(state.apply(add_messages(5), 1, 1, applied));
    const auto set = [&](Uid first, Uid last, FlagBits flags) {
        Change change;
        change.kind = ChangeKind::flags;
        change.keyword_sets.resize(1);
        change.groups = {{flags, 0, 1}};
        change.ranges = {{first, last}};
        ASSERT_TRUE(state.apply(change, state.highest_modseq() + 1, 0, applied));
    };
    EXPECT_EQ(state.first_unseen(), 0U);
    set(1, 3, seen);
    EXPECT_EQ(state.first_unseen(), 3U);
    set(1, 5, seen);
    EXPECT_EQ(state.first_unseen(), no_slot);
    set(2, 2, 0);
    EXPECT_EQ(state.first_unseen(), 1U);
    set(2, 2, seen);
    ASSERT_TRUE(state.apply(add_messages(1), state.highest_modseq() + 1, 6, applied));
    EXPECT_EQ(state.first_unseen(), 5U);
}

TEST(MailboxState, VanishedBeyondTheHorizonIsEveryUidThatIsNotThere) {
    MailboxState state;
    MailboxState::Applied applied;
    ASSERT_TRUE(state.apply(add_messages(10), 1, 1, applied));
    Change gone;
    gone.kind = ChangeKind::expunged;
    for (Uid uid = 2; uid <= 10; uid += 2) gone.ranges.push_back({uid, uid});
    ASSERT_TRUE(state.apply(gone, 2, 0, applied));
    EXPECT_TRUE(state.vanished_since(1, 20).complete);
    EXPECT_EQ(state.vanished_since(1, 20).ranges.size(), 5U);
    EXPECT_TRUE(state.vanished_since(2, 20).ranges.empty());
    Change many;
    many.kind = ChangeKind::expunged;
    for (Uid uid = 1; uid < 200'000; uid += 3) many.ranges.push_back({uid, uid});
    ASSERT_TRUE(state.apply(many, 3, 0, applied));  // more than the history holds
    const auto vanished = state.vanished_since(2, 20);
    EXPECT_FALSE(vanished.complete);
    using Ranges = std::vector<std::pair<Uid, Uid>>;
    EXPECT_EQ(vanished.ranges, (Ranges{{1, 2}, {4, 4}, {6, 8}, {10, 19}}));
    EXPECT_TRUE(state.vanished_since(3, 20).complete);
}

// What a small mailbox remembers of its past is bounded by what is in it.
TEST(MailboxState, HistoryIsNotLongerThanTheMailboxNeeds) {
    MailboxState state;
    MailboxState::Applied applied;
    Modseq modseq = 0;
    for (Uid uid = 1; uid <= 20'000; uid += 2) {
        ASSERT_TRUE(state.apply(add_messages(2), ++modseq, uid, applied));
        Change gone;
        gone.kind = ChangeKind::expunged;
        gone.ranges = {{uid, uid}};
        if (uid > 200) gone.ranges.insert(gone.ranges.begin(), {uid - 199, uid - 199});
        ASSERT_TRUE(state.apply(gone, ++modseq, 0, applied));
    }
    EXPECT_EQ(state.alive().count(), 100U);
    EXPECT_LE(state.expunge_history().entries().size(), ExpungeHistory::least_entries);
    EXPECT_TRUE(state.vanished_since(modseq - 100, 20'001).complete);
    EXPECT_FALSE(state.vanished_since(1, 20'001).complete);
    EXPECT_LE(state.vanished_since(1, 20'001).ranges.size(), 101U);
}

TEST(MailboxState, CompactionKeepsTheLiving) {
    MailboxState state;
    MailboxState::Applied applied;
    ASSERT_TRUE(state.apply(add_messages(100), 1, 1, applied));
    Change gone;
    gone.kind = ChangeKind::expunged;
    gone.ranges = {{1, 98}};
    ASSERT_TRUE(state.apply(gone, 2, 0, applied));
    // Somebody still needs to know of 50.
    SlotBitmap kept;
    kept.append(100);
    std::vector<Slot> dropped;
    for (Slot slot = 0; slot < 98; ++slot) {
        if (slot != 49) dropped.push_back(slot);
    }
    kept.clear(dropped);
    state.compact(kept);
    ASSERT_EQ(state.slot_count(), 3U);
    EXPECT_EQ(state.columns().uid[0], 50U);
    EXPECT_FALSE(state.columns().is_alive(0));
    EXPECT_EQ(state.find(50), no_slot);
    EXPECT_EQ(state.find(99), 1U);
    EXPECT_EQ(state.find(100), 2U);
    EXPECT_EQ(state.count().total, 2);
    EXPECT_EQ(state.count().bytes, 200);
}

}  // namespace
}  // namespace postern::mail
