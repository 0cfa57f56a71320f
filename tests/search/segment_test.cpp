// Segments say what a naive model says: which messages have a trigram.
#include "kernel/search/segment.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

#include "kernel/search/index_root.hpp"

namespace postern::search {
namespace {

/// Messages and their trigrams.
using Model = std::map<std::uint64_t, std::set<Trigram>>;

std::string random_text(std::mt19937& random, std::size_t octets, int letters) {
    std::string text;
    for (std::size_t i = 0; i < octets; ++i)
        text += static_cast<char>('a' + static_cast<int>(random() % static_cast<unsigned>(letters)));
    return text;
}

std::set<Trigram> naive_trigrams(std::string_view text) {
    std::set<Trigram> found;
    for (std::size_t i = 0; i + trigram_octets <= text.size(); ++i) found.insert(trigram_at(text, i));
    return found;
}

EncodedSegment segment_of(const Model& model) {
    SegmentBuilder builder;
    for (const auto& [id, trigrams] : model) {
        const std::vector<Trigram> list(trigrams.begin(), trigrams.end());
        builder.add(MessageId{id}, list);
    }
    return builder.finish();
}

std::set<std::uint64_t> messages_with(const EncodedSegment& segment, Trigram trigram) {
    const auto head = SegmentHead::decode(segment.head);
    EXPECT_TRUE(head);
    std::set<std::uint64_t> found;
    const auto block = head->block_of(trigram);
    if (!block) return found;
    const auto members = find_in_block(segment.blocks[*block], trigram, head->messages().size());
    EXPECT_TRUE(members);
    for (const Ordinal ordinal : members->members()) found.insert(value_of(head->messages()[ordinal]));
    return found;
}

void expect_same(const EncodedSegment& segment, const Model& model, std::span<const Trigram> asked) {
    for (const Trigram trigram : asked) {
        std::set<std::uint64_t> expected;
        for (const auto& [id, trigrams] : model) {
            if (trigrams.contains(trigram)) expected.insert(id);
        }
        ASSERT_EQ(messages_with(segment, trigram), expected) << trigram;
    }
}

/// All trigrams of the model, and some that it does not have.
std::vector<Trigram> questions(const Model& model) {
    std::set<Trigram> asked{0, trigram_count - 1, 0x414141};
    for (const auto& [id, trigrams] : model) asked.insert(trigrams.begin(), trigrams.end());
    return {asked.begin(), asked.end()};
}

Model random_model(std::mt19937& random, std::size_t messages, std::uint64_t first_id) {
    Model model;
    for (std::size_t i = 0; i < messages; ++i) {
        const int letters = 3 + static_cast<int>(random() % 20);
        model[first_id + i * 7] = naive_trigrams(random_text(random, random() % 2000, letters));
    }
    return model;
}

TEST(Trigrams, EachOnceInOrderOfAppearance) {
    TrigramCollector collector;
    EXPECT_EQ(collector.collect("abcabc"), (std::vector<Trigram>{0x616263, 0x626361, 0x636162}));
    EXPECT_EQ(collector.collect("abc"), (std::vector<Trigram>{0x616263}))
        << "nothing is left of the text before";
    EXPECT_TRUE(collector.collect("ab").empty());
    EXPECT_EQ(collector.collect("\xFF\xFF\xFF\xFF"), (std::vector<Trigram>{0xFFFFFF}));
}

TEST(Trigrams, OfAKeyAreAmongTheTextsThatContainIt) {
    std::mt19937 random(1);
    TrigramCollector collector;
    for (int round = 0; round < 200; ++round) {
        const std::string text = random_text(random, 50 + random() % 300, 5);
        const std::size_t begin = random() % text.size();
        const std::string key = text.substr(begin, random() % 40);
        const auto all = collector.collect(text);
        for (const Trigram trigram : key_trigrams(key, 12))
            EXPECT_NE(std::ranges::find(all, trigram), all.end()) << key;
    }
    EXPECT_TRUE(key_trigrams("ab", 12).empty());
    EXPECT_EQ(key_trigrams("abc", 12).size(), 1U);
    EXPECT_EQ(key_trigrams("abcdefghijklmnopqrstuvwxyz", 12).size(), 12U);
}

TEST(Segment, KnowsWhichMessagesHaveATrigram) {
    std::mt19937 random(2);
    for (const std::size_t messages : {0U, 1U, 2U, 63U, 64U, 65U, 400U}) {
        const Model model = random_model(random, messages, 1'000'000'000'000ULL);
        const EncodedSegment segment = segment_of(model);
        expect_same(segment, model, questions(model));
    }
}

TEST(Segment, OfManyBlocks) {
    std::mt19937 random(3);
    Model model;
    for (std::uint64_t id = 1; id <= 60; ++id) model[id] = naive_trigrams(random_text(random, 8000, 26));
    const EncodedSegment segment = segment_of(model);
    EXPECT_GT(segment.blocks.size(), 3U);
    auto asked = questions(model);
    std::ranges::shuffle(asked, random);
    asked.resize(3000);
    expect_same(segment, model, asked);
}

TEST(Segment, MessagesThatAreNotListed) {
    SegmentBuilder builder;
    builder.add(MessageId{5}, std::vector<Trigram>{1, 2});
    builder.add_unlisted(MessageId{9});
    std::vector<Trigram> very_many(200'000);
    for (std::size_t i = 0; i < very_many.size(); ++i) very_many[i] = static_cast<Trigram>(i);
    builder.add(MessageId{7}, very_many);
    const EncodedSegment segment = builder.finish();
    const auto head = SegmentHead::decode(segment.head);
    ASSERT_TRUE(head);
    EXPECT_EQ(head->unlisted(), (std::vector<Ordinal>{1, 2}));
    EXPECT_EQ(messages_with(segment, 2), std::set<std::uint64_t>{5});
}

TEST(Segment, MergedHasTheMessagesOfAll) {
    std::mt19937 random(4);
    std::vector<EncodedSegment> parts;
    Model together;
    for (std::uint64_t part = 0; part < 4; ++part) {
        // Ids need not ascend from segment to segment.
        const Model model = random_model(random, 20 + 50 * part, (4 - part) * 1'000'000);
        together.insert(model.begin(), model.end());
        parts.push_back(segment_of(model));
    }
    SegmentBuilder unlisted;
    unlisted.add_unlisted(MessageId{77});
    parts.push_back(unlisted.finish());
    const auto merged = merge(parts);
    ASSERT_TRUE(merged);
    expect_same(*merged, together, questions(together));
    const auto head = SegmentHead::decode(merged->head);
    ASSERT_EQ(head->unlisted().size(), 1U);
    EXPECT_EQ(head->messages()[head->unlisted()[0]], MessageId{77});
    EXPECT_EQ(head->messages().size(), together.size() + 1);
}

TEST(Segment, DamageIsAnErrorOrAnAnswer) {
    std::mt19937 random(5);
    const Model model = random_model(random, 30, 1);
    const EncodedSegment whole = segment_of(model);
    for (int round = 0; round < 600; ++round) {
        EncodedSegment hurt = whole;
        std::string& data = random() % 4 == 0 ? hurt.head : hurt.blocks[random() % hurt.blocks.size()];
        if (random() % 3 == 0) {
            data.resize(random() % data.size());
        } else {
            data[random() % data.size()] = static_cast<char>(random());
        }
        const std::array<EncodedSegment, 1> one{hurt};
        const auto merged = merge(one);
        EXPECT_TRUE(merged || merged.error().code == Errc::corrupt);
        const auto head = SegmentHead::decode(hurt.head);
        if (!head) continue;
        for (const std::string& block : hurt.blocks)
            static_cast<void>(find_in_block(block, static_cast<Trigram>(random() % trigram_count),
                                            head->messages().size()));
    }
}

TEST(IndexRoot, IsReadBack) {
    IndexRoot root;
    root.through = 123'456;
    root.segments = {{1, 1024, 55}, {~0ULL, 2, 1}};
    root.pending = SegmentInfo{7, 3, 9};
    const auto back = IndexRoot::decode(root.encode());
    ASSERT_TRUE(back);
    EXPECT_EQ(back->encode(), root.encode());
    EXPECT_EQ(back->message_count(), 1026U);
    EXPECT_FALSE(IndexRoot::decode(""));
    EXPECT_FALSE(IndexRoot::decode(root.encode() + "x"));
    EXPECT_EQ(block_entry(1, 2).size(), block_entry(~0ULL, 99'999).size());
}

}  // namespace
}  // namespace postern::search
