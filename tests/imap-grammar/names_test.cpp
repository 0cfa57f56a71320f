#include <gtest/gtest.h>

#include <random>

#include "postern/imap/list_pattern.hpp"
#include "postern/imap/mailbox_name.hpp"
#include "postern/imap/modified_utf7.hpp"

namespace postern::imap {
namespace {

struct Names {
    const char* utf8;
    const char* wire;
};

class ModifiedUtf7 : public ::testing::TestWithParam<Names> {};
TEST_P(ModifiedUtf7, BothWays) {
    EXPECT_EQ(encode_modified_utf7(GetParam().utf8), GetParam().wire);
    EXPECT_EQ(decode_modified_utf7(GetParam().wire), GetParam().utf8);
}
INSTANTIATE_TEST_SUITE_P(
    Table, ModifiedUtf7,
    ::testing::Values(Names{"", ""}, Names{"INBOX", "INBOX"}, Names{"A & B", "A &- B"}, Names{"&", "&-"},
                      Names{"&&", "&-&-"}, Names{"\xc3\xa9", "&AOk-"},
                      Names{"Entw\xc3\xbcrfe", "Entw&APw-rfe"},
                      // RFC 3501 section 5.1.3.
                      Names{"~peter/mail/\xe5\x8f\xb0\xe5\x8c\x97/\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e",
                            "~peter/mail/&U,BTFw-/&ZeVnLIqe-"},
                      Names{"\xe2\x98\xba!", "&Jjo-!"}, Names{"\xf0\x9f\x98\x80", "&2D3eAA-"},
                      Names{"\xc3\xa9-x", "&AOk--x"}, Names{"\t", "&AAk-"}));

TEST(ModifiedUtf7Strict, RefusesEveryOtherForm) {
    for (const char* wire :
         {"&",     "&AOk", "a&b",      "&AGE-", "&Jjo-&Jjo-", "&AOl-x&",  "&AOm-" /* padding bits */,
          "&A-",   "&AO-", "&AOkA-",   "&2D0-", "&3gA-",      "&2D0AQQ-", "&AOk=-",
          "&AC8-", "& -",  "\xc3\xa9", "a\tb",  "a\x7f",      "&ACY-"}) {
        EXPECT_FALSE(is_modified_utf7(wire)) << wire;
    }
    EXPECT_FALSE(encode_modified_utf7("\xff"));
    EXPECT_FALSE(encode_modified_utf7("\xc3"));
    EXPECT_FALSE(encode_modified_utf7("\xed\xa0\x80"));
    EXPECT_FALSE(encode_modified_utf7("\xf4\x90\x80\x80"));
}

void append_code_point(std::string& out, std::uint32_t c) {
    const auto put = [&out](std::uint32_t v) { out += static_cast<char>(v); };
    if (c < 0x80) {
        put(c);
    } else if (c < 0x800) {
        put(0xc0 | (c >> 6)), put(0x80 | (c & 63));
    } else if (c < 0x10000) {
        put(0xe0 | (c >> 12)), put(0x80 | ((c >> 6) & 63)), put(0x80 | (c & 63));
    } else {
        put(0xf0 | (c >> 18)), put(0x80 | ((c >> 12) & 63)), put(0x80 | ((c >> 6) & 63)),
            put(0x80 | (c & 63));
    }
}

TEST(ModifiedUtf7Property, EveryNameSurvives) {
    std::mt19937 random(3);
    for (int i = 0; i < 5000; ++i) {
        std::string name;
        for (auto n = random() % 12; n > 0; --n) {
            constexpr std::uint32_t top[] = {0x80, 0x80, 0x800, 0x10000, 0x110000};
            std::uint32_t c = static_cast<std::uint32_t>(random()) % top[random() % 5];
            if (c >= 0xd800 && c < 0xe000) c = '&';
            append_code_point(name, c);
        }
        const auto wire = encode_modified_utf7(name);
        ASSERT_TRUE(wire) << name;
        ASSERT_EQ(decode_modified_utf7(*wire), name) << *wire;
    }
}

TEST(MailboxName, FromAndToTheWire) {
    EXPECT_EQ(*mailbox_from_wire("inBox", false), "INBOX");
    EXPECT_EQ(*mailbox_from_wire("inbox/x", false), "inbox/x");
    EXPECT_EQ(*mailbox_from_wire("&AOk-", false), "\xc3\xa9");
    EXPECT_EQ(*mailbox_from_wire("&AOk-", true), "&AOk-");
    EXPECT_EQ(mailbox_from_wire("a&b", false).error().code, Errc::invalid);
    EXPECT_EQ(mailbox_from_wire("\xff", true).error().code, Errc::invalid);
    EXPECT_EQ(mailbox_to_wire("\xc3\xa9", false), "&AOk-");
    EXPECT_EQ(mailbox_to_wire("\xc3\xa9", true), "\xc3\xa9");
    EXPECT_EQ(mailbox_to_wire("a&\xff", false), "a&-?");
}

TEST(MailboxName, Rules) {
    EXPECT_TRUE(check_mailbox_name("Work/2026"));
    EXPECT_TRUE(check_mailbox_name("\xe6\x97\xa5"));
    for (const char* name :
         {"", "/a", "a/", "a//b", "a%", "a*b", "a\tb", "\x7f", "\xc2\x85", "\xe2\x80\xa8", "\xff"}) {
        EXPECT_FALSE(check_mailbox_name(name)) << name;
    }
    EXPECT_FALSE(check_mailbox_name(std::string(256, 'a')));
    // U+00FC, and the same as two characters.
    MailboxNameRules normalised;
    normalised.normalised = true;
    EXPECT_TRUE(check_mailbox_name("Entw\xc3\xbcrfe", normalised));
    EXPECT_FALSE(check_mailbox_name("Entwu\xcc\x88rfe", normalised));
    EXPECT_TRUE(check_mailbox_name("Entwu\xcc\x88rfe"));
    EXPECT_TRUE(check_mailbox_name(std::string(255, 'a')));
    EXPECT_FALSE(check_mailbox_name("a/b/c", {'/', 1000, 255, 2}));
    EXPECT_TRUE(check_mailbox_name("a//b", {'.', 1000, 255, 2}));
}

struct Row {
    const char* pattern;
    const char* name;
    bool matches;
};
class ListPatternTable : public ::testing::TestWithParam<Row> {};
TEST_P(ListPatternTable, Matches) {
    const Row& row = GetParam();
    EXPECT_EQ(ListPattern("", row.pattern, '/').matches(row.name), row.matches)
        << row.pattern << " on " << row.name;
}
INSTANTIATE_TEST_SUITE_P(
    Table, ListPatternTable,
    ::testing::Values(Row{"*", "a/b", true}, Row{"*", "", true}, Row{"%", "a", true}, Row{"%", "a/b", false},
                      Row{"%/%", "a/b", true}, Row{"%/%", "a/b/c", false}, Row{"a*", "a/b/c", true},
                      Row{"a%", "a/b", false}, Row{"a%", "ab", true}, Row{"a%", "a", true},
                      Row{"*b", "a/b", true}, Row{"%b", "a/b", false}, Row{"*/c%", "a/b/cd", true},
                      Row{"*/c%", "a/b/c/d", false}, Row{"a", "a", true}, Row{"a", "A", false},
                      Row{"inbox", "INBOX", true}, Row{"INBOX", "INBOX", true}, Row{"in%", "INBOX", true},
                      Row{"%ox", "INBOX", true}, Row{"inbox/%", "INBOX/Sub", true},
                      Row{"inbox/sub", "INBOX/Sub", false}, Row{"in%", "INBOXES", false},
                      Row{"a*b*c", "axbxbxc", true}, Row{"a*b*c", "axbxbx", false}, Row{"%%%", "abc", true},
                      Row{"*%", "a/b", true}, Row{"", "", true}, Row{"", "a", false},
                      Row{"a/%/c", "a/b/c", true}, Row{"a/%/c", "a/b/d/c", false},
                      Row{"a/*/c", "a/b/d/c", true}));

TEST(ListPattern, JoinsTheReference) {
    EXPECT_TRUE(ListPattern("a/", "%", '/').matches("a/b"));
    EXPECT_FALSE(ListPattern("a/", "%", '/').matches("b"));
    EXPECT_EQ(ListPattern("a/", "/b", '/').text(), "/b");
    EXPECT_TRUE(ListPattern("", "a", '/').is_literal());
    EXPECT_EQ(ListPattern("a/", "b%c", '/').literal_prefix(), "a/b");
}

TEST(ListPattern, FlatNamesHaveNoDelimiter) {
    EXPECT_TRUE(ListPattern("", "%", '\0').matches("a/b"));
}

TEST(ListPattern, KnowsWhereToWalk) {
    EXPECT_FALSE(ListPattern("", "%", '/').may_match_below("a"));
    EXPECT_TRUE(ListPattern("", "%/%", '/').may_match_below("a"));
    EXPECT_FALSE(ListPattern("", "%/%", '/').may_match_below("a/b"));
    EXPECT_TRUE(ListPattern("", "*", '/').may_match_below("a/b/c"));
    EXPECT_FALSE(ListPattern("", "b/*", '/').may_match_below("a"));
    EXPECT_TRUE(ListPattern("", "a/b", '/').may_match_below("a"));
    EXPECT_FALSE(ListPattern("", "a/", '/').may_match_below("a"));
}

bool naive(std::string_view pattern, std::string_view name) {
    if (pattern.empty()) return name.empty();
    if (pattern[0] == '*' || pattern[0] == '%') {
        if (naive(pattern.substr(1), name)) return true;
        return !name.empty() && (pattern[0] == '*' || name[0] != '/') && naive(pattern, name.substr(1));
    }
    return !name.empty() && name[0] == pattern[0] && naive(pattern.substr(1), name.substr(1));
}

TEST(ListPattern, AgreesWithTheDefinition) {
    std::mt19937 random(11);
    const auto text = [&random](std::string_view letters, std::size_t size) {
        std::string out;
        for (auto n = random() % size; n > 0; --n) out += letters[random() % letters.size()];
        return out;
    };
    int matched = 0;
    for (int i = 0; i < 20000; ++i) {
        const std::string pattern = text("ab/*%", 7);
        const std::string name = text("ab/", 9);
        ASSERT_EQ(ListPattern("", pattern, '/').matches(name), naive(pattern, name))
            << pattern << " on " << name;
        matched += naive(pattern, name);
    }
    EXPECT_GT(matched, 500);
}

/// Exponential matchers need years for this.
TEST(ListPattern, HostilePatternEnds) {
    std::string pattern;
    for (int i = 0; i < 200; ++i) pattern += "*a%";
    EXPECT_FALSE(ListPattern("", pattern + "b", '/').matches(std::string(1000, 'a')));
}

}  // namespace
}  // namespace postern::imap
