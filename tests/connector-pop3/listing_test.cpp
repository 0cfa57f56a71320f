#include "connector-pop3/listing.hpp"

#include <gtest/gtest.h>

namespace postern::pop3 {
namespace {

Listing make(std::optional<Stat> stat, std::vector<std::string> ids, std::vector<std::string> sizes = {}) {
    Listing listing(1000);
    listing.set_stat(stat);
    for (const auto& line : ids) listing.add_uidl_line(line);
    for (const auto& line : sizes) listing.add_size_line(line);
    return listing;
}

TEST(Stat, Tolerance) {
    EXPECT_EQ(parse_stat("2 320")->octets, 320U);
    EXPECT_EQ(parse_stat("  2   320  and more")->count, 2U);
    EXPECT_FALSE(parse_stat(""));
    EXPECT_FALSE(parse_stat("two 320"));
    EXPECT_FALSE(parse_stat("2"));
    EXPECT_FALSE(parse_stat("99999999999999999999 1"));
}

TEST(Listing, PairsIdsWithSizes) {
    auto listing = make(Stat{2, 30}, {"1 a", "2 b"}, {"1 10", "2 20 extra"});
    EXPECT_EQ(listing.finish(), "");
    ASSERT_EQ(listing.entries().size(), 2U);
    EXPECT_EQ(listing.entries()[1].uidl, "b");
    EXPECT_EQ(listing.entries()[1].size, 20U);
}

TEST(Listing, TolerantIds) {
    auto listing = make(Stat{3, 0}, {"1   with spaces in ", "2\t\xc3\xa9", "3 " + std::string(500, 'x')});
    EXPECT_EQ(listing.finish(), "");
    EXPECT_EQ(listing.entries()[0].uidl, "with spaces in");
    EXPECT_EQ(listing.entries()[1].uidl, "\xc3\xa9");
    EXPECT_EQ(listing.entries()[2].uidl.size(), 500U);
}

TEST(Listing, TwinsAreTwoEntries) {
    auto listing = make(Stat{2, 0}, {"1 same", "2 same"});
    EXPECT_EQ(listing.finish(), "");
    EXPECT_EQ(listing.entries().size(), 2U);
}

TEST(Listing, ATailThatGrewIsNormal) {
    auto listing = make(Stat{1, 0}, {"1 a", "2 b"}, {"1 1", "2 2", "3 3"});
    EXPECT_EQ(listing.finish(), "");
    EXPECT_EQ(listing.entries().size(), 2U);
}

TEST(Listing, WhatMakesItPartial) {
    EXPECT_NE(make(std::nullopt, {"1 a"}).finish(), "");
    EXPECT_NE(make(Stat{2, 0}, {"1 a"}).finish(), "");
    EXPECT_NE(make(Stat{1, 0}, {"1 a", "2 b", "3 c", "4 d", "5 e", "6 f", "7 g"}).finish(), "");
    EXPECT_NE(make(Stat{2, 0}, {"1 a", "1 b"}).finish(), "");
    EXPECT_NE(make(Stat{2, 0}, {"1 a", "3 b"}).finish(), "");
    EXPECT_NE(make(Stat{1, 0}, {"1"}).finish(), "");
    EXPECT_NE(make(Stat{1, 0}, {"garbage"}).finish(), "");
    EXPECT_NE(make(Stat{1, 0}, {"0 a"}).finish(), "");
    EXPECT_NE(make(Stat{1, 0}, {"1 " + std::string(max_uidl + 1, 'x')}).finish(), "");
    auto broken = make(Stat{1, 0}, {"1 a"});
    broken.mark_partial("the line broke");
    EXPECT_EQ(broken.finish(), "the line broke");
}

TEST(Listing, WithoutUidlEntriesComeFromList) {
    Listing listing(10);
    listing.set_stat(Stat{2, 0});
    listing.without_uidl();
    listing.add_size_line("1 10");
    listing.add_size_line("2 20");
    EXPECT_EQ(listing.finish(), "");
    EXPECT_EQ(listing.entries()[1].uidl, "");
    EXPECT_EQ(listing.entries()[1].size, 20U);
}

TEST(Listing, Bounded) {
    Listing listing(3);
    listing.set_stat(Stat{3, 0});
    for (int i = 1; i < 10; ++i) listing.add_uidl_line(std::to_string(i) + " x");
    EXPECT_EQ(listing.entries().size(), 3U);
    EXPECT_NE(listing.finish(), "");
}

}  // namespace
}  // namespace postern::pop3
