// Servers that say what makes no sense: bounded time and memory, and nothing is believed.
#include <gtest/gtest.h>

#include "scripted_server.hpp"

namespace postern::imap_client {
namespace {

using test::all;
using test::done;

using gateway::FaultKind;

const std::string two_messages = "* 2 EXISTS\r\n* OK [UIDVALIDITY 5] x\r\n* OK [UIDNEXT 8] x\r\n" + done;

class Hostile : public test::SessionTest {
protected:
    FaultKind kind_of(const std::string& reply) {
        script->reply("SELECT \"INBOX\"", two_messages);
        script->reply(all, reply);
        open();
        auto pulled = pull();
        if (pulled) throw std::runtime_error("it was believed: " + reply.substr(0, 100));
        EXPECT_FALSE(session->alive()) << reply.substr(0, 100);
        return pulled.error().kind;
    }
};

TEST_F(Hostile, AnswersThatMakeNoSense) {
    const auto violation = FaultKind::protocol_violation;
    EXPECT_EQ(kind_of("garbage\r\n"), violation);
    EXPECT_EQ(kind_of("* 1 FETCH (UID\r\n" + done), violation);
    EXPECT_EQ(kind_of("+ go\r\n"), violation);
    EXPECT_EQ(kind_of("P999 OK done\r\n"), violation);
    EXPECT_EQ(kind_of("{tag} WHAT\r\n"), violation);
    EXPECT_EQ(kind_of("* 3 EXPUNGE\r\n* 2 EXPUNGE\r\n* 1 EXPUNGE\r\n"), violation);
    EXPECT_EQ(kind_of("* VANISHED 1:4294967295\r\n"), violation);
    EXPECT_EQ(kind_of("* 1 FETCH (BODY[] {99999999999}\r\n"), violation);
}

TEST_F(Hostile, SilenceAndEndOfLine) {
    EXPECT_EQ(kind_of(""), FaultKind::transient);
    EXPECT_EQ(kind_of("\x04"), FaultKind::offline);
    EXPECT_EQ(kind_of("* BYE too busy\r\n\x04"), FaultKind::offline);
}

TEST_F(Hostile, EndlessListing) {
    std::string reply;
    request.limits.listing_entries = 1000;
    for (int i = 1; i <= 1001; ++i) reply += "* 1 FETCH (UID " + std::to_string(i) + " FLAGS ())\r\n";
    EXPECT_EQ(kind_of(reply), FaultKind::protocol_violation);
}

TEST_F(Hostile, EndlessResponsesThatSayNothing) {
    std::string reply;
    request.limits.listing_entries = 1000;
    for (int i = 0; i < 60'000; ++i) reply += "* OK still here\r\n";
    EXPECT_EQ(kind_of(reply), FaultKind::protocol_violation);
}

TEST_F(Hostile, EndlessChallenges) {
    script->greeting = "* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] ready\r\n";
    script->reply("AUTHENTICATE PLAIN", "+ \r\n+ \r\n+ \r\n");
    auto opened = try_open();
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().kind, FaultKind::protocol_violation);
}

TEST_F(Hostile, EndlessLine) {
    EXPECT_EQ(kind_of("* " + std::string(17U << 20, 'x')), FaultKind::protocol_violation);
}

TEST_F(Hostile, AllUidsVanished) {
    script->capabilities += " ENABLE QRESYNC CONDSTORE";
    script->reply("SELECT \"INBOX\" (QRESYNC (5 7))",
                  "* 2 EXISTS\r\n* OK [UIDVALIDITY 5] x\r\n* OK [UIDNEXT 4294967295] x\r\n"
                  "* OK [HIGHESTMODSEQ 9] x\r\n* VANISHED (EARLIER) 1:4294967295\r\n" +
                      done);
    script->reply("UID SEARCH RETURN (ALL) ALL", "* ESEARCH UID ALL 1:4294967295\r\n" + done);
    open();
    EXPECT_EQ(pull("1 5 4294967295 7 2 0").error().kind, FaultKind::protocol_violation);
}

TEST_F(Hostile, EveryCutOfASession) {
    const std::string reply =
        "* 1 FETCH (UID 3 FLAGS (\\Seen))\r\n* 2 FETCH (UID 4 FLAGS ())\r\nP2 OK done\r\n";
    for (std::size_t cut = 0; cut < reply.size() - 2; ++cut) {
        EXPECT_EQ(kind_of(reply.substr(0, cut) + '\x04'), FaultKind::offline) << cut;
    }
}

}  // namespace
}  // namespace postern::imap_client
