// CREATE, DELETE, RENAME, SUBSCRIBE, LIST, LSUB, STATUS, SELECT, APPEND.
#include "tests/imap/support/fixture.hpp"

namespace postern::imap::test {
namespace {

using MailboxCommands = ImapFixture;

TEST_F(MailboxCommands, Selects) {
    deliver("INBOX", 3);
    Client& client = sign_in();
    const Reply reply = client.command("SELECT inbox");
    EXPECT_TRUE(reply.ok());
    EXPECT_EQ(reply.tagged.code, "READ-WRITE");
    EXPECT_EQ(reply.lines("EXISTS"), std::vector<std::string>{"* 3 EXISTS"});
    EXPECT_EQ(reply.lines("RECENT"), std::vector<std::string>{"* 3 RECENT"});
    EXPECT_EQ(reply.lines("FLAGS"),
              std::vector<std::string>{"* FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft)"});
    const std::string text = reply.text();
    EXPECT_NE(text.find("* OK [UNSEEN 1]"), std::string::npos);
    EXPECT_NE(text.find("* OK [UIDNEXT 4]"), std::string::npos);
    EXPECT_NE(text.find("* OK [UIDVALIDITY "), std::string::npos);
    EXPECT_NE(text.find("[PERMANENTFLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft \\*)]"),
              std::string::npos);
}

TEST_F(MailboxCommands, ExaminesWithoutChanging) {
    deliver("INBOX", 2);
    Client& client = sign_in();
    const Reply reply = client.command("EXAMINE INBOX");
    EXPECT_EQ(reply.tagged.code, "READ-ONLY");
    EXPECT_NE(reply.text().find("[PERMANENTFLAGS ()]"), std::string::npos);
    EXPECT_TRUE(client.command("STORE 1 +FLAGS (\\Deleted)").no());
    EXPECT_TRUE(client.command("EXPUNGE").no());
    EXPECT_TRUE(client.command("FETCH 1 BODY[]").ok());
    EXPECT_EQ(client.command("FETCH 1 FLAGS").lines().front(), "* 1 FETCH (FLAGS (\\Recent))");
    // The messages stay recent for the next session.
    EXPECT_EQ(sign_in().command("SELECT INBOX").lines("RECENT").front(), "* 2 RECENT");
}

TEST_F(MailboxCommands, SelectOfNothingLeavesNothingSelected) {
    Client& client = open();
    const Reply reply = client.command("SELECT Nowhere");
    EXPECT_TRUE(reply.no());
    EXPECT_EQ(reply.tagged.code, "NONEXISTENT");
    EXPECT_TRUE(client.command("FETCH 1 FLAGS").bad());
    EXPECT_TRUE(client.command("SELECT INBOX (PARAMETER)").bad());
    EXPECT_TRUE(client.command("SELECT").bad());
}

TEST_F(MailboxCommands, CreatesAndDeletes) {
    Client& client = sign_in();
    EXPECT_TRUE(client.command("CREATE owatagusiam/").ok());
    EXPECT_TRUE(client.command("CREATE owatagusiam/blurdybloop").ok());
    EXPECT_EQ(client.command("CREATE owatagusiam").tagged.code, "ALREADYEXISTS");
    EXPECT_TRUE(client.command("CREATE INBOX").no());
    EXPECT_TRUE(client.command("CREATE \"a//b\"").no());
    EXPECT_TRUE(client.command("CREATE \"a%b\"").no());
    EXPECT_EQ(client.command("LIST \"\" owata*").text(),
              "* LIST () \"/\" owatagusiam\n* LIST () \"/\" owatagusiam/blurdybloop\n");
    EXPECT_TRUE(client.command("DELETE owatagusiam/blurdybloop").ok());
    EXPECT_TRUE(client.command("DELETE owatagusiam/blurdybloop").no());
    EXPECT_TRUE(client.command("DELETE INBOX").no());
    EXPECT_TRUE(client.command("DELETE owatagusiam").ok());
    EXPECT_EQ(client.command("LIST \"\" owata*").text(), "");
}

TEST_F(MailboxCommands, KeepsNamesInModifiedUtf7) {
    Client& client = sign_in();
    EXPECT_TRUE(client.command("CREATE \"~peter/mail/&U,BTFw-/&ZeVnLIqe-\"").ok());
    EXPECT_NE(account_->find_mailbox("~peter/mail/\u53f0\u5317/\u65e5\u672c\u8a9e"), nullptr);
    EXPECT_EQ(client.command("LIST ~peter/mail/ %/%").text(),
              "* LIST () \"/\" ~peter/mail/&U,BTFw-/&ZeVnLIqe-\n");
    EXPECT_TRUE(client.command("CREATE \"broken&name\"").no());
}

TEST_F(MailboxCommands, Renames) {
    Client& client = sign_in();
    EXPECT_TRUE(client.command("CREATE foo/bar/zap").ok());
    EXPECT_TRUE(client.command("RENAME foo zowie").ok());
    EXPECT_EQ(client.command("LIST \"\" zowie*").lines().back(), "* LIST () \"/\" zowie/bar/zap");
    EXPECT_TRUE(client.command("RENAME foo other").no());
    EXPECT_TRUE(client.command("RENAME zowie Sent").no());
    deliver("INBOX", 2);
    EXPECT_TRUE(client.command("RENAME INBOX old-mail").ok());
    EXPECT_EQ(client.command("STATUS old-mail (MESSAGES)").text(), "* STATUS old-mail (MESSAGES 2)\n");
    EXPECT_EQ(client.command("STATUS INBOX (MESSAGES)").text(), "* STATUS INBOX (MESSAGES 0)\n");
}

TEST_F(MailboxCommands, ListsByPattern) {
    Client& client = sign_in();
    EXPECT_EQ(client.command("LIST \"\" \"\"").text(), "* LIST (\\Noselect) \"/\" \"\"\n");
    const auto all = client.command("LIST \"\" *").lines();
    EXPECT_EQ(all.size(), 6U);
    EXPECT_EQ(client.command("LIST \"\" %").lines(), all);
    EXPECT_EQ(client.command("LIST \"\" inbox").text(), "* LIST () \"/\" INBOX\n");
    EXPECT_EQ(client.command("LIST \"\" \"D%\"").text(), "* LIST () \"/\" Drafts\n");
    EXPECT_TRUE(client.command("LIST \"\" (a b)").bad());
    EXPECT_TRUE(client.command("LIST (SUBSCRIBED) \"\" *").bad());
    EXPECT_TRUE(client.command("LIST \"\"").bad());
}

TEST_F(MailboxCommands, ListsSubscriptions) {
    Client& client = sign_in();
    EXPECT_TRUE(client.command("SUBSCRIBE news/comp/mail").ok());
    EXPECT_TRUE(client.command("SUBSCRIBE news/rec").ok());
    EXPECT_EQ(client.command("LSUB \"\" news/*").text(),
              "* LSUB () \"/\" news/comp/mail\n* LSUB () \"/\" news/rec\n");
    EXPECT_EQ(client.command("LSUB \"\" news%").text(), "* LSUB (\\Noselect) \"/\" news\n");
    EXPECT_EQ(client.command("LSUB news/ %").text(),
              "* LSUB (\\Noselect) \"/\" news/comp\n* LSUB () \"/\" news/rec\n");
    EXPECT_TRUE(client.command("UNSUBSCRIBE news/rec").ok());
    EXPECT_EQ(client.command("LSUB \"\" news/rec").text(), "");
}

TEST_F(MailboxCommands, TellsStatus) {
    deliver("INBOX", 3);
    Client& client = sign_in();
    Client& other = open();
    EXPECT_TRUE(other.command("STORE 1 +FLAGS (\\Seen)").ok());
    const std::string uidvalidity = std::to_string(account_->find_mailbox("INBOX")->uidvalidity);
    EXPECT_EQ(client.command("STATUS INBOX (MESSAGES UIDNEXT UIDVALIDITY UNSEEN)").text(),
              "* STATUS INBOX (MESSAGES 3 UIDNEXT 4 UIDVALIDITY " + uidvalidity + " UNSEEN 2)\n");
    deliver("Archive", 2);
    EXPECT_EQ(client.command("STATUS Archive (RECENT)").text(), "* STATUS Archive (RECENT 2)\n");
    EXPECT_EQ(client.command("STATUS Archive (RECENT)").text(), "* STATUS Archive (RECENT 2)\n");
    EXPECT_EQ(client.command("STATUS Nowhere (MESSAGES)").tagged.code, "NONEXISTENT");
    EXPECT_TRUE(client.command("STATUS INBOX (UNKNOWN-ITEM)").bad());
    EXPECT_TRUE(client.command("STATUS INBOX ()").bad());
}

TEST_F(MailboxCommands, Appends) {
    Client& client = open("Drafts");
    const std::string text = letter(1);
    const Reply reply = client.command("APPEND Drafts (\\Seen $Work) \"17-Jul-1996 02:44:25 -0700\" {" +
                                       std::to_string(text.size()) + "}\r\n" + text);
    EXPECT_TRUE(reply.ok());
    EXPECT_EQ(reply.lines("EXISTS"), std::vector<std::string>{"* 1 EXISTS"});
    const Reply fetched = client.command("FETCH 1 (FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[])");
    ASSERT_EQ(fetched.untagged.size(), 1U);
    EXPECT_EQ(fetched.lines().front(),
              "* 1 FETCH (FLAGS (\\Seen \\Recent $Work) INTERNALDATE \"17-Jul-1996 02:44:25 "
              "-0700\" RFC822.SIZE " +
                  std::to_string(text.size()) + " BODY[] {" + std::to_string(text.size()) + "}\r\n" + text +
                  ")");
}

TEST_F(MailboxCommands, RefusesAnAppendBeforeItsOctetsCome) {
    Client& client = sign_in();
    client.send("x APPEND Nowhere {100}\r\n");
    EXPECT_TRUE(client.take().starts_with("x NO [TRYCREATE]"));
    client.send("y APPEND INBOX {99999999999}\r\n");
    EXPECT_TRUE(client.take().starts_with("y NO [TOOBIG]"));
    client.send("z APPEND INBOX {0}\r\n");
    client.send("\r\n");
    EXPECT_NE(client.take().find("z NO"), std::string::npos);
    EXPECT_TRUE(client.command("APPEND INBOX").bad());
    EXPECT_TRUE(client.command("APPEND INBOX (\\Recent) {1}\r\nx").bad());
    EXPECT_TRUE(client.command("NOOP").ok());
}

TEST_F(MailboxCommands, TakesAMailboxNameAsLiteral) {
    Client& client = sign_in();
    EXPECT_TRUE(client.command("APPEND {5}\r\nINBOX {12}\r\nSubject: a\r\n").ok());
    EXPECT_EQ(client.command("STATUS {5}\r\nINBOX (MESSAGES)").text(), "* STATUS INBOX (MESSAGES 1)\n");
}

}  // namespace
}  // namespace postern::imap::test
