#include "postern/imap/number_set.hpp"

#include <gtest/gtest.h>

#include <random>
#include <set>

#include "postern/imap/sequence_set.hpp"

namespace postern::imap {
namespace {

constexpr std::uint32_t largest = 0xffffffff;

std::string normalised(std::string_view text) {
    const auto set = NumberSet::parse(text);
    return set ? set->to_string() : "error";
}

TEST(NumberSet, ParsesAndNormalises) {
    EXPECT_EQ(normalised("5"), "5");
    EXPECT_EQ(normalised("1:3,2:7,9"), "1:7,9");
    EXPECT_EQ(normalised("9,7,8"), "7:9");
    EXPECT_EQ(normalised("4:2"), "2:4");
    EXPECT_EQ(normalised("1:4294967295"), "1:4294967295");
    EXPECT_EQ(normalised("4294967294,4294967295,1"), "1,4294967294:4294967295");
}

TEST(NumberSet, RefusesWhatIsNoSet) {
    for (const char* text : {"", "0", "1:", ":1", "1,", ",1", "1,,2", "1:2:3", "a", "1 ", "*", "1:*",
                             "4294967296", "-1", "1:0"}) {
        EXPECT_EQ(normalised(text), "error") << text;
    }
    EXPECT_EQ(NumberSet::parse("1,3,5", 2).error().code, Errc::too_large);
}

TEST(NumberSet, EmptySet) {
    const NumberSet set;
    EXPECT_TRUE(set.empty());
    EXPECT_EQ(set.count(), 0U);
    EXPECT_EQ(set.to_string(), "");
    EXPECT_EQ(set.begin(), set.end());
    EXPECT_FALSE(set.contains(1));
}

TEST(NumberSet, LargestNumberDoesNotWrap) {
    NumberSet set = NumberSet::of(1, largest);
    EXPECT_EQ(set.count(), 4294967295U);
    EXPECT_TRUE(set.contains(largest));
    set.remove(largest);
    EXPECT_EQ(set.to_string(), "1:4294967294");
    set.add(largest);
    EXPECT_EQ(set.to_string(), "1:4294967295");
    set.add(largest);
    EXPECT_EQ(set.ranges().size(), 1U);
    set.remove(1, largest);
    EXPECT_TRUE(set.empty());
    EXPECT_EQ(NumberSet::of(1, 5).without(NumberSet::of(3, largest)).to_string(), "1:2");
}

TEST(NumberSet, DropsZero) {
    EXPECT_EQ(NumberSet::from_ranges({{0, 3}, {0, 0}}).to_string(), "1:3");
    EXPECT_TRUE(NumberSet::from_numbers({0}).empty());
}

TEST(NumberSet, Iterates) {
    const auto set = NumberSet::from_ranges({{7, 7}, {1, 3}});
    EXPECT_EQ(std::vector<std::uint32_t>(set.begin(), set.end()), (std::vector<std::uint32_t>{1, 2, 3, 7}));
    std::uint64_t seen = 0;
    const auto top = NumberSet::of(largest - 1, largest);
    for (const std::uint32_t n : top) seen += n;
    EXPECT_EQ(seen, std::uint64_t{largest} * 2 - 1);
}

TEST(NumberSet, Slices) {
    const auto set = NumberSet::from_ranges({{1, 3}, {10, 12}});
    EXPECT_EQ(set.slice(0, 2).to_string(), "1:2");
    EXPECT_EQ(set.slice(2, 2).to_string(), "3,10");
    EXPECT_EQ(set.slice(5, 10).to_string(), "12");
    EXPECT_TRUE(set.slice(6, 1).empty());
    EXPECT_TRUE(set.slice(0, 0).empty());
}

/// Every operation against std::set over a small universe.
TEST(NumberSet, AgreesWithASetOfNumbers) {
    std::mt19937 random(7);
    const auto number = [&random] { return static_cast<std::uint32_t>(random() % 60 + 1); };
    using Model = std::set<std::uint32_t>;
    const auto same = [](const NumberSet& set, const Model& model) {
        EXPECT_EQ(Model(set.begin(), set.end()), model);
        EXPECT_EQ(set.count(), model.size());
        std::uint32_t last = 0;
        for (const NumberRange& r : set.ranges()) {
            EXPECT_LE(r.first, r.last);
            EXPECT_TRUE(last == 0 || r.first > last + 1) << set.to_string();
            last = r.last;
        }
    };
    for (int round = 0; round < 300; ++round) {
        NumberSet a, b;
        Model ma, mb;
        for (int i = 0; i < 20; ++i) {
            const std::uint32_t first = number();
            const std::uint32_t last = first + number() % 6;
            NumberSet& set = i % 2 ? a : b;
            Model& model = i % 2 ? ma : mb;
            if (random() % 3 == 0) {
                set.remove(first, last);
                for (std::uint32_t n = first; n <= last; ++n) model.erase(n);
            } else {
                set.add(first, last);
                for (std::uint32_t n = first; n <= last; ++n) model.insert(n);
            }
            same(set, model);
        }
        Model all = ma, both, left;
        all.insert(mb.begin(), mb.end());
        for (const std::uint32_t n : ma) (mb.count(n) ? both : left).insert(n);
        same(a.united(b), all);
        same(a.intersected(b), both);
        same(a.without(b), left);
        for (std::uint32_t n = 1; n < 70; ++n) EXPECT_EQ(a.contains(n), ma.count(n) == 1);
        if (!a.empty()) {
            EXPECT_EQ(*NumberSet::parse(a.to_string()), a);
        }
    }
}

TEST(NumberSet, FiftyThousandScatteredNumbers) {
    std::vector<std::uint32_t> numbers;
    for (std::uint32_t i = 50000; i > 0; --i) numbers.push_back(i * 3);
    const auto set = NumberSet::from_numbers(numbers);
    EXPECT_EQ(set.count(), 50000U);
    EXPECT_EQ(set.ranges().size(), 50000U);
    EXPECT_TRUE(set.contains(3 * 777));
    EXPECT_FALSE(set.contains(3 * 777 + 1));
    EXPECT_EQ(*NumberSet::parse(set.to_string()), set);
}

std::string resolved(std::string_view text, std::uint32_t largest_in_use) {
    const auto set = SequenceSet::parse(text);
    return set ? set->resolve(largest_in_use).to_string() : "error";
}

TEST(SequenceSet, ResolvesStar) {
    EXPECT_EQ(resolved("*", 9), "9");
    EXPECT_EQ(resolved("1:*", 9), "1:9");
    EXPECT_EQ(resolved("*:4", 9), "4:9");
    EXPECT_EQ(resolved("*:*", 9), "9");
    // RFC 3501 section 6.4.8: the highest uid is in the set even if the other end is above it.
    EXPECT_EQ(resolved("12:*", 9), "9:12");
    EXPECT_EQ(resolved("1:*,3", 0), "3");
    EXPECT_EQ(resolved("*", 0), "");
}

TEST(SequenceSet, KeepsWhatWasWritten) {
    EXPECT_EQ(SequenceSet::parse("7:3,*,1:*")->to_string(), "7:3,*,1:*");
    EXPECT_TRUE(SequenceSet::parse("1,2:*")->has_star());
    EXPECT_FALSE(SequenceSet::parse("1,2:5")->has_star());
}

TEST(SequenceSet, KnowsNumbersOutOfRange) {
    EXPECT_FALSE(SequenceSet::parse("1:9,*")->exceeds(9));
    EXPECT_TRUE(SequenceSet::parse("10")->exceeds(9));
    EXPECT_TRUE(SequenceSet::parse("10:1")->exceeds(9));
    EXPECT_TRUE(SequenceSet::parse("*")->exceeds(0));
}

TEST(SequenceSet, ReferenceOnlyWhereAllowed) {
    EXPECT_FALSE(SequenceSet::parse("$"));
    const auto set = SequenceSet::parse("$", true);
    ASSERT_TRUE(set);
    EXPECT_TRUE(set->is_reference());
    EXPECT_EQ(set->to_string(), "$");
    EXPECT_FALSE(SequenceSet::parse("1,$", true));
    EXPECT_FALSE(SequenceSet::parse("$$", true));
}

}  // namespace
}  // namespace postern::imap
