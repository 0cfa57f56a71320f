// Extensions that meet in one session: what each promises has to hold beside the other.
#include <algorithm>
#include <regex>

#include "tests/imap/support/fixture.hpp"
#include "tests/imap/support/profile.hpp"

namespace postern::imap::test {
namespace {

class Pairs : public ImapFixture {
protected:
    using Lines = std::vector<std::string>;

    Client& open_with(std::initializer_list<const char*> plugins, unsigned messages = 0) {
        for (const char* plugin : plugins) load(plugin);
        if (messages > 0) deliver("INBOX", messages);
        return open();
    }
    void load_everything() {
        for (const std::string& library : libraries_of("everything")) load(library);
    }
    /// "uidvalidity modseq" of a mailbox as it is now: what a client keeps for SELECT (QRESYNC ...).
    std::string known(std::string_view mailbox) {
        const auto* info = account_->find_mailbox(mailbox);
        return std::to_string(info->uidvalidity) + " " + std::to_string(info->highest_modseq);
    }
    std::uint64_t modseq(std::string_view mailbox) { return account_->find_mailbox(mailbox)->highest_modseq; }
    /// What an ESEARCH response says after its tag.
    static std::string found(Client& client, const std::string& command) {
        const Reply reply = client.command(command);
        EXPECT_TRUE(reply.ok()) << command << ": " << reply.tagged.raw;
        const std::string head = "* ESEARCH (TAG \"" + client.last_tag() + "\") ";
        const Lines lines = reply.lines("ESEARCH");
        if (lines.size() != 1 || !lines.front().starts_with(head)) return reply.text();
        return lines.front().substr(head.size());
    }
};

// QRESYNC and UIDONLY

TEST_F(Pairs, QresyncAndUidonlyTellWhatVanishedOnce) {
    Client& client =
        open_with({"imap-enable", "imap-condstore", "imap-qresync", "imap-uidonly", "imap-move"}, 6);
    EXPECT_TRUE(client.command("ENABLE UIDONLY QRESYNC").ok());
    Client& other = open();
    EXPECT_TRUE(other.command("STORE 2,5 +FLAGS.SILENT (\\Deleted)").ok());
    EXPECT_TRUE(client.command("NOOP").ok());
    const auto before = modseq("INBOX");
    EXPECT_TRUE(other.command("EXPUNGE").ok());
    EXPECT_EQ(client.command("NOOP").text(), "* VANISHED 2,5\n* 4 RECENT\n");
    const Reply moved = client.command("UID MOVE 3:4 Archive");
    EXPECT_EQ(moved.lines("VANISHED"), Lines{"* VANISHED 3:4"});
    EXPECT_EQ(moved.tagged.code, "HIGHESTMODSEQ " + std::to_string(modseq("INBOX")));
    EXPECT_TRUE(client.command("UID STORE 6 +FLAGS.SILENT (\\Flagged)").ok());
    const std::string changed =
        client.command("UID FETCH 1:* (FLAGS) (CHANGEDSINCE " + std::to_string(before) + " VANISHED)").text();
    EXPECT_EQ(changed, "* VANISHED (EARLIER) 2:5\n* 6 UIDFETCH (UID 6 FLAGS (\\Flagged \\Recent) MODSEQ (" +
                           std::to_string(modseq("INBOX")) + "))\n");
}

TEST_F(Pairs, AMailboxThatDidNotChangeIsResynchronisedInTwoRoundTrips) {
    load_everything();
    deliver("INBOX", 500);
    Client& before = sign_in();
    EXPECT_TRUE(before.command("ENABLE QRESYNC").ok());
    EXPECT_TRUE(before.command("SELECT INBOX").ok());
    EXPECT_TRUE(before.command("UID STORE 1:50 +FLAGS.SILENT (\\Seen)").ok());
    const std::string kept = known("INBOX");
    before.hang_up();

    Client& client = connect();
    client.take();
    // The first: who it is. The client has kept what the server can do.
    client.send("a AUTHENTICATE PLAIN AGFubmEAc2VjcmV0\r\n");
    ASSERT_NE(client.take().find("a OK"), std::string::npos);
    // The second: what is new.
    const std::string asked = "b ENABLE QRESYNC\r\nc SELECT INBOX (QRESYNC (" + kept + " 1:500))\r\n";
    client.send(asked);
    const std::string answered = client.take();
    EXPECT_NE(answered.find("* 500 EXISTS\r\n"), std::string::npos) << answered;
    EXPECT_TRUE(answered.ends_with("c OK [READ-WRITE] SELECT completed\r\n")) << answered;
    EXPECT_EQ(answered.find("FETCH"), std::string::npos) << answered;
    EXPECT_EQ(answered.find("VANISHED"), std::string::npos) << answered;
    EXPECT_LT(asked.size() + answered.size(), 1024U) << answered;
}

// ESEARCH and UIDONLY

TEST_F(Pairs, EsearchSpeaksOfUidsUnderUidonly) {
    Client& client =
        open_with({"imap-enable", "imap-uidonly", "imap-esearch", "imap-searchres", "imap-condstore"}, 5);
    EXPECT_TRUE(client.command("STORE 1 +FLAGS.SILENT (\\Deleted)").ok());
    EXPECT_TRUE(client.command("EXPUNGE").ok());
    EXPECT_TRUE(client.command("ENABLE UIDONLY").ok());
    EXPECT_EQ(found(client, "UID SEARCH RETURN (MIN MAX COUNT ALL) UNSEEN"),
              "UID MIN 2 MAX 5 COUNT 4 ALL 2:5");
    EXPECT_EQ(found(client, "UID SEARCH RETURN (COUNT) UID 1:3"), "UID COUNT 2");
    EXPECT_EQ(found(client, "UID SEARCH RETURN (MIN) FLAGGED"), "UID");
    // What is saved has no numbers either.
    EXPECT_EQ(client.command("UID SEARCH RETURN (SAVE) UID 3:4").text(), "");
    EXPECT_EQ(client.command("UID FETCH $ UID").text(), "* 3 UIDFETCH (UID 3)\n* 4 UIDFETCH (UID 4)\n");
    EXPECT_EQ(found(client, "UID SEARCH RETURN (ALL) NOT $"), "UID ALL 2,5");
    const std::string since = std::to_string(modseq("INBOX"));
    EXPECT_EQ(found(client, "UID SEARCH RETURN (MIN) MODSEQ " + since), "UID");
    for (const char* command : {"SEARCH RETURN (SAVE) ALL", "FETCH $ FLAGS", "UID SEARCH RETURN (COUNT) 1:2"})
        EXPECT_EQ(client.command(command).tagged.code, "UIDREQUIRED") << command;
}

// SEARCHRES and pipelining

TEST_F(Pairs, PipelinedCommandsSeeWhatTheSearchBeforeThemSaved) {
    Client& client = open_with({"imap-esearch", "imap-searchres", "imap-move", "imap-uidplus"}, 6);
    client.send(
        "A1 SEARCH RETURN (SAVE) SUBJECT \"Letter 4\"\r\n"
        "A2 UID STORE $ +FLAGS.SILENT (\\Deleted)\r\n"
        "A3 UID EXPUNGE $\r\n"
        "A4 SEARCH RETURN (COUNT) $\r\n"
        "A5 UID SEARCH RETURN (SAVE ALL) UID 1:2\r\n"
        "A6 UID MOVE $ Archive\r\n"
        "A7 UID FETCH $ UID\r\n"
        "A8 SEARCH RETURN (SAVE) CHARSET X-NONE TEXT a\r\n"
        "A9 UID SEARCH $\r\n");
    const std::string text = client.take();
    EXPECT_NE(text.find("* 4 EXPUNGE\r\n* 5 RECENT\r\nA3 OK"), std::string::npos) << text;
    EXPECT_NE(text.find("* ESEARCH (TAG \"A4\") COUNT 0\r\nA4 OK"), std::string::npos) << text;
    EXPECT_NE(text.find("* ESEARCH (TAG \"A5\") UID ALL 1:2\r\nA5 OK"), std::string::npos) << text;
    EXPECT_NE(text.find("* 1 EXPUNGE\r\n* 1 EXPUNGE\r\n* 3 RECENT\r\nA6 OK MOVE completed\r\nA7 OK"),
              std::string::npos)
        << text;
    EXPECT_NE(text.find("A8 NO [BADCHARSET"), std::string::npos) << text;
    EXPECT_TRUE(text.ends_with("* SEARCH\r\nA9 OK SEARCH completed\r\n")) << text;
    EXPECT_EQ(account_->find_mailbox("Archive")->total, 2U);
}

TEST_F(Pairs, CommandsAfterASaveAreExecutedInOrderByteByByte) {
    Client& client = open_with({"imap-esearch", "imap-searchres"}, 4);
    const std::string dialogue =
        "A1 SEARCH RETURN (SAVE) 2:3\r\nA2 STORE $ +FLAGS.SILENT (\\Flagged)\r\nA3 SEARCH FLAGGED\r\n";
    std::string text;
    for (const char c : dialogue) {
        client.send(std::string_view(&c, 1));
        text += client.take();
    }
    EXPECT_EQ(
        text,
        "A1 OK SEARCH completed\r\nA2 OK STORE completed\r\n* SEARCH 2 3\r\nA3 OK SEARCH completed\r\n");
}

// CONTEXT and PARTIAL

TEST_F(Pairs, UpdatesAreOfTheWholeResultPagesAreOfItsPresentState) {
    Client& client = open_with({"imap-esearch", "imap-partial", "imap-sort", "imap-context"}, 6);
    EXPECT_EQ(found(client, "UID SORT RETURN (PARTIAL 1:2 UPDATE COUNT) (REVERSE SUBJECT) UTF-8 UNDELETED"),
              "UID PARTIAL (1:2 6,5) COUNT 6");
    const std::string head = "* ESEARCH (TAG \"" + client.last_tag() + "\") UID ";
    // What comes and goes outside of the page is told as well, by its place in all of the result.
    EXPECT_EQ(client.command("UID STORE 2,6 +FLAGS.SILENT (\\Deleted)").lines("ESEARCH"),
              Lines{head + "REMOVEFROM (5 2 1 6)"});
    deliver("INBOX", 1);
    EXPECT_EQ(client.command("NOOP").lines("ESEARCH"), Lines{head + "ADDTO (1 7)"});
    EXPECT_EQ(found(client, "UID SORT RETURN (PARTIAL 1:2 CONTEXT) (REVERSE SUBJECT) UTF-8 UNDELETED"),
              "UID PARTIAL (1:2 7,5)");
    EXPECT_EQ(found(client, "UID SORT RETURN (PARTIAL -1:-2) (REVERSE SUBJECT) UTF-8 UNDELETED"),
              "UID PARTIAL (-1:-2 3,1)");
}

// UTF8=ACCEPT and LIST-STATUS

TEST_F(Pairs, ListStatusNamesMailboxesAsTheSessionSpeaks) {
    for (const char* plugin :
         {"imap-enable", "imap-utf8-accept", "imap-children", "imap-list-extended", "imap-list-status"})
        load(plugin);
    EXPECT_TRUE(runtime_.run(account_->create_mailbox("Entw\xC3\xBCrfe", {})));
    deliver("Entw\xC3\xBCrfe", 2);
    const std::string list = "LIST \"\" E* RETURN (CHILDREN STATUS (MESSAGES))";
    Client& plain = sign_in();
    EXPECT_EQ(plain.command(list).text(),
              "* LIST (\\HasNoChildren) \"/\" Entw&APw-rfe\n* STATUS Entw&APw-rfe (MESSAGES 2)\n");
    Client& client = sign_in();
    EXPECT_TRUE(client.command("ENABLE UTF8=ACCEPT").ok());
    EXPECT_EQ(
        client.command(list).text(),
        "* LIST (\\HasNoChildren) \"/\" \"Entw\xC3\xBCrfe\"\n* STATUS \"Entw\xC3\xBCrfe\" (MESSAGES 2)\n");
    EXPECT_EQ(client.command("LIST \"\" (\"Entw\xC3\xBC*\") RETURN (STATUS (UNSEEN))").lines("STATUS"),
              Lines{"* STATUS \"Entw\xC3\xBCrfe\" (UNSEEN 2)"});
}

// CONDSTORE and MOVE

TEST_F(Pairs, MovedMessagesHaveNewModseqs) {
    Client& client = open_with({"imap-enable", "imap-condstore", "imap-move", "imap-uidplus"}, 4);
    deliver("Archive", 1);
    EXPECT_TRUE(client.command("ENABLE CONDSTORE").ok());
    Client& watcher = open();
    EXPECT_TRUE(watcher.command("ENABLE CONDSTORE").ok());
    const auto source = modseq("INBOX");
    const auto destination = modseq("Archive");
    EXPECT_TRUE(client.command("MOVE 2:3 Archive").ok());
    // Both mailboxes have changed, to mod-sequences nobody has seen before.
    EXPECT_GT(modseq("INBOX"), source);
    EXPECT_GT(modseq("Archive"), std::max(destination, source));
    EXPECT_EQ(watcher.command("NOOP").text(), "* 2 EXPUNGE\n* 2 EXPUNGE\n");
    EXPECT_EQ(watcher.command("FETCH 1:* (UID) (CHANGEDSINCE " + std::to_string(source) + ")").text(), "");
    // Who knew the destination as it was finds what came.
    EXPECT_TRUE(watcher.command("SELECT Archive").ok());
    const std::string since = std::to_string(destination);
    EXPECT_EQ(watcher.command("FETCH 1:* (UID) (CHANGEDSINCE " + since + ")").lines("FETCH").size(), 2U);
    const Reply refused =
        watcher.command("UID STORE 1:3 (UNCHANGEDSINCE " + since + ") +FLAGS.SILENT (\\Flagged)");
    EXPECT_EQ(refused.tagged.code, "MODIFIED 2:3");
    EXPECT_EQ(watcher.command("UID SEARCH FLAGGED").lines("SEARCH"), Lines{"* SEARCH 1"});
}

// UNAUTHENTICATE and everything

/// A dialogue without what differs from session to session: tags, and counters of the mailbox.
std::string normalised(const std::string& text) {
    static const std::regex varies(R"re((\(TAG )"[^"]*"|(MODSEQ \(?|UIDNEXT )[0-9]+)re");
    return std::regex_replace(text, varies, "$1$2#");
}

/// What a session answers to questions whose answers depend on modes, features and slots.
std::string interview(Client& client, Client& other) {
    std::string all;
    for (const char* question : {"CAPABILITY",
                                 "NAMESPACE",
                                 "LIST \"\" *",
                                 "LSUB \"\" *",
                                 "STATUS \"Entw&APw-rfe\" (MESSAGES)",
                                 "CREATE \"\xC3\xA4\"",
                                 "SELECT INBOX (QRESYNC (1 1))",
                                 "FETCH 1 FLAGS",
                                 "SELECT INBOX",
                                 "FETCH 1:2 (UID FLAGS)",
                                 "UID FETCH 2 FLAGS",
                                 "SEARCH ALL",
                                 "SEARCH RETURN () ALL",
                                 "SEARCH $",
                                 "SEARCH CHARSET US-ASCII SUBJECT Letter",
                                 "SORT (ARRIVAL) US-ASCII ALL",
                                 "SEARCH RETURN (SAVE) 2",
                                 "SEARCH $",
                                 "UID SEARCH RETURN (PARTIAL 1:1) ALL",
                                 "FETCH 1 BODY.PEEK[HEADER.FIELDS (SUBJECT)]",
                                 "UID FETCH 1:* (FLAGS) (CHANGEDSINCE 1 VANISHED)",
                                 "UNSELECT",
                                 "FETCH 1 FLAGS"}) {
        const Reply reply = client.command(question);
        all += std::string("? ") + question + "\n" + reply.text() + reply.tagged.name + " " +
               reply.tagged.code + "\n";
    }
    // What is told unasked.
    all += client.command("SELECT INBOX").text();
    EXPECT_TRUE(other.command("STORE 1 +FLAGS.SILENT (\\Answered)").ok());
    all += client.command("NOOP").text();
    EXPECT_TRUE(other.command("STORE 1 -FLAGS.SILENT (\\Answered)").ok());
    all += client.command("NOOP").text();
    EXPECT_TRUE(other.command("APPEND INBOX {14}\r\nSubject: a\r\n\r\n").ok());
    all += client.command("NOOP").text();
    EXPECT_TRUE(other.command("STORE 4 +FLAGS.SILENT (\\Deleted)").ok());
    EXPECT_TRUE(other.command("EXPUNGE").ok());
    all += client.command("NOOP").text();
    all += client.command("CLOSE").text();
    return normalised(all);
}

TEST_F(Pairs, AfterUnauthenticateASessionIsLikeANewOne) {
    load_everything();
    EXPECT_TRUE(runtime_.run(account_->create_mailbox("Entw\xC3\xBCrfe", {})));
    deliver("INBOX", 3);
    Client& other = open();
    Client& client = sign_in();
    // Everything a client can switch on or leave behind.
    const std::string capabilities = client.command("CAPABILITY").lines().front();
    std::istringstream tokens(capabilities);
    std::string enable = "ENABLE UIDONLY";
    for (std::string token; tokens >> token;) {
        if (token != "*" && token != "CAPABILITY" && token != "UIDONLY") enable += " " + token;
    }
    EXPECT_TRUE(client.command("SELECT INBOX (CONDSTORE)").ok());
    EXPECT_TRUE(client.command("SEARCH RETURN (SAVE UPDATE) ALL").ok());
    EXPECT_TRUE(client.command("UNSELECT").ok());
    const Reply enabled = client.command(enable);
    EXPECT_TRUE(enabled.ok());
    for (const char* mode : {"QRESYNC", "UIDONLY", "UTF8=ACCEPT", "CONDSTORE"})
        EXPECT_NE(enabled.text().find(mode), std::string::npos) << enabled.text();
    EXPECT_TRUE(client.command("SELECT INBOX").ok());
    EXPECT_TRUE(client.command("UID SEARCH RETURN (SAVE UPDATE COUNT) ALL").ok());
    EXPECT_TRUE(client.command("UID FETCH 1:* (UID MODSEQ)").ok());
    EXPECT_TRUE(client.command("UNAUTHENTICATE").ok());
    EXPECT_TRUE(client.command("LOGIN anna secret").ok());

    Client& fresh = sign_in();
    const std::string expected = interview(fresh, other);
    EXPECT_EQ(interview(client, other), expected);
}

}  // namespace
}  // namespace postern::imap::test
