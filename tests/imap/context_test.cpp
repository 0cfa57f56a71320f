// CONTEXT=SEARCH and CONTEXT=SORT (RFC 5267 section 4).
#include "tests/imap/support/fixture.hpp"

namespace postern::imap::test {
namespace {

class Context : public ImapFixture {
protected:
    Client& open_with(std::initializer_list<const char*> plugins, unsigned messages = 0) {
        for (const char* plugin : {"imap-esearch", "imap-partial", "imap-context"}) load(plugin);
        for (const char* plugin : plugins) load(plugin);
        if (messages > 0) deliver("INBOX", messages);
        return open();
    }
    /// Starts a search and answers its tag.
    static std::string start(Client& client, std::string_view command) {
        const Reply reply = client.command(command);
        EXPECT_TRUE(reply.ok()) << command << ": " << reply.tagged.raw;
        return client.last_tag();
    }
    /// The ESEARCH lines of a reply without "* ESEARCH (TAG "tag") ".
    static std::vector<std::string> updates(const Reply& reply, const std::string& tag) {
        std::vector<std::string> all;
        const std::string head = "* ESEARCH (TAG \"" + tag + "\") ";
        for (const std::string& line : reply.lines("ESEARCH")) {
            EXPECT_TRUE(line.starts_with(head)) << line;
            all.push_back(line.substr(std::min(head.size(), line.size())));
        }
        return all;
    }
    using Lines = std::vector<std::string>;
};

TEST_F(Context, WithoutItTheOptionsAreUnknown) {
    load("imap-esearch");
    Client& client = open();
    EXPECT_TRUE(client.command("SEARCH RETURN (UPDATE) ALL").bad());
    EXPECT_TRUE(client.command("SEARCH RETURN (CONTEXT) ALL").bad());
    EXPECT_TRUE(client.command("CANCELUPDATE \"a\"").bad());
}

TEST_F(Context, CapabilitiesDependOnSort) {
    Client& client = open_with({});
    const std::string without = client.command("CAPABILITY").text();
    EXPECT_NE(without.find("CONTEXT=SEARCH"), std::string::npos);
    EXPECT_EQ(without.find("CONTEXT=SORT"), std::string::npos);
}

TEST_F(Context, TheHintChangesNothing) {
    Client& client = open_with({"imap-sort"}, 3);
    EXPECT_NE(client.command("CAPABILITY").text().find("CONTEXT=SORT"), std::string::npos);
    const Reply reply = client.command("SEARCH RETURN (CONTEXT COUNT) UNDELETED");
    EXPECT_EQ(updates(reply, client.last_tag()), Lines{"COUNT 3"});
    EXPECT_TRUE(client.command("SEARCH RETURN (CONTEXT 3) ALL").bad());
    EXPECT_TRUE(client.command("SEARCH RETURN (UPDATE (a)) ALL").bad());
}

TEST_F(Context, FlagsOfOthersAddAndRemove) {
    Client& client = open_with({}, 5);
    Client& other = open();
    const std::string tag = start(client, "UID SEARCH RETURN (UPDATE COUNT) DELETED KEYWORD $Junk");
    EXPECT_TRUE(other.command("STORE 2:3 +FLAGS.SILENT (\\Deleted $Junk)").ok());
    const Reply added = client.command("NOOP");
    EXPECT_EQ(updates(added, tag), Lines{"UID ADDTO (0 2:3)"});
    // After what caused it.
    EXPECT_TRUE(added.lines().back().starts_with("* ESEARCH"));
    EXPECT_TRUE(other.command("STORE 3:4 -FLAGS.SILENT ($Junk)").ok());
    EXPECT_EQ(updates(client.command("NOOP"), tag), Lines{"UID REMOVEFROM (0 3)"});
    // Nothing that concerns the search: nothing is told.
    EXPECT_TRUE(other.command("STORE 1:2 +FLAGS.SILENT (\\Flagged)").ok());
    EXPECT_EQ(updates(client.command("NOOP"), tag), Lines{});
}

TEST_F(Context, WhatTheSessionDoesItselfIsToldBeforeItsReply) {
    Client& client = open_with({}, 4);
    const std::string tag = start(client, "SEARCH RETURN (UPDATE ALL) UNSEEN");
    EXPECT_EQ(updates(client.command("STORE 2,4 +FLAGS.SILENT (\\Seen)"), tag), Lines{"REMOVEFROM (0 2,4)"});
    EXPECT_EQ(updates(client.command("STORE 4 -FLAGS (\\Seen)"), tag), Lines{"ADDTO (0 4)"});
    EXPECT_EQ(updates(client.command("FETCH 1 BODY[]"), tag), Lines{"REMOVEFROM (0 1)"});
    EXPECT_EQ(updates(client.command("NOOP"), tag), Lines{});
}

TEST_F(Context, NewMessagesFollowTheirExists) {
    Client& client = open_with({}, 2);
    const std::string tag = start(client, "SEARCH RETURN (UPDATE) SUBJECT \"Letter 4\"");
    deliver("INBOX", 3);
    const Reply reply = client.command("NOOP");
    EXPECT_EQ(reply.lines().front(), "* 5 EXISTS");
    EXPECT_EQ(updates(reply, tag), Lines{"ADDTO (0 4)"});
}

TEST_F(Context, ExpungedOnesAreRemovedBeforeTheExpunge) {
    Client& client = open_with({}, 6);
    const std::string numbers = start(client, "SEARCH RETURN (UPDATE) UNFLAGGED");
    EXPECT_TRUE(client.command("STORE 2,3,5 +FLAGS.SILENT (\\Deleted)").ok());
    const Reply reply = client.command("EXPUNGE");
    // Numbers as they were before the first EXPUNGE.
    EXPECT_EQ(reply.lines().front(), "* ESEARCH (TAG \"" + numbers + "\") REMOVEFROM (0 2:3,5)");
    EXPECT_EQ(reply.lines("EXPUNGE"), (Lines{"* 2 EXPUNGE", "* 2 EXPUNGE", "* 3 EXPUNGE"}));
    EXPECT_EQ(updates(client.command("STORE 3 +FLAGS.SILENT (\\Flagged)"), numbers),
              Lines{"REMOVEFROM (0 3)"});
}

// More than a mailbox keeps in memory of what is expunged: the messages behind move up.
TEST_F(Context, ResultsOutliveManyExpunges) {
    Client& client = open_with({"imap-sort"}, 200);
    const std::string found = start(client, "SEARCH RETURN (UPDATE) UNFLAGGED");
    const std::string sorted = start(client, "UID SORT RETURN (UPDATE) (REVERSE ARRIVAL) UTF-8 SEEN");
    EXPECT_TRUE(client.command("STORE 1:150 +FLAGS.SILENT (\\Deleted)").ok());
    EXPECT_TRUE(client.command("STORE 160,170,190 +FLAGS.SILENT (\\Seen)").ok());
    EXPECT_TRUE(client.command("EXPUNGE").ok());
    EXPECT_TRUE(client.command("NOOP").ok());
    deliver("INBOX", 1);
    const Lines added = updates(client.command("NOOP"), found);
    EXPECT_EQ(added, Lines{"ADDTO (0 51)"});
    EXPECT_TRUE(client.command("STORE 30 +FLAGS.SILENT (\\Flagged)")
                    .lines("ESEARCH")
                    .back()
                    .ends_with("REMOVEFROM (0 30)"));
    const Reply gone = client.command("STORE 20 -FLAGS.SILENT (\\Seen)");
    EXPECT_EQ(updates(gone, sorted), Lines{"UID REMOVEFROM (2 170)"});
    EXPECT_TRUE(client.command("UID FETCH 170 (UID FLAGS)").text().find("* 20 FETCH") != std::string::npos);
}

TEST_F(Context, WithQresyncAndUidonlyToo) {
    Client& client = open_with({"imap-enable", "imap-condstore", "imap-qresync", "imap-uidonly"}, 4);
    EXPECT_TRUE(client.command("ENABLE QRESYNC UIDONLY").ok());
    const std::string tag = start(client, "UID SEARCH RETURN (UPDATE) ALL");
    EXPECT_TRUE(client.command("UID STORE 2:3 +FLAGS.SILENT (\\Deleted)").ok());
    EXPECT_EQ(client.command("EXPUNGE").lines().at(1), "* VANISHED 2:3");
    EXPECT_TRUE(open().command("STORE 1 +FLAGS.SILENT (\\Seen)").ok());
    EXPECT_EQ(updates(client.command("NOOP"), tag), Lines{});
}

TEST_F(Context, NumbersMeanWhatTheyMeantThen) {
    Client& client = open_with({}, 4);
    const std::string tag = start(client, "UID SEARCH RETURN (UPDATE) 2:3 UNSEEN");
    EXPECT_TRUE(client.command("STORE 1 +FLAGS.SILENT (\\Deleted)").ok());
    EXPECT_TRUE(client.command("EXPUNGE").ok());
    EXPECT_EQ(updates(client.command("STORE 1:3 +FLAGS.SILENT (\\Seen)"), tag),
              Lines{"UID REMOVEFROM (0 2:3)"});
}

TEST_F(Context, IdleTellsAtOnce) {
    Client& client = open_with({"imap-idle"}, 2);
    const std::string tag = start(client, "SEARCH RETURN (UPDATE) FLAGGED");
    Client& other = open();
    client.send("x IDLE\r\n");
    client.take();
    EXPECT_TRUE(other.command("STORE 2 +FLAGS.SILENT (\\Flagged)").ok());
    EXPECT_EQ(client.take(),
              "* 2 FETCH (FLAGS (\\Flagged \\Recent))\r\n* ESEARCH (TAG \"" + tag + "\") ADDTO (0 2)\r\n");
}

TEST_F(Context, ATagIsUsedOnce) {
    Client& client = open_with({}, 2);
    client.send("B01 SEARCH RETURN (UPDATE COUNT) ALL\r\n");
    EXPECT_NE(client.take().find("B01 OK"), std::string::npos);
    client.send("B01 SEARCH RETURN (UPDATE) FLAGGED\r\n");
    EXPECT_TRUE(client.take().starts_with("B01 BAD"));
    // Cancelled, it is free again; a second cancel finds nothing to do.
    client.send("B02 CANCELUPDATE \"B01\" \"B01\"\r\n");
    EXPECT_TRUE(client.take().starts_with("B02 OK"));
    client.send("B01 SEARCH RETURN (UPDATE) FLAGGED\r\n");
    EXPECT_NE(client.take().find("B01 OK"), std::string::npos);
}

TEST_F(Context, CancelAndCloseEndUpdates) {
    Client& client = open_with({}, 2);
    const std::string first = start(client, "SEARCH RETURN (UPDATE) FLAGGED");
    const std::string second = start(client, "UID SEARCH RETURN (UPDATE) FLAGGED");
    EXPECT_TRUE(client.command("CANCELUPDATE \"" + first + "\"").ok());
    EXPECT_EQ(updates(client.command("STORE 1 +FLAGS.SILENT (\\Flagged)"), second), Lines{"UID ADDTO (0 1)"});
    for (const char* command : {"CANCELUPDATE", "CANCELUPDATE a", "CANCELUPDATE \"a\" "})
        EXPECT_TRUE(client.command(command).bad()) << command;
    EXPECT_TRUE(client.command("SELECT INBOX").ok());
    EXPECT_EQ(client.command("STORE 2 +FLAGS.SILENT (\\Flagged)").lines("ESEARCH"), Lines{});
}

TEST_F(Context, TooManyAreRefusedButAnswered) {
    Client& client = open_with({}, 2);
    for (int i = 0; i < 32; ++i) start(client, "SEARCH RETURN (UPDATE) FLAGGED");
    const Reply refused = client.command("SEARCH RETURN (UPDATE COUNT) ALL");
    EXPECT_TRUE(refused.ok());
    EXPECT_EQ(refused.untagged.front().code, "NOUPDATE \"" + client.last_tag() + "\"");
    EXPECT_EQ(updates(refused, client.last_tag()), Lines{"COUNT 2"});
}

TEST_F(Context, PagesAndUpdatesDoNotInteract) {
    Client& client = open_with({}, 5);
    const Reply reply = client.command("UID SEARCH RETURN (PARTIAL 4:9 UPDATE) ALL");
    const std::string tag = client.last_tag();
    EXPECT_EQ(updates(reply, tag), Lines{"UID PARTIAL (4:9 4:5)"});
    EXPECT_TRUE(client.command("STORE 1 +FLAGS.SILENT (\\Deleted)").ok());
    EXPECT_EQ(updates(client.command("EXPUNGE"), tag), Lines{"UID REMOVEFROM (0 1)"});
}

/// A message whose subject decides its place.
std::string titled(const std::string& subject) {
    return "Subject: " + subject + "\r\n\r\nx\r\n";
}

TEST_F(Context, SortedUpdatesTellPlaces) {
    Client& client = open_with({"imap-sort"});
    deliver("INBOX", {titled("d"), titled("b"), titled("f"), titled("h")});
    EXPECT_TRUE(client.command("NOOP").ok());
    const std::string tag = start(client, "UID SORT RETURN (UPDATE ALL) (SUBJECT) UTF-8 UNFLAGGED");
    // b d f h is 2 1 3 4. New ones come between.
    deliver("INBOX", {titled("a"), titled("e"), titled("ee"), titled("z")});
    EXPECT_EQ(updates(client.command("NOOP"), tag), Lines{"UID ADDTO (1 5 4 6:7 8 8)"});
    // a b d e ee f h z: 5 2 1 6 7 3 4 8.
    EXPECT_EQ(updates(client.command("STORE 1,2,4 +FLAGS.SILENT (\\Flagged)"), tag),
              Lines{"UID REMOVEFROM (7 4 2 2,1)"});
    EXPECT_EQ(updates(client.command("STORE 2 -FLAGS.SILENT (\\Flagged)"), tag), Lines{"UID ADDTO (2 2)"});
    // 5 2 6 7 3 8: expunged ones are told by their places as well.
    EXPECT_TRUE(client.command("STORE 3,6 +FLAGS.SILENT (\\Deleted)").ok());
    EXPECT_EQ(updates(client.command("EXPUNGE"), tag), Lines{"UID REMOVEFROM (5 3 3 6)"});
}

/// ESEARCH over many mailboxes (RFC 7377 section 2.2): pages are each mailbox's own, updates the selected one's.
TEST_F(Context, WithSearchesOfManyMailboxes) {
    Client& client = open_with({"imap-multisearch"}, 3);
    deliver("Archive", 2);
    const Reply pages = client.command("ESEARCH IN (mailboxes (INBOX Archive)) RETURN (PARTIAL -1:-1) ALL");
    ASSERT_EQ(pages.lines("ESEARCH").size(), 2U);
    EXPECT_TRUE(pages.lines("ESEARCH")[0].ends_with(") UID PARTIAL (-1:-1 3)"));
    EXPECT_TRUE(pages.lines("ESEARCH")[1].ends_with(") UID PARTIAL (-1:-1 2)"));
    EXPECT_EQ(client.command("ESEARCH IN (selected mailboxes Archive) RETURN (UPDATE) FLAGGED").text(), "");
    const std::string tag = client.last_tag();
    EXPECT_EQ(updates(client.command("STORE 1 +FLAGS.SILENT (\\Flagged)"), tag), Lines{"UID ADDTO (0 1)"});
    EXPECT_TRUE(client.command("CLOSE").ok());
    EXPECT_TRUE(client.command("ESEARCH IN (personal) RETURN (UPDATE) ALL").bad());
}

}  // namespace
}  // namespace postern::imap::test
