#include "kernel/mail/change_record.hpp"

#include <gtest/gtest.h>

namespace postern::mail {
namespace {

Change added_change() {
    Change change;
    change.kind = ChangeKind::added;
    change.recent_from = 17;
    change.saved = 1'800'000'000;
    change.keywords = {"$Work", "Später"};
    change.keyword_sets = {{}, {0}, {0, 1}};
    change.added = {{MessageId{900}, seen | flagged, 2, 1000, 1'799'999'000, 60},
                    {MessageId{~std::uint64_t{0}}, 0, 0, 0xffffffff, -5, -720},
                    {MessageId{1}, deleted, 1, 0, 0, 0}};
    return change;
}

Change flags_change() {
    Change change;
    change.kind = ChangeKind::flags;
    change.keywords = {"A"};
    change.keyword_sets = {{}, {0}};
    change.groups = {{seen, 0, 2}, {0, 1, 1}};
    change.ranges = {{1, 10'000}, {10'002, 10'002}, {4'000'000'000, 0xffffffff}};
    change.counters.unseen = -9'999;
    change.counters.deleted = 3;
    return change;
}

Change expunged_change() {
    Change change;
    change.kind = ChangeKind::expunged;
    change.ranges = {{5, 5}, {7, 9}};
    change.counters = {-4, -1, -2, -123'456'789'000};
    return change;
}

Change named_change(ChangeKind kind) {
    Change change;
    change.kind = kind;
    change.name = "Arbeit/2026";
    if (kind == ChangeKind::mailbox_renamed) change.old_name = "Work";
    if (kind == ChangeKind::mailbox_created) change.uidvalidity = 0xfffffff0;
    if (kind == ChangeKind::mailbox_created) change.uses = "\\Sent \\Archive";
    if (kind == ChangeKind::subscription) change.subscribed = true;
    return change;
}

std::vector<Change> every_kind() {
    std::vector<Change> all{added_change(), flags_change(), expunged_change()};
    for (const auto kind : {ChangeKind::mailbox_created, ChangeKind::mailbox_renamed,
                            ChangeKind::mailbox_deleted, ChangeKind::subscription}) {
        all.push_back(named_change(kind));
    }
    Change recent;
    recent.recent_from = 99;
    all.push_back(recent);
    Change uses;
    uses.kind = ChangeKind::special_use;
    uses.uses = "\\Junk";
    all.push_back(uses);
    Change attributes;
    attributes.kind = ChangeKind::attributes;
    attributes.attributes = {{".quota", false, std::string("a\0b", 3)}, {"/shared/comment", true, ""}};
    all.push_back(attributes);
    return all;
}

TEST(ChangeRecord, EveryKindComesBack) {
    for (const Change& change : every_kind()) {
        const auto back = decode_change(encode_change(change));
        ASSERT_TRUE(back) << back.error().to_string();
        EXPECT_EQ(back->kind, change.kind);
        EXPECT_EQ(back->recent_from, change.recent_from);
        EXPECT_EQ(back->keywords, change.keywords);
        EXPECT_EQ(back->keyword_sets.size(), std::max<std::size_t>(change.keyword_sets.size(), 1));
        EXPECT_EQ(back->saved, change.saved);
        EXPECT_EQ(back->added, change.added);
        EXPECT_EQ(back->groups, change.groups);
        EXPECT_EQ(back->ranges, change.ranges);
        EXPECT_EQ(back->name, change.name);
        EXPECT_EQ(back->attributes, change.attributes);
        EXPECT_EQ(back->old_name, change.old_name);
        EXPECT_EQ(back->uses, change.uses);
        EXPECT_EQ(back->uidvalidity, change.uidvalidity);
        EXPECT_EQ(back->subscribed, change.subscribed);
        if (change.kind == ChangeKind::added) continue;
        EXPECT_EQ(back->counters.total, change.counters.total);
        EXPECT_EQ(back->counters.unseen, change.counters.unseen);
        EXPECT_EQ(back->counters.deleted, change.counters.deleted);
        EXPECT_EQ(back->counters.bytes, change.counters.bytes);
    }
}

TEST(ChangeRecord, CountersOfAddedMessagesAreDerived) {
    const auto back = decode_change(encode_change(added_change()));
    ASSERT_TRUE(back);
    EXPECT_EQ(back->counters.total, 3);
    EXPECT_EQ(back->counters.unseen, 2);
    EXPECT_EQ(back->counters.deleted, 1);
    EXPECT_EQ(back->counters.bytes, 1000 + std::int64_t{0xffffffff});
}

TEST(ChangeRecord, TruncatedAndExtendedRecordsAreRefused) {
    for (const Change& change : every_kind()) {
        const std::string data = encode_change(change);
        for (std::size_t size = 0; size < data.size(); ++size) {
            const auto cut = decode_change(std::string_view(data).substr(0, size));
            ASSERT_FALSE(cut) << static_cast<int>(change.kind) << " at " << size;
            EXPECT_EQ(cut.error().code, Errc::corrupt);
        }
        EXPECT_FALSE(decode_change(data + 'x'));
    }
}

TEST(ChangeRecord, NewerVersionIsNamedAsSuch) {
    std::string data = encode_change(expunged_change());
    data[0] = 2;
    EXPECT_EQ(decode_change(data).error().code, Errc::unsupported);
}

TEST(ChangeRecord, RangesThatOverlapOrReachBeyondTheLastUidAreRefused) {
    Change change = expunged_change();
    change.ranges = {{5, 9}, {9, 12}};
    EXPECT_FALSE(decode_change(encode_change(change)));
    change.ranges = {{0, 3}};
    EXPECT_FALSE(decode_change(encode_change(change)));
}

TEST(ChangeRecord, FlagsOfTenThousandMessagesAreAFewOctets) {
    Change change;
    change.kind = ChangeKind::flags;
    change.keyword_sets.resize(1);
    change.groups = {{seen, 0, 1}};
    change.ranges = {{1, 10'000}};
    change.counters.unseen = -10'000;
    EXPECT_LT(encode_change(change).size(), 20U);
}

}  // namespace
}  // namespace postern::mail
