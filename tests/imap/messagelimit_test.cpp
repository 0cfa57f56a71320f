// MESSAGELIMIT and SAVELIMIT (RFC 9738) as they are built.
#include "tests/imap/support/fixture.hpp"

namespace postern::imap::test {
namespace {

class MessageLimit : public ImapFixture {
protected:
    /// Five messages in INBOX, three a command.
    Client& open_with(std::initializer_list<const char*> plugins,
                      const std::string& settings = "messages: 3") {
        load("imap-messagelimit", settings);
        for (const char* plugin : plugins) load(plugin);
        deliver("INBOX", 5);
        return open();
    }
};

TEST_F(MessageLimit, IsAnnouncedAfterSignIn) {
    load("imap-messagelimit");
    Client& client = connect();
    EXPECT_EQ(client.take().find("LIMIT"), std::string::npos);
    const std::string told = client.command("LOGIN anna secret").tagged.code;
    EXPECT_NE(told.find(" MESSAGELIMIT=100000"), std::string::npos);
    EXPECT_EQ(told.find("SAVELIMIT"), std::string::npos);
}

TEST_F(MessageLimit, SavingCanHaveALimitOfItsOwn) {
    Client& client = open_with({"imap-move"}, "{messages: 0, saves: 4}");
    const std::string told = client.command("CAPABILITY").text();
    EXPECT_EQ(told.find("MESSAGELIMIT"), std::string::npos);
    EXPECT_NE(told.find(" SAVELIMIT=4"), std::string::npos);
    EXPECT_EQ(client.command("COPY 1:5 Archive").tagged.code, "MESSAGELIMIT 4 2");
    EXPECT_TRUE(client.command("COPY 2:5 Archive").ok());
    EXPECT_EQ(client.command("FETCH 1:* UID").lines().size(), 5U);
    EXPECT_TRUE(client.command("MOVE 1:5 Junk").ok());
}

TEST_F(MessageLimit, FetchAnswersForTheHighest) {
    Client& client = open_with({});
    const Reply reply = client.command("FETCH 1:* UID");
    EXPECT_TRUE(reply.ok());
    EXPECT_EQ(reply.text(), "* 3 FETCH (UID 3)\n* 4 FETCH (UID 4)\n* 5 FETCH (UID 5)\n");
    EXPECT_EQ(reply.tagged.code, "MESSAGELIMIT 3 3");
    // From there on it goes to the end.
    const Reply rest = client.command("UID FETCH 1:2 UID");
    EXPECT_EQ(rest.lines().size(), 2U);
    EXPECT_EQ(rest.tagged.code, "");
    // What counts is the messages there are.
    EXPECT_EQ(client.command("UID FETCH 3:9999 UID").tagged.code, "");
    EXPECT_EQ(client.command("UID FETCH 2:9999 UID").tagged.code, "MESSAGELIMIT 3 3");
}

TEST_F(MessageLimit, SearchLooksAtTheHighest) {
    Client& client = open_with({"imap-esearch", "imap-searchres"});
    EXPECT_TRUE(client.command("STORE 1,5 +FLAGS.SILENT (\\Flagged)").ok());
    const Reply reply = client.command("UID SEARCH FLAGGED");
    EXPECT_EQ(reply.text(), "* SEARCH 5\n");
    EXPECT_EQ(reply.tagged.code, "MESSAGELIMIT 3 3");
    EXPECT_EQ(client.command("SEARCH 1:3 FLAGGED").text(), "* SEARCH 1\n");
    EXPECT_EQ(client.command("SEARCH RETURN (SAVE) ALL").tagged.code, "MESSAGELIMIT 3 3");
    EXPECT_EQ(client.command("SEARCH $").text(), "* SEARCH 3 4 5\n");
    EXPECT_EQ(client.command("SEARCH $").tagged.code, "");
}

TEST_F(MessageLimit, StoreMoveAndExpungeCanBeRepeated) {
    Client& client = open_with({"imap-uidplus", "imap-move"});
    EXPECT_EQ(client.command("UID STORE 1:5 +FLAGS.SILENT (\\Deleted)").tagged.code, "MESSAGELIMIT 3 3");
    EXPECT_EQ(client.command("SEARCH 1:2 DELETED").text(), "* SEARCH\n");
    EXPECT_TRUE(client.command("UID STORE 1:2 +FLAGS.SILENT (\\Deleted)").ok());
    const Reply expunged = client.command("UID EXPUNGE 1:5");
    EXPECT_EQ(expunged.lines("EXPUNGE").size(), 3U);
    EXPECT_EQ(expunged.tagged.code, "MESSAGELIMIT 3 3");
    const Reply rest = client.command("UID EXPUNGE 1:5");
    EXPECT_EQ(rest.lines("EXPUNGE").size(), 2U);
    EXPECT_EQ(rest.tagged.code, "");

    deliver("INBOX", 4);
    EXPECT_TRUE(client.command("NOOP").ok());
    const Reply moved = client.command("UID MOVE 1:* Archive");
    EXPECT_EQ(moved.tagged.code, "MESSAGELIMIT 3 7");
    ASSERT_FALSE(moved.untagged.empty());
    EXPECT_TRUE(moved.untagged.front().code.ends_with(" 7:9 1:3"));
    EXPECT_EQ(client.command("UID MOVE 1:* Archive").tagged.code, "");
    EXPECT_EQ(client.view.messages.size(), 0U);
}

TEST_F(MessageLimit, UnlimitedCommands) {
    Client& client = open_with({});
    EXPECT_TRUE(client.command("STORE 3:5 +FLAGS.SILENT (\\Deleted)").ok());
    EXPECT_TRUE(client.command("STORE 1:2 +FLAGS.SILENT (\\Deleted)").ok());
    EXPECT_EQ(client.command("STATUS INBOX (UNSEEN)").text(), "* STATUS INBOX (UNSEEN 5)\n");
    EXPECT_EQ(client.command("EXPUNGE").lines("EXPUNGE").size(), 5U);
}

TEST_F(MessageLimit, WhatIsAllOrNothingIsRefused) {
    Client& client = open_with({"imap-sort", "imap-thread", "imap-multiappend", "imap-literal-plus"});
    const Reply copied = client.command("COPY 1:5 Archive");
    EXPECT_TRUE(copied.no());
    EXPECT_EQ(copied.tagged.code, "MESSAGELIMIT 3 3");
    EXPECT_EQ(client.command("STATUS Archive (MESSAGES)").text(), "* STATUS Archive (MESSAGES 0)\n");
    for (const char* command : {"SORT (DATE) UTF-8 ALL", "UID THREAD REFERENCES UTF-8 ALL"}) {
        const Reply refused = client.command(command);
        EXPECT_TRUE(refused.no()) << command;
        EXPECT_EQ(refused.tagged.code, "MESSAGELIMIT 3") << command;
        EXPECT_EQ(refused.text(), "") << command;
    }
    EXPECT_TRUE(client.command("SORT (DATE) UTF-8 3:5").ok());
    std::string append = "APPEND Archive";
    for (int i = 0; i < 4; ++i) append += " {14+}\r\nSubject: a\r\n\r\n";
    const Reply refused = client.command(append);
    EXPECT_TRUE(refused.no());
    EXPECT_EQ(refused.tagged.code, "MESSAGELIMIT 3");
    EXPECT_EQ(client.command("STATUS Archive (MESSAGES)").text(), "* STATUS Archive (MESSAGES 0)\n");
}

TEST_F(MessageLimit, APageIsNoLargerThanTheLimit) {
    Client& client = open_with({"imap-esearch", "imap-partial", "imap-binary"});
    for (const char* range : {"1:4", "-1:-4", "4:1", "100:103"}) {
        const Reply refused = client.command("UID FETCH 1:* (UID) (PARTIAL " + std::string(range) + ")");
        EXPECT_TRUE(refused.no()) << range;
        EXPECT_EQ(refused.tagged.code, "MESSAGELIMIT 3") << range;
        EXPECT_EQ(refused.text(), "") << range;
    }
    const Reply page = client.command("UID FETCH 1:* (UID) (PARTIAL 1:3)");
    EXPECT_EQ(page.text(), "* 1 FETCH (UID 1)\n* 2 FETCH (UID 2)\n* 3 FETCH (UID 3)\n");
    EXPECT_EQ(page.tagged.code, "");
    EXPECT_TRUE(client.command("UID FETCH 5 (BODY.PEEK[HEADER.FIELDS (PARTIAL 1:9)])").ok());
    EXPECT_TRUE(client.command("UID FETCH 5 (UID) (PARTIAL nonsense)").bad());
}

TEST_F(MessageLimit, ALongerAnswerNeedsALineOfItsOwn) {
    Client& client = open_with({"imap-condstore"});
    EXPECT_TRUE(client.command("STORE 5 +FLAGS (\\Seen)").ok());
    const Reply reply = client.command("UID STORE 1:5 (UNCHANGEDSINCE 5) +FLAGS.SILENT (\\Flagged)");
    EXPECT_EQ(reply.tagged.code.substr(0, 8), "MODIFIED");
    ASSERT_FALSE(reply.untagged.empty());
    EXPECT_EQ(reply.lines("NO"), std::vector<std::string>{"* NO [MESSAGELIMIT 3 3] Stopped early"});
}

TEST_F(MessageLimit, UidOnlySessions) {
    Client& client = open_with({"imap-enable", "imap-uidonly"});
    EXPECT_TRUE(client.command("ENABLE UIDONLY").ok());
    const Reply reply = client.command("UID FETCH 1:* FLAGS");
    EXPECT_EQ(reply.lines("UIDFETCH").size(), 3U);
    EXPECT_EQ(reply.tagged.code, "MESSAGELIMIT 3 3");
}

TEST_F(MessageLimit, KeysThatGoOnFromThere) {
    Client& client = open_with({"imap-esearch", "imap-searchres"}, "messages: 100");
    const auto found = [&](const std::string& keys) { return client.command("UID SEARCH " + keys).text(); };
    EXPECT_EQ(found("UIDAFTER 3"), "* SEARCH 4 5\n");
    EXPECT_EQ(found("UIDAFTER 5"), "* SEARCH\n");
    EXPECT_EQ(found("UIDAFTER 4294967295"), "* SEARCH\n");
    EXPECT_EQ(found("UIDBEFORE 3"), "* SEARCH 1 2\n");
    EXPECT_EQ(found("UIDBEFORE 1"), "* SEARCH\n");
    EXPECT_EQ(found("NOT UIDBEFORE 4 UIDAFTER 1"), "* SEARCH 4 5\n");
    for (const char* bad : {"UIDAFTER", "UIDAFTER 0", "UIDBEFORE 1:2", "UIDAFTER *", "UIDAFTER $"})
        EXPECT_TRUE(client.command("UID SEARCH " + std::string(bad)).bad()) << bad;
    EXPECT_TRUE(client.command("SEARCH RETURN (SAVE) 4").ok());
    EXPECT_EQ(found("UIDAFTER $"), "* SEARCH 5\n");
}

}  // namespace
}  // namespace postern::imap::test
