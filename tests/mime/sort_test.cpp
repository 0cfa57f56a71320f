#include "postern/mime/sort.hpp"

#include <gtest/gtest.h>

namespace postern::mime {
namespace {

struct SubjectCase {
    std::string subject;
    std::string base;
    bool reply;
};

class BaseSubjects : public testing::TestWithParam<SubjectCase> {};

TEST_P(BaseSubjects, FollowRfc5256) {
    const BaseSubject got = base_subject(GetParam().subject);
    EXPECT_EQ(got.text, GetParam().base) << GetParam().subject;
    EXPECT_EQ(got.is_reply_or_forward, GetParam().reply) << GetParam().subject;
}

INSTANTIATE_TEST_SUITE_P(
    Table, BaseSubjects,
    testing::Values(
        SubjectCase{"", "", false}, SubjectCase{"Test", "Test", false}, SubjectCase{"Re: Test", "Test", true},
        SubjectCase{"RE:Test", "Test", true}, SubjectCase{"re : Test", "Test", true},
        SubjectCase{"Re: re: Re: Test", "Test", true}, SubjectCase{"fw: Test", "Test", true},
        SubjectCase{"Fwd: Test", "Test", true}, SubjectCase{"FWD [x]: Test", "Test", true},
        SubjectCase{"Re[2]: Test", "Test", true}, SubjectCase{"Re [2] : Test", "Test", true},
        SubjectCase{"[list] Test", "Test", false}, SubjectCase{"[list] Re: Test", "Test", true},
        SubjectCase{"[a][b] Re: Test", "Test", true}, SubjectCase{"Re: [list] Test", "Test", true},
        SubjectCase{"[list]", "[list]", false}, SubjectCase{"Re: [list]", "[list]", true},
        SubjectCase{"[a][b]", "[b]", false}, SubjectCase{"Test (fwd)", "Test", true},
        SubjectCase{"Test (FWD) (fwd) ", "Test", true}, SubjectCase{"[Fwd: Test]", "Test", true},
        SubjectCase{"[fwd: Re: [list] Test (fwd)]", "Test", true},
        SubjectCase{"[fwd: [fwd: Test]]", "Test", true}, SubjectCase{"Re: [fwd: Test]", "Test", true},
        SubjectCase{"[fwd: Test", "[fwd: Test", false},
        SubjectCase{"Test   with \t blanks", "Test with blanks", false},
        SubjectCase{"folded\r\n subject", "folded subject", false}, SubjectCase{"Re:", "", true},
        SubjectCase{"Re: Re:", "", true}, SubjectCase{"(fwd)", "", true},
        SubjectCase{"Regarding: Test", "Regarding: Test", false}, SubjectCase{"Re", "Re", false},
        SubjectCase{"[un[closed] Test", "[un[closed] Test", false}, SubjectCase{"[]Test", "Test", false},
        SubjectCase{"=?utf-8?q?Re=3A_Gr=C3=BC=C3=9Fe?=",
                    "Gr\xC3\xBC\xC3\x9F"
                    "e",
                    true},
        SubjectCase{"AW: Test", "AW: Test", false}, SubjectCase{"Re: [a] Fwd: [b] x [c]", "x [c]", true}));

TEST(BaseSubjects, TimeIsLinear) {
    for (const std::string_view piece : {"[a]", "re:", "[fwd:", "[", "]", "(fwd)", "re [", "[a] re: ", " "}) {
        std::string subject;
        while (subject.size() < 300000) subject += piece;
        EXPECT_LE(base_subject(subject).text.size(), subject.size()) << piece;
        EXPECT_LE(base_subject(subject + "x" + std::string(100000, ']')).text.size(), subject.size() + 100001)
            << piece;
    }
}

TEST(SortMailbox, IsTheFirstMailboxsLocalPart) {
    EXPECT_EQ(sort_mailbox(parse_addresses("A <first@x>, second@y")), "first");
    EXPECT_EQ(sort_mailbox(parse_addresses("Group: member@x;")), "member");
    EXPECT_EQ(sort_mailbox(parse_addresses("Group:;")), "");
    EXPECT_EQ(sort_mailbox({}), "");
}

TEST(SortDisplay, FollowsRfc5957) {
    EXPECT_EQ(sort_display(parse_addresses("=?utf-8?q?J=C3=B6rg?= <j@x>, b@y")), "J\xC3\xB6rg");
    EXPECT_EQ(sort_display(parse_addresses("j@x")), "j@x");
    EXPECT_EQ(sort_display(parse_addresses("root")), "root");
    EXPECT_EQ(sort_display(parse_addresses("\"\" <j@x>")), "j@x");
    EXPECT_EQ(sort_display({}), "");
}

using Ids = std::vector<std::string>;

TEST(MessageIds, AreNormalized) {
    // RFC 5256 section 3: these two are the same.
    EXPECT_EQ(message_ids("<\"01KF8JCEOCBS0045PS\"@xxx.yyy.com>"),
              message_ids("<01KF8JCEOCBS0045PS@xxx.yyy.com>"));
    EXPECT_EQ(message_ids("<a@x> (comment)\r\n <b@y>text<c@z>"), (Ids{"a@x", "b@y", "c@z"}));
    EXPECT_EQ(message_ids("<a@\r\n x>"), (Ids{"a@x"}));
    EXPECT_EQ(message_ids("<a@x <b@y>"), (Ids{"a@x", "b@y"})) << "a missing bracket";
    EXPECT_EQ(message_ids("<a@x"), (Ids{"a@x"}));
    EXPECT_EQ(message_ids("<\"a>b\\\"\"@x>"), (Ids{"a>b\"@x"}));
    EXPECT_EQ(message_ids("a@x, b@y"), (Ids{"a@x", "b@y"})) << "no brackets at all";
    EXPECT_EQ(message_ids("Your message of Friday"), Ids{});
    EXPECT_EQ(message_ids("<>"), Ids{});
}

TEST(MessageIds, KeepFirstAndLast) {
    EXPECT_EQ(message_ids("<a> <b> <c> <d>", 3), (Ids{"a", "c", "d"}));
    EXPECT_EQ(message_ids("<a> <b> <c>", 1), (Ids{"c"}));
    EXPECT_EQ(message_ids("<a> <b>", 0), Ids{});
}

TEST(MessageIdHash, IsStable) {
    // Stored in records: these values must never change.
    EXPECT_EQ(message_id_hash("a@x"), 13071348868221529003U);
    EXPECT_NE(message_id_hash(""), 0U);
    EXPECT_NE(message_id_hash("a@x"), message_id_hash("b@x"));
}

}  // namespace
}  // namespace postern::mime
