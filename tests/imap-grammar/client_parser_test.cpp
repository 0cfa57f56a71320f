#include <gtest/gtest.h>

#include "postern/testkit/imap_client_parser.hpp"

namespace postern::testkit {
namespace {

std::string shown(const ImapResponse& r) {
    std::string out = r.kind == ImapResponse::Kind::tagged     ? r.tag
                      : r.kind == ImapResponse::Kind::untagged ? "*"
                                                               : "+";
    if (r.number) out += " " + std::to_string(*r.number);
    if (!r.name.empty()) out += " " + r.name;
    if (!r.code.empty()) out += " [" + r.code + "]";
    if (!r.text.empty()) out += " " + r.text;
    for (const auto& v : r.data) out += " " + v.to_string();
    if (!r.malformed.empty()) out += " MALFORMED " + r.malformed;
    return out + "\n";
}

std::string events(ImapClientParser& parser) {
    std::string out;
    while (const auto r = parser.next()) out += shown(*r);
    return out;
}

void expect_responses(std::string_view input, std::string_view expected) {
    for (std::size_t at = 0; at <= input.size(); ++at) {
        ImapClientParser parser;
        std::string got;
        parser.feed(input.substr(0, at));
        got += events(parser);
        parser.feed(input.substr(at));
        got += events(parser);
        EXPECT_EQ(got, expected) << "split at " << at;
        EXPECT_EQ(parser.pending(), 0U);
    }
    ImapClientParser bytes;
    std::string got;
    for (const char c : input) {
        bytes.feed({&c, 1});
        got += events(bytes);
    }
    EXPECT_EQ(got, expected);
}

TEST(ImapClientParser, Responses) {
    expect_responses("* OK [CAPABILITY A B] hi {3}\r\na1 NO [X] no\r\n+ go {5}\r\n",
                     "* OK [CAPABILITY A B] hi {3}\na1 NO [X] no\n+ go {5}\n");
    expect_responses(
        "* 2 FETCH (UID 7 BODY[HEADER.FIELDS (A B)]<0> {4}\r\na\r\n( ENVELOPE (NIL \"q\\\"\" ((a)(b))))\r\n",
        "* 2 FETCH (UID 7 BODY[HEADER.FIELDS (A B)]<0> \"a\r\n(\" ENVELOPE (NIL \"q\\\"\" ((a) (b))))\n");
    expect_responses("* 1 FETCH (BINARY[] ~{0}\r\n)\r\n* SEARCH\r\n",
                     "* 1 FETCH (BINARY[] \"\")\n* SEARCH\n");
}

std::string one(std::string_view line) {
    ImapClientParser parser;
    parser.feed(line);
    const auto r = parser.next();
    return r ? r->malformed : "incomplete";
}

TEST(ImapClientParser, SeesWhatIsMalformed) {
    for (const char* line :
         {"* 1 FETCH (UID 7\r\n", "* 1 FETCH (UID 7 )\r\n", "* 1 FETCH  (UID 7)\r\n", "* X \"a\r\n",
          "* X \"a\\n\"\r\n", "* X a\"b\r\n", "* X \xc3\xa9\r\n", "a FETCH x\r\n", "*\r\n", "* OK\r\n",
          "* OK [a b\r\n", "+\r\n", "* X (a(b))\r\n"}) {
        EXPECT_FALSE(one(line).empty()) << line;
    }
    EXPECT_EQ(one("* X {9}\r\nabc\r\n"), "incomplete");
    EXPECT_EQ(one("* OK x"), "incomplete");
}

class View : public ::testing::Test {
protected:
    void server(std::string_view octets) {
        parser.feed(octets);
        while (const auto r = parser.next()) view.apply(*r);
    }
    std::string uids() const {
        std::string out;
        for (const auto& m : view.messages) out += std::to_string(m.uid) + " ";
        return out;
    }
    ImapClientParser parser;
    ImapClientView view;
};

TEST_F(View, FollowsTheMailbox) {
    server(
        "* 3 EXISTS\r\n* 1 RECENT\r\n* FLAGS (\\Seen a)\r\n* OK [UIDVALIDITY 9] x\r\n* OK [UIDNEXT 12] x\r\n"
        "* OK [PERMANENTFLAGS (\\Seen \\*)] x\r\n* OK [HIGHESTMODSEQ 77] x\r\n");
    server("* 1 FETCH (UID 5 FLAGS (\\Seen))\r\n* 2 FETCH (UID 8)\r\n* 3 FETCH (UID 11 MODSEQ (70))\r\n");
    EXPECT_EQ(uids(), "5 8 11 ");
    EXPECT_EQ(view.uidvalidity, 9U);
    EXPECT_EQ(view.uidnext, 12U);
    EXPECT_EQ(view.highest_modseq, 77U);
    EXPECT_EQ(view.permanent_flags, (std::vector<std::string>{"\\Seen", "\\*"}));
    EXPECT_EQ(view.messages[0].flags.system, imap::flag_seen);
    EXPECT_EQ(view.messages[2].modseq, 70U);
    server("* 2 EXPUNGE\r\n* 2 FETCH (FLAGS (b))\r\n* 4 EXISTS\r\n");
    EXPECT_EQ(uids(), "5 11 0 0 ");
    EXPECT_EQ(view.by_uid(11)->flags.keywords, std::vector<std::string>{"b"});
    server("* VANISHED (EARLIER) 1:2\r\n* VANISHED 5\r\n* 11 UIDFETCH (FLAGS ())\r\n");
    EXPECT_EQ(uids(), "11 0 0 ");
    EXPECT_EQ(view.vanished_earlier, (std::vector<std::uint32_t>{1, 2}));
    EXPECT_TRUE(view.violations.empty()) << view.violations.front();
}

TEST_F(View, SeesContradictions) {
    server("* 2 EXISTS\r\n* 3 FETCH (UID 5)\r\n* 3 EXPUNGE\r\n* 1 EXISTS\r\n* VANISHED 9\r\n");
    EXPECT_EQ(view.violations.size(), 4U);
    server(
        "* 3 EXISTS\r\n* 1 FETCH (UID 5)\r\n* 2 FETCH (UID 4)\r\n* 1 FETCH (UID 6)\r\n* 3 FETCH (UID)\r\n");
    EXPECT_GE(view.violations.size(), 7U);
}

TEST_F(View, OtherData) {
    server(
        "* SEARCH 1 5 9\r\n* ESEARCH (TAG \"a\") UID ALL 1:3 COUNT 3\r\n* LIST (\\HasChildren) \"/\" a (X "
        "(y))\r\n"
        "* LIST () NIL INBOX\r\n* STATUS box (MESSAGES 3 UNSEEN 1)\r\n* CAPABILITY A B\r\n");
    EXPECT_EQ(view.search, (std::vector<std::uint64_t>{1, 5, 9}));
    ASSERT_EQ(view.esearch.size(), 1U);
    EXPECT_EQ(view.esearch[0].tag, "a");
    EXPECT_TRUE(view.esearch[0].uid);
    EXPECT_EQ(view.esearch[0].data["ALL"].text, "1:3");
    ASSERT_EQ(view.list.size(), 2U);
    EXPECT_EQ(view.list[0].delimiter, "/");
    EXPECT_TRUE(view.list[0].extended.has_value());
    EXPECT_EQ(view.list[1].delimiter, "");
    EXPECT_EQ(number_of(view.status["box"]["UNSEEN"]), 1U);
    EXPECT_EQ(view.capabilities, (std::vector<std::string>{"A", "B"}));
}

}  // namespace
}  // namespace postern::testkit
