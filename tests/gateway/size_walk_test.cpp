#include "gateway/size_walk.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace postern::gateway {
namespace {

using Sizes = std::vector<std::uint64_t>;

/// A message: what it is, and its size.
struct Item {
    std::uint64_t identity = 0;
    std::uint64_t size = 0;
};
using Items = std::vector<Item>;

Items many(std::size_t count, std::uint64_t values = 1000) {
    std::mt19937 random(1);
    Items out;
    for (std::size_t i = 0; i < count; ++i) out.push_back({i, 500 + random() % values});
    return out;
}

Sizes sizes_of(const Items& items) {
    Sizes out;
    for (const Item& item : items) out.push_back(item.size);
    return out;
}

struct Found {
    std::size_t runs = 0;
    std::size_t right = 0;
    std::size_t wrong = 0;
};

Found walk(const Items& listed, const Items& remembered) {
    Found out;
    std::vector<bool> taken(remembered.size());
    for (const SizeRun& run : walk_by_size(sizes_of(listed), sizes_of(remembered))) {
        ++out.runs;
        for (const auto& [i, r] : run) {
            EXPECT_FALSE(taken[r]) << "in two runs";
            taken[r] = true;
            EXPECT_EQ(listed[i].size, remembered[r].size);
            ++(listed[i].identity == remembered[r].identity ? out.right : out.wrong);
        }
    }
    return out;
}

TEST(SizeWalk, OneOrder) {
    const Items all = many(2000);
    const Found found = walk(all, all);
    EXPECT_EQ(found.runs, 1U);
    EXPECT_EQ(found.wrong, 0U);
    EXPECT_GT(found.right, 1980U);
}

TEST(SizeWalk, NothingToCompare) {
    EXPECT_TRUE(walk_by_size({}, {}).empty());
    EXPECT_EQ(walk(many(100), {}).runs, 0U);
    EXPECT_EQ(walk({}, many(100)).runs, 0U);
    EXPECT_EQ(walk(many(15), many(15)).runs, 0U) << "too few to say anything";
}

TEST(SizeWalk, SomeAreGoneAndSomeAreNew) {
    const Items before = many(3000);
    Items after = before;
    std::mt19937 random(2);
    for (std::uint64_t n = 0; n < 20; ++n) {
        after.erase(after.begin() + random() % after.size());
        after.insert(after.begin() + random() % after.size(), Item{10'000 + n, 500 + random() % 1000});
    }
    after.push_back({20'000, 600});
    const Found found = walk(after, before);
    EXPECT_EQ(found.wrong, 0U);
    EXPECT_GT(found.right, 2700U);
}

TEST(SizeWalk, PartsInAnotherOrder) {
    const Items before = many(3000);
    Items after = before;
    std::rotate(after.begin(), after.begin() + 100, after.end());
    std::rotate(after.begin() + 500, after.begin() + 900, after.begin() + 2000);
    const Found found = walk(after, before);
    EXPECT_EQ(found.runs, 5U);
    EXPECT_EQ(found.wrong, 0U);
    EXPECT_GT(found.right, 2950U);
}

TEST(SizeWalk, AnotherOrderOfAllSaysNothing) {
    const Items before = many(3000);
    Items after = before;
    std::shuffle(after.begin(), after.end(), std::mt19937(3));
    EXPECT_EQ(walk(after, before).runs, 0U);
    after.assign(before.rbegin(), before.rend());
    EXPECT_EQ(walk(after, before).runs, 0U);
}

TEST(SizeWalk, EqualSizesSayNothing) {
    Items same;
    for (std::uint64_t i = 0; i < 500; ++i) same.push_back({i, 700});
    EXPECT_EQ(walk(same, same).runs, 0U);
}

TEST(SizeWalk, WhatHasTheSizeOfItsNeighbourIsLeftOut) {
    Items all = many(200, 100'000);
    all[50].size = all[51].size = all[52].size;
    const auto runs = walk_by_size(sizes_of(all), sizes_of(all));
    ASSERT_EQ(runs.size(), 1U);
    for (const auto& [i, r] : runs.front()) EXPECT_TRUE(i < 50 || i > 52);
    EXPECT_EQ(runs.front().size(), 200U - 4 - 3);
}

TEST(SizeWalk, TheEndsOfAStretchAreLeftOut) {
    const Items all = many(100, 100'000);
    const auto runs = walk_by_size(sizes_of(all), sizes_of(all));
    ASSERT_EQ(runs.size(), 1U);
    EXPECT_EQ(runs.front().front(), (std::pair<std::size_t, std::size_t>(2, 2)));
    EXPECT_EQ(runs.front().back(), (std::pair<std::size_t, std::size_t>(97, 97)));
}

TEST(SizeWalk, SizesThatComeAgainAndAgain) {
    Items before;
    for (std::uint64_t i = 0; i < 2000; ++i) before.push_back({i, 500 + i * 7919 % 251});
    Items after = before;
    after.erase(after.begin() + 700);
    after.erase(after.begin() + 1500);
    after.push_back({5000, 600});
    const Found found = walk(after, before);
    EXPECT_EQ(found.runs, 3U);
    EXPECT_EQ(found.wrong, 0U);
    EXPECT_GT(found.right, 1980U);
}

TEST(SizeWalk, NoGapWhereOneSideHasASizeOfItsOwn) {
    const Items before = many(500);
    Items after = before;
    after.insert(after.begin() + 250, Item{1000, 7'000'000});
    const Found found = walk(after, before);
    EXPECT_EQ(found.runs, 1U);
    EXPECT_EQ(found.wrong, 0U);
}

}  // namespace
}  // namespace postern::gateway
