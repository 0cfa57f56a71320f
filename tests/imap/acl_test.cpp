// ACL (RFC 4314) and LIST-MYRIGHTS (RFC 8440): the owner's commands, and what others may do in a shared mailbox.
#include "tests/imap/support/fixture.hpp"

namespace postern::imap::test {
namespace {

class Acl : public ImapFixture {
protected:
    void SetUp() override {
        for (const char* plugin : {"imap-enable", "imap-children", "imap-list-extended", "imap-list-status",
                                   "imap-namespace", "imap-move", "imap-uidplus", "imap-acl",
                                   "imap-list-myrights", "imap-literal-plus", "imap-replace"}) {
            load(plugin);
        }
    }
    Client& sign_in_as(const std::string& login) {
        Client& client = connect();
        client.take();
        EXPECT_TRUE(client.command("LOGIN " + login + " secret").ok());
        return client;
    }
    /// anna gives ben these rights in a mailbox.
    void share(Client& anna, const std::string& mailbox, const std::string& rights) {
        EXPECT_TRUE(anna.command("SETACL " + mailbox + " ben \"" + rights + "\"").ok()) << rights;
    }
    static std::string shared_names(Client& client) {
        std::string names;
        for (const std::string& line : client.command("LIST \"\" user/*").lines("LIST")) {
            names += line.substr(line.rfind(' ') + 1) + ";";
        }
        return names;
    }
    static std::string append(const std::string& mailbox, const std::string& flags = "") {
        return "APPEND " + mailbox + " " + flags + "{16}\r\nSubject: x\r\n\r\nhi";
    }
};

TEST_F(Acl, TheOwnerHasEveryRight) {
    Client& anna = sign_in();
    const std::string capabilities = anna.command("CAPABILITY").text();
    EXPECT_NE(capabilities.find(" ACL RIGHTS=texk"), std::string::npos);
    EXPECT_NE(capabilities.find(" LIST-MYRIGHTS"), std::string::npos);
    EXPECT_EQ(anna.command("MYRIGHTS INBOX").text(), "* MYRIGHTS INBOX lrswipkxteacd\n");
    EXPECT_EQ(anna.command("GETACL INBOX").text(), "* ACL INBOX anna lrswipkxteacd\n");
    EXPECT_EQ(anna.command("LISTRIGHTS INBOX anna").text(), "* LISTRIGHTS INBOX anna lrswipkxteacd\n");
    EXPECT_EQ(anna.command("LISTRIGHTS INBOX ben").text(),
              "* LISTRIGHTS INBOX ben \"\" l r s w i p k x t e a c d\n");
    EXPECT_TRUE(anna.command("SETACL INBOX anna lr").no());
    EXPECT_TRUE(anna.command("SETACL INBOX anna -a").no());
    EXPECT_TRUE(anna.command("DELETEACL INBOX anna").no());
    EXPECT_TRUE(anna.command("SETACL INBOX anna lrswipkxtea").ok());
    EXPECT_EQ(anna.command("NAMESPACE").text(), "* NAMESPACE ((\"\" \"/\")) ((\"user/\" \"/\")) NIL\n");
}

TEST_F(Acl, ListsAreChangedAsTheRfcShows) {
    Client& anna = sign_in();
    EXPECT_TRUE(anna.command("SeTacl INBOX ben lrswida").ok());
    EXPECT_EQ(anna.command("getacl INBOX").text(), "* ACL INBOX anna lrswipkxteacd ben lrswitead\n");
    EXPECT_TRUE(anna.command("Setacl INBOX ben lrswikda").ok());
    EXPECT_EQ(anna.command("GETACL INBOX").text(), "* ACL INBOX anna lrswipkxteacd ben lrswikteacd\n");
    EXPECT_TRUE(anna.command("SETACL INBOX ben lrswi").ok());
    EXPECT_TRUE(anna.command("SETACL INBOX ben +cda").ok());
    EXPECT_EQ(anna.command("GETACL INBOX").text(), "* ACL INBOX anna lrswipkxteacd ben lrswikxteacd\n");
    EXPECT_TRUE(anna.command("SETACL INBOX ben -swikxtea").ok());
    EXPECT_EQ(anna.command("GETACL INBOX").text(), "* ACL INBOX anna lrswipkxteacd ben lr\n");
    EXPECT_TRUE(anna.command("DeleteAcl INBOX ben").ok());
    EXPECT_TRUE(anna.command("DELETEACL INBOX ben").ok());
    EXPECT_EQ(anna.command("GETACL INBOX").text(), "* ACL INBOX anna lrswipkxteacd\n");
    for (const char* command : {"SETACL INBOX ben lrQswicda", "SETACL INBOX ben lrqswicda",
                                "SETACL INBOX ben lr0", "SETACL INBOX ben", "SETACL INBOX \"\" lr", "GETACL",
                                "GETACL INBOX x", "MYRIGHTS", "LISTRIGHTS INBOX", "DELETEACL INBOX"}) {
        EXPECT_TRUE(anna.command(command).bad()) << command;
    }
    for (const char* command :
         {"SETACL INBOX nobody lr", "SETACL INBOX anyone lr", "SETACL INBOX -ben lr",
          "LISTRIGHTS INBOX anyone", "SETACL Nowhere ben lr", "GETACL Nowhere", "MYRIGHTS Nowhere"}) {
        EXPECT_TRUE(anna.command(command).no()) << command;
    }
}

TEST_F(Acl, AMailboxAppearsOnceItIsShared) {
    Client& anna = sign_in();
    Client& ben = sign_in_as("ben");
    EXPECT_EQ(shared_names(ben), "");
    share(anna, "Sent", "lr");
    EXPECT_EQ(shared_names(ben), "user/anna;user/anna/Sent;");
    // ... and to one who signs in later.
    Client& later = sign_in_as("ben");
    EXPECT_EQ(shared_names(later), "user/anna;user/anna/Sent;");
    EXPECT_EQ(ben.command("LIST \"\" user/%").text(), "* LIST (\\Noselect \\HasChildren) \"/\" user/anna\n");
    EXPECT_EQ(ben.command("MYRIGHTS user/anna/Sent").text(), "* MYRIGHTS user/anna/Sent lr\n");
    EXPECT_TRUE(anna.command("DELETEACL Sent ben").ok());
    EXPECT_EQ(shared_names(ben), "");
    // What one may not know of looks like what is not there.
    const Reply unshared = ben.command("SELECT user/anna/Sent");
    const Reply missing = ben.command("SELECT user/anna/None");
    EXPECT_TRUE(unshared.no());
    EXPECT_EQ(unshared.tagged.code + unshared.tagged.text, missing.tagged.code + missing.tagged.text);
    EXPECT_EQ(ben.command("STATUS user/anna/INBOX (MESSAGES)").tagged.code, "NONEXISTENT");
    EXPECT_EQ(ben.command("MYRIGHTS user/anna/INBOX").tagged.code, "NONEXISTENT");
    EXPECT_EQ(ben.command("GETACL user/anna/INBOX").tagged.code, "NONEXISTENT");
    EXPECT_EQ(ben.command("SELECT user/nobody/INBOX").tagged.code, "NONEXISTENT");
    EXPECT_TRUE(ben.command("CREATE user/anna/New").no());
    EXPECT_TRUE(ben.command("CREATE user").no());
}

TEST_F(Acl, ReadingNeedsR) {
    deliver("INBOX", 2);
    Client& anna = sign_in();
    Client& ben = sign_in_as("ben");
    share(anna, "INBOX", "l");
    EXPECT_EQ(shared_names(ben), "user/anna;user/anna/INBOX;");
    EXPECT_EQ(ben.command("SELECT user/anna/INBOX").tagged.code, "NOPERM");
    EXPECT_EQ(ben.command("STATUS user/anna/INBOX (MESSAGES)").tagged.code, "NOPERM");
    share(anna, "INBOX", "+r");
    EXPECT_EQ(ben.command("STATUS user/anna/inbox (MESSAGES)").text(),
              "* STATUS user/anna/INBOX (MESSAGES 2)\n");
    const Reply selected = ben.command("SELECT user/anna/INBOX");
    EXPECT_EQ(selected.tagged.code, "READ-ONLY");
    EXPECT_NE(selected.text().find("[PERMANENTFLAGS ()]"), std::string::npos);
    EXPECT_NE(ben.command("FETCH 2 (BODY[])").text().find("Subject: Letter 2"), std::string::npos);
    EXPECT_EQ(ben.command("SEARCH SUBJECT \"Letter 2\" BODY \"letter 2\"").text(), "* SEARCH 2\n");
    EXPECT_TRUE(ben.command("STORE 1 +FLAGS (\\Seen)").no());
    EXPECT_TRUE(ben.command("EXPUNGE").no());
    EXPECT_TRUE(ben.command(append("user/anna/INBOX")).no());
    // Without l it is not listed, but may be opened by who knows its name.
    share(anna, "INBOX", "r");
    EXPECT_EQ(shared_names(ben), "");
    EXPECT_TRUE(ben.command("SELECT user/anna/INBOX").ok());
}

TEST_F(Acl, FlagsNeedTheirRights) {
    deliver("INBOX", 3);
    Client& anna = sign_in();
    share(anna, "INBOX", "lrs");
    Client& ben = sign_in_as("ben");
    const Reply selected = ben.command("SELECT user/anna/INBOX");
    EXPECT_EQ(selected.tagged.code, "READ-WRITE");
    EXPECT_NE(selected.text().find("[PERMANENTFLAGS (\\Seen)]"), std::string::npos);
    EXPECT_EQ(ben.command("STORE 1 +FLAGS (\\Seen \\Flagged)").text(),
              "* 1 FETCH (FLAGS (\\Seen \\Recent))\n");
    EXPECT_TRUE(ben.command("STORE 1 +FLAGS (\\Flagged)").no());
    EXPECT_TRUE(ben.command("STORE 1 +FLAGS (\\Deleted)").no());
    EXPECT_TRUE(ben.command("STORE 1 +FLAGS (keyword)").no());
    EXPECT_TRUE(anna.command("SELECT INBOX").ok());
    EXPECT_TRUE(anna.command("STORE 2 FLAGS.SILENT (\\Flagged \\Seen)").ok());
    ben.command("NOOP");
    // What he may not change stays.
    EXPECT_EQ(ben.command("STORE 2 FLAGS ()").text(), "* 2 FETCH (FLAGS (\\Flagged \\Recent))\n");
    // Reading sets \Seen only for who may.
    share(anna, "INBOX", "lrw");
    EXPECT_TRUE(ben.command("SELECT user/anna/INBOX").ok());
    EXPECT_TRUE(ben.command("FETCH 3 BODY[TEXT]").ok());
    EXPECT_EQ(anna.command("FETCH 3 FLAGS").lines("FETCH").at(0).find("Seen"), std::string::npos);
    EXPECT_TRUE(ben.command("STORE 3 +FLAGS.SILENT (\\Answered keyword)").ok());
    const std::string told = anna.command("NOOP").text();
    EXPECT_NE(told.find("\\Answered"), std::string::npos);
    EXPECT_NE(told.find("keyword"), std::string::npos);
}

TEST_F(Acl, ExpungingNeedsE) {
    deliver("INBOX", 3);
    Client& anna = sign_in();
    share(anna, "INBOX", "lrst");
    Client& ben = sign_in_as("ben");
    EXPECT_TRUE(ben.command("SELECT user/anna/INBOX").ok());
    EXPECT_TRUE(ben.command("STORE 1 +FLAGS.SILENT (\\Deleted)").ok());
    EXPECT_EQ(ben.command("EXPUNGE").tagged.code, "NOPERM");
    EXPECT_EQ(ben.command("UID EXPUNGE 1").tagged.code, "NOPERM");
    EXPECT_EQ(ben.command("MOVE 1 Sent").tagged.code, "NOPERM");
    EXPECT_TRUE(ben.command("CLOSE").ok());
    EXPECT_EQ(anna.command("STATUS INBOX (MESSAGES)").text(), "* STATUS INBOX (MESSAGES 3)\n");
    share(anna, "INBOX", "+e");
    EXPECT_TRUE(ben.command("SELECT user/anna/INBOX").ok());
    EXPECT_EQ(ben.command("EXPUNGE").text(), "* 1 EXPUNGE\n");
    EXPECT_EQ(anna.command("STATUS INBOX (MESSAGES)").text(), "* STATUS INBOX (MESSAGES 2)\n");
}

TEST_F(Acl, AppendingNeedsIAndSetsOnlyWhatItMay) {
    Client& anna = sign_in();
    share(anna, "INBOX", "lri");
    Client& ben = sign_in_as("ben");
    EXPECT_EQ(ben.command(append("user/anna/INBOX", "(\\Seen \\Deleted keyword) ")).tagged.code_name(),
              "APPENDUID");
    EXPECT_TRUE(anna.command("SELECT INBOX").ok());
    EXPECT_EQ(anna.command("FETCH 1 FLAGS").text(), "* 1 FETCH (FLAGS (\\Recent))\n");
    share(anna, "INBOX", "lriw");
    EXPECT_TRUE(ben.command(append("user/anna/INBOX", "(\\Seen \\Flagged keyword) ")).ok());
    anna.command("NOOP");
    EXPECT_EQ(anna.command("FETCH 2 FLAGS").text(), "* 2 FETCH (FLAGS (\\Flagged \\Recent keyword))\n");
    share(anna, "INBOX", "lrw");
    EXPECT_EQ(ben.command(append("user/anna/INBOX")).tagged.code, "NOPERM");
}

TEST_F(Acl, MessagesGoFromAccountToAccount) {
    deliver("INBOX", 3);
    Client& anna = sign_in();
    share(anna, "INBOX", "lrswite");
    Client& ben = sign_in_as("ben");
    EXPECT_TRUE(anna.command("SELECT INBOX").ok());
    EXPECT_TRUE(anna.command("STORE 1 +FLAGS.SILENT (\\Flagged work)").ok());
    EXPECT_TRUE(ben.command("SELECT user/anna/INBOX").ok());
    const Reply copied = ben.command("COPY 1:2 Archive");
    EXPECT_EQ(copied.tagged.code_name(), "COPYUID");
    EXPECT_EQ(copied.tagged.code.substr(copied.tagged.code.find(' ', 8)), " 1:2 1:2");
    const Reply moved = ben.command("MOVE 3 Archive");
    EXPECT_TRUE(moved.ok());
    EXPECT_EQ(moved.lines("EXPUNGE").size(), 1U);
    EXPECT_EQ(anna.command("STATUS INBOX (MESSAGES)").lines("STATUS"),
              std::vector<std::string>{"* STATUS INBOX (MESSAGES 2)"});
    EXPECT_TRUE(ben.command("SELECT Archive").ok());
    EXPECT_EQ(ben.command("FETCH 1:3 FLAGS").lines("FETCH").at(0),
              "* 1 FETCH (FLAGS (\\Flagged \\Recent work))");
    EXPECT_NE(ben.command("FETCH 3 BODY.PEEK[]").text().find("Subject: Letter 3"), std::string::npos);
    // ... and back.
    EXPECT_TRUE(ben.command("COPY 3 user/anna/INBOX").ok());
    anna.command("NOOP");
    EXPECT_NE(anna.command("FETCH 3 BODY.PEEK[]").text().find("Subject: Letter 3"), std::string::npos);
    EXPECT_EQ(ben.command("COPY 1 user/anna/Sent").tagged.code, "TRYCREATE");
}

TEST_F(Acl, OnlyOneMovesAMessage) {
    deliver("INBOX", 3);
    Client& anna = sign_in();
    share(anna, "INBOX", "lrswite");
    Client& ben = sign_in_as("ben");
    EXPECT_TRUE(anna.command("SELECT INBOX").ok());
    EXPECT_TRUE(ben.command("SELECT user/anna/INBOX").ok());
    const auto in_archive = [](Client& client) {
        return client.command("STATUS Archive (MESSAGES)").lines("STATUS").at(0);
    };
    // Both at once: while ben's message is stored in his account, anna removes it from hers.
    ben.pipe().to_server.append("b MOVE 1:2 Archive\r\n");
    ben.pipe().notify();
    anna.send("a MOVE 1 Archive\r\n");
    EXPECT_NE(anna.take().find("* OK [COPYUID "), std::string::npos);
    const std::string moved = ben.take();
    EXPECT_NE(moved.find("b OK Done, without messages that no longer exist"), std::string::npos) << moved;
    EXPECT_EQ(in_archive(ben), "* STATUS Archive (MESSAGES 1)");
    EXPECT_EQ(in_archive(anna), "* STATUS Archive (MESSAGES 1)");
    // The same with REPLACE.
    EXPECT_TRUE(anna.command("NOOP").ok());
    ben.pipe().to_server.append("c REPLACE 1 Archive {16+}\r\nSubject: x\r\n\r\nhi\r\n");
    ben.pipe().notify();
    anna.send("d MOVE 1 Archive\r\n");
    EXPECT_NE(anna.take().find("* OK [COPYUID "), std::string::npos);
    const std::string refused = ben.take();
    EXPECT_NE(refused.find("c NO [EXPUNGEISSUED]"), std::string::npos) << refused;
    EXPECT_EQ(in_archive(ben), "* STATUS Archive (MESSAGES 1)");
    EXPECT_EQ(in_archive(anna), "* STATUS Archive (MESSAGES 2)");
}

TEST_F(Acl, TheTreeNeedsKAndX) {
    Client& anna = sign_in();
    EXPECT_TRUE(anna.command("CREATE Work").ok());
    share(anna, "Work", "lr");
    Client& ben = sign_in_as("ben");
    EXPECT_EQ(ben.command("CREATE user/anna/Work/New").tagged.code, "NOPERM");
    EXPECT_EQ(ben.command("DELETE user/anna/Work").tagged.code, "NOPERM");
    share(anna, "Work", "lrka");
    EXPECT_TRUE(ben.command("CREATE user/anna/Work/New").ok());
    // A new mailbox has the list of the one above.
    EXPECT_EQ(ben.command("GETACL user/anna/Work/New").text(),
              "* ACL user/anna/Work/New anna lrswipkxteacd ben lrkac\n");
    EXPECT_EQ(ben.command("RENAME user/anna/Work/New user/anna/Work/Old").tagged.code, "NOPERM");
    EXPECT_TRUE(ben.command("SETACL user/anna/Work/New ben +x").ok());
    EXPECT_TRUE(ben.command("RENAME user/anna/Work/New user/anna/Work/Old").ok());
    EXPECT_EQ(ben.command("RENAME user/anna/Work/Old user/anna/Elsewhere").tagged.code, "NOPERM");
    EXPECT_EQ(ben.command("RENAME user/anna/Work/Old Mine").tagged.code, "CANNOT");
    EXPECT_EQ(ben.command("RENAME Sent user/anna/Work/Sent").tagged.code, "CANNOT");
    // RENAME and DELETE take the list along.
    EXPECT_EQ(anna.command("GETACL Work/Old").text(), "* ACL Work/Old anna lrswipkxteacd ben lrkxac\n");
    EXPECT_TRUE(ben.command("DELETE user/anna/Work/Old").ok());
    EXPECT_TRUE(anna.command("CREATE Work/Old").ok());
    EXPECT_EQ(anna.command("GETACL Work/Old").text(), "* ACL Work/Old anna lrswipkxteacd ben lrkac\n");
}

TEST_F(Acl, AdministeringNeedsA) {
    Client& anna = sign_in();
    share(anna, "INBOX", "lrswipkxte");
    Client& ben = sign_in_as("ben");
    for (const char* command : {"SETACL user/anna/INBOX ben lr", "DELETEACL user/anna/INBOX ben",
                                "GETACL user/anna/INBOX", "LISTRIGHTS user/anna/INBOX ben"}) {
        EXPECT_EQ(ben.command(command).tagged.code, "NOPERM") << command;
    }
    share(anna, "INBOX", "+a");
    EXPECT_TRUE(ben.command("SETACL user/anna/INBOX ben l").ok());
    EXPECT_EQ(ben.command("MYRIGHTS user/anna/INBOX").text(), "* MYRIGHTS user/anna/INBOX l\n");
}

TEST_F(Acl, SubscriptionsAreOnesOwn) {
    Client& anna = sign_in();
    share(anna, "Sent", "lr");
    Client& ben = sign_in_as("ben");
    EXPECT_TRUE(ben.command("SUBSCRIBE user/anna/Sent").ok());
    EXPECT_EQ(ben.command("LSUB \"\" user/*").text(), "* LSUB () \"/\" user/anna/Sent\n");
    EXPECT_EQ(ben.command("LIST (SUBSCRIBED) \"\" user/* RETURN ()").text(),
              "* LIST (\\Subscribed) \"/\" user/anna/Sent\n");
    EXPECT_EQ(anna.command("LSUB \"\" user/*").text(), "");
}

/// ACL with LIST and STATUS.
TEST_F(Acl, ListStatusAndMyRightsFollowTheRights) {
    deliver("INBOX", 2);
    Client& anna = sign_in();
    share(anna, "INBOX", "lr");
    share(anna, "Sent", "l");
    share(anna, "Trash", "r");
    Client& ben = sign_in_as("ben");
    EXPECT_EQ(ben.command("LIST \"\" user/* RETURN (STATUS (MESSAGES) MYRIGHTS)").text(),
              "* LIST (\\NonExistent) \"/\" user/anna\n"
              "* LIST () \"/\" user/anna/INBOX\n"
              "* STATUS user/anna/INBOX (MESSAGES 2)\n"
              "* MYRIGHTS user/anna/INBOX lr\n"
              "* LIST () \"/\" user/anna/Sent\n"
              "* MYRIGHTS user/anna/Sent l\n");
    EXPECT_EQ(ben.command("LIST \"\" (INBOX) RETURN (MYRIGHTS MYRIGHTS)").text(),
              "* LIST () \"/\" INBOX\n* MYRIGHTS INBOX lrswipkxteacd\n");
    EXPECT_TRUE(ben.command("LIST \"\" * RETURN (MYRIGHTS (x))").bad());
    EXPECT_TRUE(ben.command("SUBSCRIBE gone").ok());
    EXPECT_EQ(ben.command("LIST (SUBSCRIBED) \"\" gone RETURN (MYRIGHTS)").text(),
              "* LIST (\\NonExistent \\Subscribed) \"/\" gone\n");
}

TEST_F(Acl, AnnotationsOfASharedMailbox) {
    load("imap-metadata");
    load("imap-list-metadata");
    Client& anna = sign_in();
    EXPECT_TRUE(anna.command("SETMETADATA Sent (/private/comment \"anna's\" /shared/comment \"ours\")").ok());
    share(anna, "Sent", "l");
    Client& ben = sign_in_as("ben");
    EXPECT_TRUE(ben.command("GETMETADATA user/anna/Sent /shared/comment").no());
    EXPECT_TRUE(ben.command("SETMETADATA user/anna/Sent (/shared/comment \"x\")").no());
    share(anna, "Sent", "lr");
    EXPECT_EQ(ben.command("GETMETADATA user/anna/Sent (/shared/comment /private/comment)").text(),
              "* METADATA user/anna/Sent (/private/comment NIL /shared/comment \"ours\")\n");
    EXPECT_TRUE(
        ben.command("SETMETADATA user/anna/Sent (/private/comment \"ben's\" /shared/comment \"new\")").ok());
    EXPECT_EQ(ben.command("LIST \"\" user/anna/Sent RETURN (METADATA (/shared/comment /private/comment))")
                  .lines("METADATA"),
              std::vector<std::string>{
                  "* METADATA user/anna/Sent (/shared/comment \"new\" /private/comment \"ben's\")"});
    EXPECT_EQ(anna.command("GETMETADATA Sent (/shared/comment /private/comment)").text(),
              "* METADATA Sent (/private/comment \"anna's\" /shared/comment \"new\")\n");
}

TEST_F(Acl, SearchesOverManyMailboxesKeepToTheRights) {
    load("imap-esearch");
    load("imap-multisearch");
    deliver("INBOX", 1);
    deliver("Sent", 1);
    Client& anna = sign_in();
    share(anna, "INBOX", "lr");
    share(anna, "Sent", "l");
    Client& ben = sign_in_as("ben");
    const Reply found = ben.command("ESEARCH IN (subtree user/anna) ALL");
    EXPECT_EQ(found.lines("ESEARCH").size(), 1U);
    EXPECT_NE(found.text().find("MAILBOX user/anna/INBOX UIDVALIDITY"), std::string::npos);
    EXPECT_EQ(ben.command("ESEARCH IN (personal) ALL").text(), "");
}

TEST_F(Acl, WhatASharerStoresCountsForTheOwner) {
    load("quota", "{ messages: 1 }");
    load("imap-quota");
    Client& anna = sign_in();
    share(anna, "INBOX", "lri");
    Client& ben = sign_in_as("ben");
    EXPECT_TRUE(ben.command(append("user/anna/INBOX")).ok());
    EXPECT_EQ(ben.command(append("user/anna/INBOX")).tagged.code, "OVERQUOTA");
    EXPECT_TRUE(ben.command(append("INBOX")).ok());
    EXPECT_EQ(ben.command("GETQUOTAROOT user/anna/INBOX").text(), "* QUOTAROOT user/anna/INBOX\n");
}

TEST_F(Acl, ChangesOfASharedMailboxAreSeenAtOnce) {
    Client& anna = sign_in();
    share(anna, "INBOX", "lrsi");
    Client& ben = sign_in_as("ben");
    EXPECT_TRUE(ben.command("SELECT user/anna/INBOX").ok());
    deliver("INBOX", 2);
    EXPECT_NE(ben.command("NOOP").text().find("* 2 EXISTS"), std::string::npos);
    EXPECT_TRUE(anna.command("SELECT INBOX").ok());
    EXPECT_TRUE(ben.command("STORE 1 +FLAGS.SILENT (\\Seen)").ok());
    EXPECT_NE(anna.command("NOOP").text().find("* 1 FETCH (FLAGS (\\Seen"), std::string::npos);
    EXPECT_TRUE(anna.command("DELETEACL INBOX ben").ok());
    EXPECT_TRUE(ben.command("STORE 2 +FLAGS (\\Seen)").no());
    EXPECT_TRUE(ben.command("CLOSE").ok());
    EXPECT_EQ(ben.command("SELECT user/anna/INBOX").tagged.code, "NONEXISTENT");
}

}  // namespace
}  // namespace postern::imap::test
