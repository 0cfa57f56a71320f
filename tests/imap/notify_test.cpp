// NOTIFY (RFC 5465) as it is built, alone, with IDLE, CONDSTORE, QRESYNC, UIDONLY and UNAUTHENTICATE.
#include "tests/imap/support/fixture.hpp"

namespace postern::imap::test {
namespace {

class Notify : public ImapFixture {
protected:
    Client& sign_in_with(std::initializer_list<const char*> plugins) {
        load("imap-notify");
        for (const char* plugin : plugins) load(plugin);
        return sign_in();
    }
    static void ok(Client& client, const std::string& command) {
        const Reply reply = client.command(command);
        EXPECT_TRUE(reply.ok()) << command << ": " << reply.tagged.text;
    }
    /// What came without a command. RECENT is left out: whose the new messages are is another matter.
    std::string news(Client& client) {
        runtime_.settle();
        std::string all;
        for (const auto& response : client.responses()) {
            if (response.name != "RECENT") all += response.raw;
        }
        std::erase(all, '\r');
        return all;
    }
};

TEST_F(Notify, IsAnnouncedAfterSignIn) {
    Client& client = sign_in_with({});
    EXPECT_NE(client.command("CAPABILITY").text().find(" NOTIFY"), std::string::npos);
}

TEST_F(Notify, TellsOfOtherMailboxes) {
    Client& client = sign_in_with({});
    ok(client, "CREATE Lists/Lemonade");
    ok(client,
       "NOTIFY SET (subtree Lists (MessageNew MessageExpunge)) (mailboxes (Archive Junk) (MessageNew "
       "MessageExpunge))");
    deliver("Lists/Lemonade", 2);
    EXPECT_EQ(news(client), "* STATUS Lists/Lemonade (UIDNEXT 3 MESSAGES 2)\n");
    deliver("Junk", 1);
    EXPECT_EQ(news(client), "* STATUS Junk (UIDNEXT 2 MESSAGES 1)\n");
    deliver("INBOX", 1);
    deliver("Sent", 1);
    EXPECT_EQ(news(client), "");
    Client& other = open("Lists/Lemonade");
    ok(other, "STORE 1 +FLAGS.SILENT (\\Deleted)");
    EXPECT_EQ(news(client), "");
    ok(other, "EXPUNGE");
    EXPECT_EQ(news(client), "* STATUS Lists/Lemonade (UIDNEXT 3 MESSAGES 1)\n");
    // What the client does itself it knows.
    ok(client, "SELECT INBOX");
    ok(client, "COPY 1 Archive");
    EXPECT_EQ(news(client), "");
}

TEST_F(Notify, AnswersWithTheStateFirst) {
    Client& client = sign_in_with({"imap-condstore"});
    ok(client, "CREATE Lists");
    deliver("Lists", 3);
    ok(client, "SELECT Sent");
    const Reply reply = client.command(
        "NOTIFY SET STATUS (selected (MessageNew MessageExpunge)) (mailboxes (Lists Nowhere) (MessageNew "
        "MessageExpunge)) "
        "(subscribed (MessageNew MessageExpunge FlagChange))");
    EXPECT_TRUE(reply.ok());
    const std::string text = reply.text();
    EXPECT_NE(text.find("* STATUS Lists (MESSAGES 3 UIDNEXT 4 UIDVALIDITY "), std::string::npos) << text;
    EXPECT_NE(text.find("* STATUS INBOX (MESSAGES 0 UIDNEXT 1 UIDVALIDITY "), std::string::npos) << text;
    EXPECT_NE(text.find(" HIGHESTMODSEQ "), std::string::npos) << text;
    EXPECT_EQ(text.find("Sent"), std::string::npos) << text;
    // No state was asked for, and none is told without message events.
    EXPECT_EQ(client.command("NOTIFY SET (personal (MessageNew MessageExpunge))").text(), "");
    EXPECT_EQ(client.command("NOTIFY SET STATUS (personal (MailboxName))").text(), "");
}

TEST_F(Notify, SelectedAtOnce) {
    Client& client = sign_in_with({});
    deliver("INBOX", 2);
    ok(client, "SELECT INBOX");
    ok(client,
       "NOTIFY SET (selected (MessageNew (uid body.peek[header.fields (subject)]) MessageExpunge "
       "FlagChange))");
    deliver("INBOX", 1);
    EXPECT_EQ(news(client),
              "* 3 EXISTS\n* 3 FETCH (UID 3 BODY[HEADER.FIELDS (subject)] {21}\nSubject: Letter "
              "3\n\n)\n");
    Client& other = open();
    ok(other, "STORE 2 +FLAGS.SILENT (\\Seen)");
    EXPECT_EQ(news(client), "* 2 FETCH (UID 2 FLAGS (\\Seen \\Recent))\n");
    ok(other, "STORE 1 +FLAGS.SILENT (\\Deleted)");
    news(client);
    ok(other, "EXPUNGE");
    EXPECT_EQ(news(client), "* 1 EXPUNGE\n");
    EXPECT_EQ(client.view.messages.size(), 2U);
    // After commands with numbers, too: the client has agreed to that.
    ok(client, "FETCH 1 UID");
    // Its own messages come without the items.
    const Reply appended = client.command("APPEND INBOX {14}\r\nSubject: a\r\n\r\n");
    EXPECT_EQ(appended.lines("EXISTS"), std::vector<std::string>{"* 3 EXISTS"});
    EXPECT_EQ(appended.lines("FETCH"), std::vector<std::string>{});
    deliver("INBOX", 1);
    EXPECT_NE(news(client).find("UID 5"), std::string::npos);
}

TEST_F(Notify, SelectedDelayed) {
    Client& client = sign_in_with({"imap-idle"});
    deliver("INBOX", 3);
    ok(client, "SELECT INBOX");
    ok(client, "NOTIFY SET (selected-delayed (MessageNew MessageExpunge FlagChange))");
    Client& other = open();
    ok(other, "STORE 1 +FLAGS.SILENT (\\Deleted)");
    EXPECT_EQ(news(client), "* 1 FETCH (UID 1 FLAGS (\\Deleted \\Recent))\n");
    ok(other, "EXPUNGE");
    EXPECT_EQ(news(client), "");
    // Others do not wait behind it.
    deliver("INBOX", 1);
    EXPECT_EQ(news(client), "* 4 EXISTS\n");
    EXPECT_EQ(client.command("FETCH 2 UID").text(), "* 2 FETCH (UID 2)\n");
    EXPECT_EQ(client.command("NOOP").lines("EXPUNGE"), std::vector<std::string>{"* 1 EXPUNGE"});
    ok(other, "STORE 1 +FLAGS.SILENT (\\Deleted)");
    news(client);
    ok(other, "EXPUNGE");
    EXPECT_EQ(news(client), "");
    // IDLE tells it as well.
    client.send("i1 IDLE\r\n");
    const std::string told = news(client);
    EXPECT_NE(told.find("* 1 EXPUNGE\n"), std::string::npos) << told;
    client.send("DONE\r\n");
    EXPECT_EQ(news(client), "i1 OK IDLE completed\n");
}

TEST_F(Notify, WhatIsNotAskedForIsNotTold) {
    Client& client = sign_in_with({});
    deliver("INBOX", 3);
    ok(client, "SELECT INBOX");
    Client& other = open();
    ok(other, "STORE 1 +FLAGS.SILENT (\\Seen)");
    // What was to be told before is told.
    EXPECT_EQ(client.command("NOTIFY SET (personal (MailboxName))").lines("FETCH"),
              std::vector<std::string>{"* 1 FETCH (FLAGS (\\Seen \\Recent))"});
    ok(other, "STORE 2 +FLAGS.SILENT (\\Seen)");
    deliver("INBOX", 1);
    EXPECT_EQ(client.command("NOOP").text(), "");
    // But for what its own commands do.
    ok(client, "STORE 2 +FLAGS.SILENT (\\Deleted)");
    EXPECT_EQ(client.command("EXPUNGE").lines("EXPUNGE"), std::vector<std::string>{"* 2 EXPUNGE"});
    EXPECT_EQ(client.view.messages.size(), 3U);

    ok(client, "NOTIFY SET (selected (MessageNew MessageExpunge))");
    ok(other, "STORE 1 +FLAGS.SILENT (\\Flagged)");
    EXPECT_EQ(news(client), "");
    deliver("INBOX", 1);
    EXPECT_EQ(news(client).substr(0, 11), "* 4 EXISTS\n");
    EXPECT_EQ(client.command("FETCH 1 FLAGS").text(), "* 1 FETCH (FLAGS (\\Flagged \\Seen \\Recent))\n");

    ok(client, "NOTIFY NONE");
    deliver("INBOX", 1);
    deliver("Sent", 1);
    EXPECT_EQ(news(client), "");
    EXPECT_EQ(client.command("NOOP").text(), "");
}

TEST_F(Notify, FlagsOfOtherMailboxes) {
    Client& client = sign_in_with({"imap-enable", "imap-condstore"});
    deliver("INBOX", 2);
    Client& other = open();
    const std::string uidvalidity = std::to_string(account_->find_mailbox("INBOX")->uidvalidity);
    ok(client, "NOTIFY SET (inboxes (MessageNew MessageExpunge FlagChange))");
    ok(other, "STORE 1 +FLAGS.SILENT (\\Seen)");
    EXPECT_EQ(news(client), "* STATUS INBOX (UIDVALIDITY " + uidvalidity + " UNSEEN 1)\n");
    // Without mod-sequences this says nothing.
    ok(other, "STORE 1 +FLAGS.SILENT (\\Flagged)");
    EXPECT_EQ(news(client), "");
    ok(client, "ENABLE CONDSTORE");
    ok(other, "STORE 2 +FLAGS.SILENT (\\Flagged)");
    const std::string told = news(client);
    EXPECT_TRUE(told.starts_with("* STATUS INBOX (UIDVALIDITY " + uidvalidity + " UNSEEN 1 HIGHESTMODSEQ "))
        << told;
    deliver("INBOX", 1);
    EXPECT_TRUE(news(client).starts_with("* STATUS INBOX (UIDNEXT 4 MESSAGES 3 HIGHESTMODSEQ "));
}

TEST_F(Notify, Names) {
    Client& client = sign_in_with({"imap-children", "imap-special-use"});
    ok(client, "NOTIFY SET (personal (MailboxName SubscriptionChange))");
    Client& other = sign_in();
    ok(other, "CREATE New");
    EXPECT_EQ(news(client), "* LIST (\\HasNoChildren) \"/\" New\n");
    ok(other, "CREATE New/Child");
    EXPECT_EQ(news(client), "* LIST (\\HasNoChildren) \"/\" New/Child\n* LIST (\\HasChildren) \"/\" New\n");
    ok(other, "SUBSCRIBE New");
    EXPECT_EQ(news(client), "* LIST (\\HasChildren \\Subscribed) \"/\" New\n");
    ok(other, "UNSUBSCRIBE New");
    EXPECT_EQ(news(client), "* LIST (\\HasChildren) \"/\" New\n");
    ok(other, "DELETE New/Child");
    EXPECT_EQ(news(client), "* LIST (\\NonExistent) \"/\" New/Child\n* LIST (\\HasNoChildren) \"/\" New\n");
    ok(other, "RENAME New Renamed");
    EXPECT_EQ(news(client), "* LIST (\\HasNoChildren) \"/\" Renamed (\"OLDNAME\" (New))\n");
    ok(client, "CREATE Own");
    EXPECT_EQ(news(client), "");
    EXPECT_EQ(client.command("NOOP").text(), "");
}

TEST_F(Notify, NamesOfSomeMailboxes) {
    Client& client = sign_in_with({});
    ok(client, "NOTIFY SET (mailboxes One (MailboxName)) (subtree Two (SubscriptionChange))");
    Client& other = sign_in();
    for (const char* name : {"One", "One/Child", "Two", "Two/Child", "Three"})
        ok(other, "CREATE " + std::string(name));
    EXPECT_EQ(news(client), "* LIST (\\HasNoChildren) \"/\" One\n* LIST (\\HasChildren) \"/\" One\n");
    for (const char* name : {"One", "Two", "Two/Child", "Three"}) ok(other, "SUBSCRIBE " + std::string(name));
    EXPECT_EQ(news(client),
              "* LIST (\\HasChildren \\Subscribed) \"/\" Two\n* LIST (\\HasNoChildren \\Subscribed) \"/\" "
              "Two/Child\n");
}

TEST_F(Notify, WhatIsSubscribedChanges) {
    Client& client = sign_in_with({});
    ok(client, "NOTIFY SET (subscribed (MessageNew MessageExpunge))");
    ok(client, "CREATE New");
    deliver("New", 1);
    EXPECT_EQ(news(client), "");
    ok(client, "SUBSCRIBE New");
    deliver("New", 1);
    EXPECT_EQ(news(client), "* STATUS New (UIDNEXT 3 MESSAGES 2)\n");
}

TEST_F(Notify, IdleTellsTheSame) {
    Client& client = sign_in_with({"imap-idle", "imap-unselect"});
    ok(client, "SELECT INBOX");
    ok(client,
       "NOTIFY SET (selected (MessageNew (flags) MessageExpunge)) (personal (MessageNew MessageExpunge "
       "MailboxName))");
    Client& other = sign_in();
    client.send("i1 IDLE\r\n");
    EXPECT_EQ(news(client), "+ idling\n");
    deliver("INBOX", 1);
    EXPECT_EQ(news(client), "* 1 EXISTS\n* 1 FETCH (UID 1 FLAGS (\\Recent))\n");
    deliver("Sent", 1);
    EXPECT_EQ(news(client), "* STATUS Sent (UIDNEXT 2 MESSAGES 1)\n");
    ok(other, "CREATE New");
    EXPECT_EQ(news(client), "* LIST (\\HasNoChildren) \"/\" New\n");
    client.send("DONE\r\n");
    EXPECT_EQ(news(client), "i1 OK IDLE completed\n");
    ok(client, "NOTIFY NONE");
    client.send("i2 IDLE\r\n");
    news(client);
    deliver("INBOX", 1);
    deliver("Sent", 1);
    EXPECT_EQ(news(client), "");
    client.send("DONE\r\n");
    EXPECT_EQ(news(client), "i2 OK IDLE completed\n");
    // In the authenticated state, too.
    ok(client, "UNSELECT");
    ok(client, "NOTIFY SET (mailboxes INBOX (MessageNew MessageExpunge))");
    client.send("i3 IDLE\r\n");
    news(client);
    deliver("INBOX", 1);
    EXPECT_EQ(news(client), "* STATUS INBOX (UIDNEXT 4 MESSAGES 3)\n");
    client.send("DONE\r\n");
    news(client);
}

TEST_F(Notify, ANewMailboxIsTheSelectedOne) {
    Client& client = sign_in_with({"imap-unselect"});
    ok(client, "SELECT INBOX");
    ok(client, "NOTIFY SET (selected (MessageNew MessageExpunge)) (personal (MessageNew MessageExpunge))");
    deliver("Sent", 1);
    EXPECT_EQ(news(client), "* STATUS Sent (UIDNEXT 2 MESSAGES 1)\n");
    ok(client, "SELECT Sent");
    deliver("Sent", 1);
    EXPECT_EQ(news(client), "* 2 EXISTS\n");
    deliver("INBOX", 1);
    EXPECT_EQ(news(client), "* STATUS INBOX (UIDNEXT 2 MESSAGES 1)\n");
    ok(client, "UNSELECT");
    deliver("Sent", 1);
    EXPECT_EQ(news(client), "* STATUS Sent (UIDNEXT 4 MESSAGES 3)\n");
}

TEST_F(Notify, WithQuickResynchronisationAndUidOnly) {
    Client& client = sign_in_with({"imap-enable", "imap-condstore", "imap-qresync", "imap-uidonly"});
    deliver("INBOX", 3);
    ok(client, "ENABLE QRESYNC UIDONLY");
    ok(client, "SELECT INBOX");
    ok(client, "NOTIFY SET (selected (MessageNew (flags) MessageExpunge FlagChange))");
    Client& other = open();
    ok(other, "STORE 2 +FLAGS.SILENT (\\Deleted)");
    EXPECT_TRUE(news(client).starts_with("* 2 UIDFETCH (UID 2 FLAGS (\\Deleted \\Recent) MODSEQ ("));
    ok(other, "EXPUNGE");
    EXPECT_EQ(news(client), "* VANISHED 2\n");
    deliver("INBOX", 1);
    EXPECT_NE(news(client).find("* 4 UIDFETCH (UID 4 FLAGS (\\Recent))"), std::string::npos);
}

TEST_F(Notify, AfterUnauthenticateNobodyIsToldAnything) {
    Client& client = sign_in_with({"imap-unauthenticate"});
    ok(client, "SELECT INBOX");
    ok(client,
       "NOTIFY SET (selected (MessageNew MessageExpunge)) (personal (MessageNew MessageExpunge "
       "MailboxName))");
    ok(client, "UNAUTHENTICATE");
    deliver("INBOX", 1);
    deliver("Sent", 1);
    EXPECT_EQ(news(client), "");
    ok(client, "LOGIN ben secret");
    ok(client, "SELECT INBOX");
    deliver("INBOX", 1);
    EXPECT_EQ(client.command("NOOP").text(), "");
    // The next user begins anew: told with commands, and only then.
    ok(client, "UNAUTHENTICATE");
    ok(client, "LOGIN anna secret");
    ok(client, "SELECT INBOX");
    deliver("INBOX", 1);
    EXPECT_EQ(news(client), "");
    EXPECT_EQ(client.command("NOOP").lines("EXISTS"), std::vector<std::string>{"* 3 EXISTS"});
}

TEST_F(Notify, Overflow) {
    Client& client = sign_in_with({});
    ok(client, "NOTIFY SET (personal (MailboxName MessageNew MessageExpunge))");
    Client& other = sign_in();
    // While the client reads nothing, news pile up.
    client.pipe().window = 0;
    for (int i = 0; i < 1100; ++i) ok(other, "CREATE m" + std::to_string(i));
    client.pipe().window = SIZE_MAX;
    client.pipe().notify();
    const std::string told = news(client);
    EXPECT_NE(told.find("* OK [NOTIFICATIONOVERFLOW]"), std::string::npos);
    deliver("INBOX", 1);
    ok(other, "CREATE more");
    EXPECT_EQ(news(client), "");
    ok(client, "NOTIFY SET (personal (MailboxName))");
    ok(other, "CREATE again");
    EXPECT_EQ(news(client), "* LIST (\\HasNoChildren) \"/\" again\n");
    std::string names = "m";
    for (int i = 0; i < 1100; ++i) names += " m";
    const Reply refused = client.command("NOTIFY SET (mailboxes (" + names + ") (MailboxName))");
    EXPECT_TRUE(refused.no());
    EXPECT_EQ(refused.tagged.code, "NOTIFICATIONOVERFLOW");
}

TEST_F(Notify, UnknownEvents) {
    Client& client = sign_in_with({});
    for (const char* events :
         {"(AnnotationChange MessageNew MessageExpunge)", "(Foo)", "(MailboxName Bar)"}) {
        const Reply reply = client.command("NOTIFY SET (personal " + std::string(events) + ")");
        EXPECT_TRUE(reply.no()) << events;
        EXPECT_EQ(reply.tagged.code,
                  "BADEVENT (MessageNew MessageExpunge FlagChange MailboxName SubscriptionChange)");
    }
    // Nothing has changed: what is told is still up to the server.
    ok(client, "SELECT INBOX");
    deliver("INBOX", 1);
    EXPECT_EQ(client.command("NOOP").lines("EXISTS").size(), 1U);
}

TEST_F(Notify, Annotations) {
    Client& client = sign_in_with({"imap-metadata"});
    ok(client,
       "NOTIFY SET (mailboxes (INBOX Sent) (MailboxMetadataChange)) (personal (ServerMetadataChange))");
    Client& other = sign_in();
    ok(other, "SETMETADATA INBOX (/private/comment \"mine\" /shared/comment \"ours\")");
    EXPECT_EQ(news(client), "* METADATA INBOX /private/comment /shared/comment\n");
    ok(other, "SETMETADATA INBOX (/private/comment NIL)");
    EXPECT_EQ(news(client), "* METADATA INBOX /private/comment\n");
    ok(other, "SETMETADATA Archive (/private/comment \"no\")");
    EXPECT_EQ(news(client), "");
    ok(other, "SETMETADATA \"\" (/private/filters/values/a \"ALL\")");
    EXPECT_EQ(news(client), "* METADATA \"\" /private/filters/values/a\n");
    ok(client, "SETMETADATA Sent (/private/comment \"own\")");
    EXPECT_EQ(news(client), "");
    EXPECT_EQ(
        client.command("NOTIFY SET (personal (Foo))").tagged.code,
        "BADEVENT (MessageNew MessageExpunge FlagChange MailboxName SubscriptionChange MailboxMetadataChange "
        "ServerMetadataChange)");
    EXPECT_TRUE(client.command("NOTIFY SET (selected (MailboxMetadataChange))").bad());
}

TEST_F(Notify, Syntax) {
    Client& client = sign_in_with({});
    for (const char* bad : {"",
                            "SET",
                            "SET ()",
                            "SET (personal)",
                            "SET (personal ())",
                            "SET (personal MessageNew)",
                            "SET (nobody (MailboxName))",
                            "SET (personal (MailboxName)",
                            "SET (personal (MailboxName)) x",
                            "SET STATUS",
                            "SET NONE",
                            "NONE x",
                            "UNSET",
                            "SET (personal (MessageNew))",
                            "SET (personal (MessageExpunge))",
                            "SET (personal (FlagChange))",
                            "SET (personal (MessageNew (uid) MessageExpunge))",
                            "SET (selected (MailboxName))",
                            "SET (selected (MessageNew (nonsense) MessageExpunge))",
                            "SET (selected (MessageNew () MessageExpunge))",
                            "SET (selected NONE) (selected-delayed NONE)",
                            "SET (mailboxes (MailboxName))",
                            "SET (subtree)",
                            "SET (selected INBOX NONE)"}) {
        EXPECT_TRUE(client.command("NOTIFY " + std::string(bad)).bad()) << bad;
        ok(client, "NOOP");  // too many bad commands in a row end a session
    }
    for (const char* good :
         {"SET (personal NONE)", "SET (selected NONE)", "SET (subtree (a \"b c\") (MailboxName))",
          "set status (Inboxes (messagenew MESSAGEEXPUNGE flagchange)) (SUBSCRIBED none)",
          "SET (selected (MessageNew (BODY.PEEK[HEADER.FIELDS (From)] UID) MessageExpunge))", "NONE"}) {
        EXPECT_TRUE(client.command("NOTIFY " + std::string(good)).ok()) << good;
    }
    EXPECT_TRUE(connect().command("NOTIFY NONE").bad());
}

}  // namespace
}  // namespace postern::imap::test
