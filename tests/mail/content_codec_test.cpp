#include "kernel/mail/content_codec.hpp"

#include <gtest/gtest.h>

#include <random>

#include "kernel/mail/lru_cache.hpp"
#include "kernel/mail/mailbox_table.hpp"

namespace postern::mail {
namespace {

std::string noise(std::size_t octets) {
    std::mt19937 random(3);
    std::string text(octets, '\0');
    for (char& c : text) c = static_cast<char>(random());
    return text;
}

std::string decoded(const store::Content& content) {
    std::string whole;
    for (const auto& chunk : content.chunks) {
        const auto part = decode_chunk(chunk);
        EXPECT_TRUE(part);
        whole += *part;
    }
    return whole;
}

TEST(ContentCodec, ComesBackOctetExactInChunks) {
    for (const std::size_t octets :
         {std::size_t{0}, std::size_t{1}, std::size_t{500}, store::content_chunk_size,
          store::content_chunk_size + 1, 3 * store::content_chunk_size - 7}) {
        for (const auto& text : {std::string(octets, 'a'), noise(octets)}) {
            const store::Content content = encode_content(text);
            EXPECT_EQ(content.size, octets);
            EXPECT_EQ(content.chunks.size(),
                      (octets + store::content_chunk_size - 1) / store::content_chunk_size);
            EXPECT_EQ(decoded(content), text);
        }
    }
}

TEST(ContentCodec, CompressesOnlyWhatShrinks) {
    EXPECT_LT(encode_content(std::string(10'000, 'a')).chunks[0].size(), 200U);
    EXPECT_EQ(encode_content(noise(10'000)).chunks[0].size(), 10'001U);
}

TEST(ContentCodec, HashIsSha256) {
    const ContentHash hash = hash_of("abc");
    EXPECT_EQ(hash[0], 0xba);
    EXPECT_EQ(hash[31], 0xad);
}

TEST(ContentCodec, DamagedChunksAreRefused) {
    const std::string chunk = encode_content(std::string(5000, 'b')).chunks[0];
    for (std::size_t size = 0; size < chunk.size(); ++size) {
        EXPECT_FALSE(decode_chunk(std::string_view(chunk).substr(0, size)));
    }
    EXPECT_FALSE(decode_chunk("\x07octets"));
    EXPECT_FALSE(decode_chunk(std::string(store::content_chunk_size + 2, '\0')));
}

TEST(LruCache, DropsTheLeastRecentlyUsed) {
    LruCache<int, int, std::hash<int>> cache(40);
    for (int i = 0; i < 4; ++i) cache.put(i, i * i, 10);
    EXPECT_NE(cache.find(0), nullptr);
    cache.put(4, 16, 10);
    EXPECT_EQ(cache.find(1), nullptr);
    EXPECT_EQ(*cache.find(0), 0);
    cache.put(0, 5, 10);
    EXPECT_EQ(*cache.find(0), 5);
    EXPECT_EQ(cache.used(), 40U);
    cache.put(9, 9, 11);  // more than a quarter of the budget
    EXPECT_EQ(cache.find(9), nullptr);
}

TEST(MailboxName, InboxIsInboxInAnyCase) {
    EXPECT_EQ(canonical_name("inBox"), "INBOX");
    EXPECT_EQ(canonical_name("Inbox/work"), "INBOX/work");
    EXPECT_EQ(canonical_name("Inboxes"), "Inboxes");
    EXPECT_EQ(canonical_name("a/inbox"), "a/inbox");
}

TEST(MailboxName, BadOnesAreRefused) {
    for (const char* good : {"a", "a/b/c", "Entwürfe", "日本語/😀", "a b", "%*\"\\"}) {
        EXPECT_TRUE(check_name(good)) << good;
    }
    for (const char* bad : {"", "/", "a/", "/a", "a//b", "a\x01", "a\x7f", "\xc3", "\xc0\xaf", "\xed\xa0\x80",
                            "\xf5\x80\x80\x80", "a\n"}) {
        const auto answer = check_name(bad);
        ASSERT_FALSE(answer) << bad;
        EXPECT_EQ(answer.error().code, Errc::invalid);
    }
    EXPECT_FALSE(check_name(std::string(max_mailbox_name + 1, 'a')));
    std::string deep = "a";
    for (int i = 0; i < 40; ++i) deep += "/a";
    EXPECT_FALSE(check_name(deep));
}

}  // namespace
}  // namespace postern::mail
