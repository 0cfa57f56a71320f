// Pieces of POP3's grammar, and unique ids.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pop3/text.hpp"
#include "pop3/unique_ids.hpp"

namespace postern::pop3 {
namespace {

using ::testing::ElementsAre;

TEST(TextTest, SplitsCommands) {
    EXPECT_EQ(split_command("pass  a b ").verb, "PASS");
    EXPECT_EQ(split_command("pass  a b ").arguments, " a b ");
    EXPECT_EQ(split_command("").verb, "");
}

TEST(TextTest, TakesNumbers) {
    std::string_view in = "12  3x";
    EXPECT_EQ(take_number(in), 12U);
    EXPECT_EQ(in, "3x");
    EXPECT_FALSE(take_number(in));
    in = "99999999999999999999";
    EXPECT_FALSE(take_number(in));
    in = "-1";
    EXPECT_FALSE(take_number(in));
}

TEST(TextTest, DoublesDotsHoweverTheOctetsCome) {
    for (const auto& [content, wanted] : std::vector<std::pair<std::string, std::string>>{
             {"", ".\r\n"},
             {"a\r\n.b\r\n..\r\n", "a\r\n..b\r\n...\r\n.\r\n"},
             {".", "..\r\n.\r\n"},
             {"a\n.\n", "a\n..\n\r\n.\r\n"},
             {"a\r", "a\r\r\n.\r\n"},
             {"\r\n", "\r\n.\r\n"},
         }) {
        for (std::size_t step = 1; step <= content.size() + 1; ++step) {
            DotStuffer stuffer;
            std::string out;
            for (std::size_t i = 0; i < content.size(); i += step)
                stuffer.append(std::string_view(content).substr(i, step), out);
            stuffer.finish(out);
            EXPECT_EQ(out, wanted) << step;
        }
    }
}

TEST(TextTest, FindsTheTop) {
    const std::string message = "A: b\r\n\r\none\r\ntwo\r\n";
    EXPECT_EQ(top_length(message, 0), 8U);
    EXPECT_EQ(top_length(message, 1), 13U);
    EXPECT_EQ(top_length(message, 2), 18U);
    EXPECT_FALSE(top_length(message, 3));
    EXPECT_FALSE(top_length("A: b\r\n", 0));
    EXPECT_FALSE(top_length("", 0));
    EXPECT_EQ(top_length("A: b\r\n\r\n", 0), 8U);
}

TEST(TextTest, KnowsUtf8Headers) {
    EXPECT_FALSE(is_utf8_header("Subject: x"));
    EXPECT_FALSE(is_utf8_header("Subject: \xf6"));
    EXPECT_TRUE(is_utf8_header("Subject: \xc3\xb6"));
}

Item item(Uid uid) {
    Item i;
    i.uid = uid;
    return i;
}

TEST(UniqueIdsTest, AreUnique) {
    std::vector<std::string> ids{"a", "a", "", "with blank", "b"};
    make_unique(ids, {item(1), item(2), item(3), item(4), item(5)}, 0xabc);
    EXPECT_THAT(ids, ElementsAre("a", "00000abc00000002", "00000abc00000003", "00000abc00000004", "b"));
    EXPECT_TRUE(is_unique_id(std::string(70, '~')));
    EXPECT_FALSE(is_unique_id(std::string(71, '~')));
}

TEST(UniqueIdsTest, AreWrittenInBlocks) {
    const MailboxId inbox{7};
    const std::vector<Item> items{item(1), item(255), item(256), item(1000)};
    const auto writes = given_writes(inbox, items, {"a", "b", "c", "d"}, {});
    ASSERT_EQ(writes.size(), 3U);
    EXPECT_EQ(writes[0].attribute.entry, "pop3/uidl/0");
    EXPECT_EQ(writes[0].attribute.value, "1 a\n255 b\n");
    std::vector<store::Attribute> stored;
    for (const auto& write : writes) stored.push_back(write.attribute);
    EXPECT_THAT(parse_given(stored), ElementsAre(::testing::Pair(1, "a"), ::testing::Pair(255, "b"),
                                                 ::testing::Pair(256, "c"), ::testing::Pair(1000, "d")));
    // Nothing has changed; then one block is gone, and one has a message less.
    EXPECT_TRUE(given_writes(inbox, items, {"a", "b", "c", "d"}, stored).empty());
    const auto later = given_writes(inbox, {item(255), item(256)}, {"b", "c"}, stored);
    ASSERT_EQ(later.size(), 2U);
    EXPECT_TRUE(later[0].remove);
    EXPECT_EQ(later[1].attribute.value, "255 b\n");
}

TEST(UniqueIdsTest, PassOverWhatIsNoId) {
    EXPECT_TRUE(parse_given({{MailboxId{1}, "pop3/uidl/0", "x y\n0 a\n4294967296 a\n5\n6 a b\n"}}).empty());
}

}  // namespace
}  // namespace postern::pop3
