#include "gateway/folder_state.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace postern::gateway {
namespace {

using testing::ElementsAre;
using testing::UnorderedElementsAre;

TEST(MergeFlags, EveryBitByItself) {
    for (unsigned agreed = 0; agreed < 2; ++agreed) {
        for (unsigned here = 0; here < 2; ++here) {
            for (unsigned there = 0; there < 2; ++there) {
                const auto bits = [](unsigned b) {
                    return FlagState{static_cast<mail::FlagBits>(b * mail::seen), {}};
                };
                // Whoever changed it has it; who did not change it follows.
                const unsigned expected = here != agreed ? here : there;
                EXPECT_EQ(merge_flags(bits(agreed), bits(here), bits(there)).bits, expected * mail::seen)
                    << agreed << here << there;
            }
        }
    }
}

TEST(MergeFlags, BitsDoNotTouchEachOther) {
    const FlagState agreed{mail::seen, {}};
    const FlagState here{mail::seen | mail::flagged, {}};
    const FlagState there{mail::answered, {}};
    EXPECT_EQ(merge_flags(agreed, here, there).bits, mail::flagged | mail::answered);
}

TEST(MergeFlags, Keywords) {
    const FlagState agreed{0, {"a", "b", "c"}};
    const FlagState here{0, {"A", "b", "mine"}};     // removed c
    const FlagState there{0, {"a", "c", "theirs"}};  // removed b
    EXPECT_THAT(merge_flags(agreed, here, there).keywords, UnorderedElementsAre("A", "mine", "theirs"));
    EXPECT_THAT(merge_flags({}, {0, {"Same"}}, {0, {"same"}}).keywords, ElementsAre("Same"));
}

TEST(FlagChange, Between) {
    const auto change = change_between({mail::seen, {"a", "b"}}, {mail::flagged, {"B", "c"}});
    EXPECT_EQ(change.set, mail::flagged);
    EXPECT_EQ(change.cleared, mail::seen);
    EXPECT_THAT(change.keywords_set, ElementsAre("c"));
    EXPECT_THAT(change.keywords_cleared, ElementsAre("a"));
    EXPECT_TRUE(change_between({mail::seen, {"a"}}, {mail::seen, {"A"}}).empty());
}

FolderState sample() {
    FolderState state;
    state.key = 7;
    state.mailbox = MailboxId{123456789012345};
    state.remote_id = "INBOX.M&AOQ-rz with blank";
    state.name = "Work/März";
    state.token = "1 5 8 70 2 0";
    state.listed_at = 1800000000;
    state.looked_at = 99;
    state.agree(3, {mail::seen | mail::draft, {"$Work"}});
    state.agree(4, {});
    return state;
}

TEST(FolderState, ThereAndBack) {
    const FolderState state = sample();
    const auto parsed = FolderState::parse(state.format());
    ASSERT_TRUE(parsed);
    EXPECT_EQ(parsed->format(), state.format());
    EXPECT_EQ(parsed->name, state.name);
    EXPECT_EQ(parsed->agreed(3), (FlagState{mail::seen | mail::draft, {"$work"}}));
    EXPECT_TRUE(parsed->bound.contains(4));
    EXPECT_EQ(parsed->receipt_id("5.3"), "7 5.3");
}

TEST(FolderState, AgreeAndForget) {
    FolderState state = sample();
    state.agree(3, {mail::flagged, {}});
    EXPECT_EQ(state.agreed(3), (FlagState{mail::flagged, {}}));
    state.forget(3);
    EXPECT_FALSE(state.bound.contains(3));
    EXPECT_EQ(state.agreed(3), FlagState{});
}

TEST(FolderState, WhatIsNoState) {
    const std::string good = sample().format();
    EXPECT_FALSE(FolderState::parse(""));
    for (std::size_t cut = 1; cut < good.size(); ++cut) {
        const auto parsed = FolderState::parse(std::string_view(good).substr(0, cut));
        if (good[cut - 1] == '\n') continue;
        EXPECT_FALSE(parsed) << cut;
    }
    EXPECT_FALSE(FolderState::parse(good + "unknown 1\n"));
    EXPECT_FALSE(FolderState::parse(good + "flag 5 1\n"));
    EXPECT_FALSE(FolderState::parse(good + "bound x\n"));
}

}  // namespace
}  // namespace postern::gateway
