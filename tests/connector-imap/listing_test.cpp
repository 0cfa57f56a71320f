#include "connector-imap/listing.hpp"

#include <gtest/gtest.h>

namespace postern::imap_client {
namespace {

using gateway::RemoteItem;

FetchData data(std::uint32_t uid, std::optional<std::uint8_t> flags = {},
               std::optional<std::uint64_t> size = {}) {
    FetchData out;
    out.uid = uid;
    if (flags) {
        out.flags.emplace();
        out.flags->bits = *flags;
    }
    out.size = size;
    return out;
}

TEST(PullToken, ThereAndBack) {
    const auto token = PullToken::parse("1 5 8 12345678901234 2 1");
    ASSERT_TRUE(token);
    EXPECT_EQ(token->format(), "1 5 8 12345678901234 2 1");
    for (const char* text : {"", "1", "2 5 8 9 2 1", "1 5 8 9 2", "1 0 8 9 2 1", "1 5 0 9 2 1",
                             "1 5 8 9 2 99999999999", "1 5 8 x 2 1", "1 5 8 9 2 1 1"}) {
        EXPECT_FALSE(PullToken::parse(text)) << text;
    }
}

TEST(PullToken, WhatStatusProves) {
    const PullToken token = *PullToken::parse("1 5 8 70 2 1");
    MailboxStatus status;
    status.uidvalidity = 5;
    status.uidnext = 8;
    status.messages = 2;
    status.modseq = 70;
    EXPECT_TRUE(token.same_as(status, false));
    status.modseq = 71;
    EXPECT_FALSE(token.same_as(status, true));
    status.modseq = 0;
    status.unseen = 1;
    EXPECT_TRUE(token.same_as(status, true));
    EXPECT_FALSE(token.same_as(status, false));
    status.unseen = 2;
    EXPECT_FALSE(token.same_as(status, true));
    status.unseen = 1;
    status.messages = 3;
    EXPECT_FALSE(token.same_as(status, true));
}

TEST(MessageId, ThereAndBack) {
    EXPECT_EQ(message_id(5, 7), "5.7");
    EXPECT_EQ(parse_message_id("5.7"), std::make_pair(5U, 7U));
    for (const char* text : {"", "5", "5.", ".7", "5.0", "5.7.1", "5.99999999999", "a.b"}) {
        EXPECT_FALSE(parse_message_id(text)) << text;
    }
}

TEST(FolderListing, PutsTogetherWhatIsSaidTwice) {
    FolderListing listing(10);
    EXPECT_TRUE(listing.add(data(9, 1, 100)));
    EXPECT_TRUE(listing.add(data(3, 2, 50)));
    EXPECT_TRUE(listing.add(data(0, 2, 50)));
    EXPECT_TRUE(listing.add(data(9, 8)));
    EXPECT_TRUE(listing.add(data(4, 0, 1)));
    listing.add_vanished(*imap::NumberSet::parse("4,100"));
    listing.finish();
    ASSERT_EQ(listing.entries().size(), 2U);
    EXPECT_EQ(listing.entries()[1].flags->bits, 8);
    EXPECT_EQ(listing.entries()[1].size, 100U);
    EXPECT_EQ(listing.count_from(4), 1U);
    EXPECT_EQ(listing.highest_uid(), 9U);
}

TEST(FolderListing, Bounded) {
    FolderListing listing(2);
    EXPECT_TRUE(listing.add(data(1)));
    EXPECT_TRUE(listing.add(data(2)));
    EXPECT_FALSE(listing.add(data(3)));
}

TEST(FolderListing, Items) {
    FolderListing listing(10);
    listing.add(data(3, 8));
    listing.add(data(9, 0, 100));
    listing.add_vanished(*imap::NumberSet::parse("1:2,9,50"));
    listing.add(data(10, 0, 7));
    listing.finish();
    const RefMaker refs{77, 2, 5};
    const auto changes = changed_items(listing, 9, refs);
    ASSERT_EQ(changes.size(), 4U);
    EXPECT_EQ(changes[0].kind, RemoteItem::Kind::removed);
    EXPECT_EQ(changes[1].id, "5.2");
    EXPECT_EQ(changes[2].kind, RemoteItem::Kind::changed);
    EXPECT_EQ(changes[2].flags, 8);
    EXPECT_EQ(changes[3].kind, RemoteItem::Kind::added);
    EXPECT_EQ(changes[3].ref, (gateway::RemoteRef{77, (std::uint64_t{2} << 32) | 10}));
    const auto set = *imap::NumberSet::parse("2:3,10");
    const auto present = present_items(listing, &set, refs);
    ASSERT_EQ(present.size(), 3U);
    EXPECT_FALSE(present[0].flags);
    EXPECT_EQ(present[1].flags, 8);
    EXPECT_EQ(present[2].size, 7U);
}

}  // namespace
}  // namespace postern::imap_client
