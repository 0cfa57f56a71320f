// UIDONLY (RFC 9586) and UIDBATCHES (RFC 10022).
#include "tests/imap/support/fixture.hpp"

namespace postern::imap::test {
namespace {

class UidOnly : public ImapFixture {
protected:
    Client& open_with(std::initializer_list<const char*> plugins, unsigned messages = 0) {
        for (const char* plugin : plugins) load(plugin);
        if (messages > 0) deliver("INBOX", messages);
        return open();
    }
    Client& enabled(std::initializer_list<const char*> plugins, unsigned messages = 0) {
        load("imap-enable");
        load("imap-uidonly");
        Client& client = open_with(plugins, messages);
        EXPECT_EQ(client.command("ENABLE UIDONLY").text(), "* ENABLED UIDONLY\n");
        return client;
    }
    static std::string batches(Client& client, std::string_view arguments) {
        const Reply reply = client.command("UIDBATCHES " + std::string(arguments));
        const std::string head = "* UIDBATCHES (TAG \"" + client.last_tag() + "\")";
        const auto lines = reply.lines("UIDBATCHES");
        if (lines.size() != 1 || !lines.front().starts_with(head)) return reply.tagged.raw;
        return lines.front().substr(head.size());
    }
};

TEST_F(UidOnly, NumbersAreRefused) {
    Client& client = enabled({"imap-move", "imap-sort", "imap-thread", "imap-replace", "imap-esearch"}, 3);
    for (const char* command :
         {"FETCH 1 FLAGS", "STORE 1 +FLAGS (\\Seen)", "SEARCH ALL", "COPY 1 Archive", "MOVE 1 Archive",
          "SORT (DATE) UTF-8 ALL", "THREAD REFERENCES UTF-8 ALL", "REPLACE 1 INBOX {3}\r\nabc",
          "UID SEARCH 1:2", "UID SEARCH *", "UID SEARCH NOT 1", "UID SEARCH OR SEEN (1 UNSEEN)",
          "UID SORT (DATE) UTF-8 1", "UID THREAD REFERENCES UTF-8 1", "SEARCH RETURN (COUNT) ALL"}) {
        const Reply reply = client.command(command);
        EXPECT_TRUE(reply.bad()) << command;
        EXPECT_EQ(reply.tagged.code, "UIDREQUIRED") << command;
    }
    EXPECT_EQ(account_->find_mailbox("INBOX")->total, 3U);
}

TEST_F(UidOnly, BeforeEnableEverythingIsAsEver) {
    Client& client = open_with({"imap-enable", "imap-uidonly"}, 2);
    EXPECT_NE(client.command("CAPABILITY").text().find("UIDONLY"), std::string::npos);
    EXPECT_EQ(client.command("FETCH 1 UID").text(), "* 1 FETCH (UID 1)\n");
    EXPECT_TRUE(client.command("STORE 1 +FLAGS.SILENT (\\Deleted)").ok());
    EXPECT_EQ(client.command("EXPUNGE").lines("EXPUNGE"), std::vector<std::string>{"* 1 EXPUNGE"});
}

TEST_F(UidOnly, ResponsesNameUids) {
    Client& client = enabled({"imap-uidplus", "imap-move", "imap-esearch"}, 5);
    EXPECT_EQ(client.command("UID FETCH 2:3 FLAGS").text(),
              "* 2 UIDFETCH (UID 2 FLAGS (\\Recent))\n* 3 UIDFETCH (UID 3 FLAGS (\\Recent))\n");
    EXPECT_EQ(client.command("UID STORE 2 +FLAGS (\\Deleted)").text(),
              "* 2 UIDFETCH (UID 2 FLAGS (\\Deleted \\Recent))\n");
    EXPECT_EQ(client.command("EXPUNGE").lines("VANISHED"), std::vector<std::string>{"* VANISHED 2"});
    const Reply moved = client.command("UID MOVE 3:4 Archive");
    EXPECT_TRUE(moved.untagged.front().code.starts_with("COPYUID "));
    EXPECT_EQ(moved.lines("VANISHED"), std::vector<std::string>{"* VANISHED 3:4"});
    EXPECT_EQ(client.command("UID FETCH 5:* UID").text(), "* 5 UIDFETCH (UID 5)\n");
    EXPECT_EQ(client.command("UID SEARCH UID 1:*").text(), "* SEARCH 1 5\n");
    EXPECT_TRUE(client.command("UID SEARCH RETURN (ALL) ALL").text().ends_with(" UID ALL 1,5\n"));
}

TEST_F(UidOnly, WhatOthersDoIsToldByUid) {
    Client& client = enabled({"imap-idle"}, 3);
    Client& other = open();
    EXPECT_TRUE(other.command("STORE 2 +FLAGS (\\Flagged)").ok());
    EXPECT_EQ(client.command("NOOP").text(), "* 2 UIDFETCH (FLAGS (\\Flagged \\Recent))\n");
    client.send("x IDLE\r\n");
    client.take();
    EXPECT_TRUE(other.command("STORE 3 +FLAGS (\\Deleted)").ok());
    EXPECT_EQ(client.take(), "* 3 UIDFETCH (FLAGS (\\Deleted \\Recent))\r\n");
    EXPECT_TRUE(other.command("EXPUNGE").ok());
    EXPECT_TRUE(client.take().starts_with("* VANISHED 3\r\n"));
    // The other session has numbers.
    EXPECT_EQ(other.command("FETCH 2 UID").text(), "* 2 FETCH (UID 2)\n");
}

TEST_F(UidOnly, SelectTellsNoNumberOfTheFirstUnseen) {
    Client& client = enabled({}, 2);
    const Reply selected = client.command("SELECT INBOX");
    EXPECT_EQ(selected.text().find("UNSEEN"), std::string::npos) << selected.text();
    EXPECT_NE(open().command("SELECT INBOX").text().find("[UNSEEN 1]"), std::string::npos);
}

TEST_F(UidOnly, ResynchronisesWithoutNumbers) {
    Client& client = enabled({"imap-condstore", "imap-qresync"}, 4);
    EXPECT_TRUE(client.command("ENABLE QRESYNC").ok());
    const auto* info = account_->find_mailbox("INBOX");
    const std::string known = std::to_string(info->uidvalidity) + " " + std::to_string(info->highest_modseq);
    Client& other = open();
    EXPECT_TRUE(other.command("STORE 1 +FLAGS.SILENT (\\Deleted)").ok());
    EXPECT_TRUE(other.command("EXPUNGE").ok());
    EXPECT_TRUE(other.command("STORE 1 +FLAGS.SILENT (\\Flagged)").ok());
    const Reply matches = client.command("SELECT INBOX (QRESYNC (" + known + " 1:4 (1:2 1:2)))");
    EXPECT_TRUE(matches.bad());
    EXPECT_EQ(matches.tagged.code, "UIDREQUIRED");
    const Reply selected = client.command("SELECT INBOX (QRESYNC (" + known + " 1:4))");
    EXPECT_TRUE(selected.ok());
    EXPECT_EQ(selected.lines("VANISHED"), std::vector<std::string>{"* VANISHED (EARLIER) 1"});
    ASSERT_EQ(selected.lines("UIDFETCH").size(), 1U);
    EXPECT_TRUE(selected.lines("UIDFETCH").front().starts_with("* 2 UIDFETCH (UID 2 FLAGS (\\Flagged"));
}

TEST_F(UidOnly, BatchesOfAMailbox) {
    Client& client = open_with({"imap-uidbatches"}, 7);
    EXPECT_NE(client.command("CAPABILITY").text().find("UIDBATCHES"), std::string::npos);
    EXPECT_EQ(batches(client, "500"), " 7:1");
    EXPECT_EQ(batches(client, "4294967295"), " 7:1");
    EXPECT_EQ(batches(client, "4294967295 1:4294967295"), " 7:1");
    EXPECT_EQ(batches(client, "500 2:9"), "");
    for (const char* arguments : {"0", "500 0:1", "500 3", "500 1:2 x", "500 1:*", "x", "500 "}) {
        EXPECT_TRUE(client.command("UIDBATCHES " + std::string(arguments)).bad()) << arguments;
    }
    EXPECT_TRUE(client.command("UIDBATCHES").bad());
    const Reply few = client.command("UIDBATCHES 499");
    EXPECT_TRUE(few.no());
    EXPECT_EQ(few.tagged.code, "TOOFEW");
    const Reply turned = client.command("UIDBATCHES 2000 4:1");
    EXPECT_TRUE(turned.bad());
    EXPECT_EQ(turned.tagged.code, "CLIENTBUG");
    EXPECT_TRUE(client.command("SELECT Archive").ok());
    EXPECT_EQ(batches(client, "500"), "");
    EXPECT_TRUE(client.command("CLOSE").ok());
    EXPECT_TRUE(client.command("UIDBATCHES 500").bad());
}

TEST_F(UidOnly, BatchesTileTheUids) {
    Client& client = enabled({"imap-uidbatches"}, 1501);
    EXPECT_EQ(batches(client, "500"), " 1501:1002,1001:502,501:2,1:1");
    EXPECT_EQ(batches(client, "500 2:3"), " 1001:502,501:2");
    EXPECT_EQ(batches(client, "1501"), " 1501:1");
    EXPECT_EQ(batches(client, "1500"), " 1501:2,1:1");
    // Gaps: batches count messages, not UIDs.
    EXPECT_TRUE(client.command("UID STORE 2:1001,1501 +FLAGS.SILENT (\\Deleted)").ok());
    EXPECT_TRUE(client.command("EXPUNGE").ok());
    EXPECT_EQ(batches(client, "500"), " 1500:1");
    deliver("INBOX", 1);
    EXPECT_EQ(client.command("UIDBATCHES 500").lines("EXISTS").size(), 1U);
    EXPECT_EQ(batches(client, "500"), " 1502:1002,1001:1");
}

}  // namespace
}  // namespace postern::imap::test
