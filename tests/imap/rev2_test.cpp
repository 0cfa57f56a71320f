// IMAP4rev2 (RFC 9051): what ENABLE IMAP4rev2 changes, with the libraries it requires and no more.
#include "tests/imap/support/fixture.hpp"

namespace postern::imap::test {
namespace {

class Rev2 : public ImapFixture {
protected:
    using Lines = std::vector<std::string>;

    void load_bundle(std::initializer_list<const char*> others = {}) {
        for (const char* plugin :
             {"imap-namespace", "imap-unselect", "imap-uidplus", "imap-esearch", "imap-searchres",
              "imap-enable", "imap-idle", "imap-sasl-ir", "imap-children", "imap-list-extended",
              "imap-list-status", "imap-move", "imap-literal-minus", "imap-binary", "imap-special-use",
              "imap-status-size"})
            load(plugin);
        for (const char* plugin : others) load(plugin);
        load("imap-rev2");
    }
    Client& sign_in_enabled() {
        Client& client = sign_in();
        EXPECT_EQ(client.command("ENABLE imap4REV2").text(), "* ENABLED IMAP4rev2\n");
        return client;
    }
    /// INBOX with `messages`, selected.
    Client& enabled(unsigned messages = 0, std::initializer_list<const char*> others = {}) {
        load_bundle(others);
        if (messages > 0) deliver("INBOX", messages);
        Client& client = sign_in_enabled();
        EXPECT_TRUE(client.command("SELECT INBOX").ok());
        return client;
    }
    /// What an ESEARCH response says after its tag.
    static std::string found(Client& client, const std::string& command) {
        const Reply reply = client.command(command);
        EXPECT_TRUE(reply.ok()) << command << ": " << reply.tagged.raw;
        const std::string head = "* ESEARCH (TAG \"" + client.last_tag() + "\")";
        const std::string text = reply.text();
        return text.starts_with(head) ? text.substr(head.size(), text.size() - head.size() - 1) : text;
    }
};

TEST_F(Rev2, IsAnnouncedWithRev1BeforeAndAfterSignIn) {
    load_bundle();
    Client& client = connect();
    client.take();
    for (int phase = 0; phase < 2; ++phase) {
        const std::string all = client.command("CAPABILITY").text();
        EXPECT_NE(all.find(" IMAP4rev1 "), std::string::npos) << all;
        EXPECT_NE(all.find(" IMAP4rev2"), std::string::npos) << all;
        EXPECT_TRUE(client.command("LOGIN anna secret").ok() || phase == 1);
    }
}

TEST_F(Rev2, WithoutEnableNothingChanges) {
    load_bundle();
    deliver("INBOX", 2);
    Client& client = sign_in();
    const Reply selected = client.command("SELECT inbox");
    EXPECT_EQ(selected.lines("RECENT"), Lines{"* 2 RECENT"});
    EXPECT_NE(selected.text().find("[UNSEEN 1]"), std::string::npos);
    EXPECT_EQ(selected.lines("LIST"), Lines{});
    EXPECT_EQ(client.command("SEARCH ALL").text(), "* SEARCH 1 2\n");
    EXPECT_EQ(client.command("FETCH 1 FLAGS").text(), "* 1 FETCH (FLAGS (\\Recent))\n");
    EXPECT_EQ(client.command("SELECT INBOX").text().find("CLOSED"), std::string::npos);
    EXPECT_TRUE(client.command("CREATE \"Entw\xC3\xBCrfe\"").bad());
}

// Section 6.3.2; appendix E, items 9 to 12

TEST_F(Rev2, SelectTellsTheMailboxAndNothingRecent) {
    load_bundle();
    deliver("INBOX", 3);
    Client& client = sign_in_enabled();
    const Reply selected = client.command("SELECT inbox");
    EXPECT_TRUE(selected.ok());
    EXPECT_EQ(selected.lines("LIST"), Lines{"* LIST (\\HasNoChildren) \"/\" INBOX (\"OLDNAME\" (inbox))"});
    EXPECT_EQ(selected.lines("RECENT"), Lines{});
    const std::string text = selected.text();
    for (const char* gone : {"UNSEEN", "\\Recent", "CLOSED"})
        EXPECT_EQ(text.find(gone), std::string::npos) << text;
    for (const char* there : {"* 3 EXISTS", "* FLAGS (", "[UIDVALIDITY ", "[UIDNEXT 4]", "[PERMANENTFLAGS ("})
        EXPECT_NE(text.find(there), std::string::npos) << text;
    // The mailbox that was open is closed first.
    const Reply other = client.command("EXAMINE Sent");
    EXPECT_EQ(other.untagged.front().code, "CLOSED");
    EXPECT_EQ(other.lines("LIST"), Lines{"* LIST (\\HasNoChildren \\Sent) \"/\" Sent"});
    EXPECT_TRUE(client.command("CREATE Sent/2026").ok());
    EXPECT_EQ(client.command("SELECT {4}\r\nSent").lines("LIST"),
              Lines{"* LIST (\\HasChildren \\Sent) \"/\" Sent"});
    // One that cannot be opened is told of by the tagged response alone.
    const Reply none = client.command("SELECT Nowhere");
    EXPECT_TRUE(none.no());
    EXPECT_EQ(none.lines("LIST"), Lines{});
    EXPECT_TRUE(client.command("SELECT").bad());
}

TEST_F(Rev2, AnotherUsersMailboxIsToldByItsNameThere) {
    load_bundle({"imap-acl"});
    Client& anna = sign_in();
    EXPECT_TRUE(anna.command("CREATE Work").ok());
    EXPECT_TRUE(anna.command("SETACL Work ben lr").ok());
    Client& ben = connect();
    ben.take();
    EXPECT_TRUE(ben.command("LOGIN ben secret").ok());
    EXPECT_TRUE(ben.command("ENABLE IMAP4rev2").ok());
    EXPECT_EQ(ben.command("SELECT user/anna/Work").lines("LIST"),
              Lines{"* LIST (\\HasNoChildren) \"/\" user/anna/Work"});
}

TEST_F(Rev2, WithQresyncClosedIsToldOnce) {
    Client& client = enabled(0, {"imap-condstore", "imap-qresync"});
    const Reply other = client.command("SELECT Sent");
    const std::string text = other.text();
    EXPECT_NE(text.find("[CLOSED]"), std::string::npos);
    EXPECT_EQ(text.find("[CLOSED]"), text.rfind("[CLOSED]"));
}

// Appendix E, items 12 and 21

TEST_F(Rev2, NothingIsRecentAndUnaskedFlagsCarryTheUid) {
    Client& client = enabled(2);
    Client& other = open();
    EXPECT_EQ(client.command("FETCH 1:2 FLAGS").text(), "* 1 FETCH (FLAGS ())\n* 2 FETCH (FLAGS ())\n");
    EXPECT_TRUE(other.command("STORE 2 +FLAGS.SILENT (\\Flagged)").ok());
    EXPECT_EQ(client.command("NOOP").text(), "* 2 FETCH (UID 2 FLAGS (\\Flagged))\n");
    deliver("INBOX", 1);
    EXPECT_EQ(client.command("NOOP").text(), "* 3 EXISTS\n");
    client.send("x IDLE\r\n");
    client.take();
    EXPECT_TRUE(other.command("STORE 1 +FLAGS.SILENT (\\Seen)").ok());
    EXPECT_EQ(client.take(), "* 1 FETCH (UID 1 FLAGS (\\Seen))\r\n");
    client.send("DONE\r\n");
    client.take();
    EXPECT_TRUE(other.command("NOOP").ok());
}

// Section 6.4.4

TEST_F(Rev2, SearchAnswersWithEsearch) {
    Client& client = enabled(11, {"imap-sort", "imap-condstore"});
    EXPECT_TRUE(client.command("STORE 2,10:11 +FLAGS.SILENT (\\Flagged)").ok());
    EXPECT_TRUE(client.command("STORE 4 +FLAGS.SILENT (\\Deleted)").ok());
    EXPECT_EQ(found(client, "SEARCH RETURN (MIN COUNT) FLAGGED SINCE 1-Feb-1994 NOT FROM \"Smith\""),
              " MIN 2 COUNT 3");
    EXPECT_EQ(found(client, "SEARCH RETURN () FLAGGED"), " ALL 2,10:11");
    EXPECT_EQ(found(client, "SEARCH FLAGGED SINCE 1-Feb-1994 NOT FROM \"Smith\""), " ALL 2,10:11");
    EXPECT_EQ(found(client, "SEARCH TEXT \"string not in mailbox\""), "");
    EXPECT_EQ(found(client, "SEARCH RETURN (COUNT) DELETED"), " COUNT 1");
    EXPECT_TRUE(client.command("EXPUNGE").ok());
    EXPECT_EQ(found(client, "UID SEARCH 4:*"), " UID ALL 5:11");
    EXPECT_EQ(found(client, "UID SEARCH RETURN (MIN MAX) 1:10"), " UID MIN 1 MAX 11");
    // RETURN (SAVE) alone tells nothing; what is saved is a set.
    EXPECT_EQ(client.command("SEARCH RETURN (SAVE) 1:2").text(), "");
    EXPECT_EQ(found(client, "SEARCH $"), " ALL 1:2");
    EXPECT_TRUE(client.command("ENABLE CONDSTORE").ok());
    EXPECT_TRUE(found(client, "SEARCH MODSEQ 1 FLAGGED").starts_with(" ALL 2,9:10 MODSEQ "));
    // SORT is not part of IMAP4rev2.
    EXPECT_EQ(client.command("UID SORT (REVERSE SUBJECT) UTF-8 FLAGGED").text(), "* SORT 2 11 10\n");
}

TEST_F(Rev2, SearchTakesUtf8WithAndWithoutCharset) {
    Client& client = enabled();
    const std::string word = "\xD0\xBE\xD1\x82\xD0\xBF\xD1\x83\xD1\x81\xD0\xBA";
    const std::string message =
        "Subject: leave\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + word + "\r\n";
    EXPECT_TRUE(client.command("APPEND INBOX " + literal(message)).ok());
    EXPECT_EQ(found(client, "SEARCH CHARSET UTF-8 TEXT " + literal(word)), " ALL 1");
    EXPECT_EQ(found(client, "SEARCH TEXT " + literal(word)), " ALL 1");
    EXPECT_EQ(found(client, "SEARCH BODY \"" + word + "\""), " ALL 1");
}

// Section 5.1; appendix E, items 16 and 24

TEST_F(Rev2, NamesAreNetUnicode) {
    Client& client = enabled();
    const std::string name = "\"Entw\xC3\xBCrfe\"";
    EXPECT_TRUE(client.command("CREATE " + name).ok());
    EXPECT_EQ(client.command("SELECT " + name).lines("LIST"),
              Lines{"* LIST (\\HasNoChildren) \"/\" " + name});
    EXPECT_EQ(client.command("STATUS " + name + " (MESSAGES)").text(),
              "* STATUS " + name + " (MESSAGES 0)\n");
    EXPECT_EQ(client.command("LIST \"\" \"Entw\xC3\xBC*\"").lines("LIST"),
              Lines{"* LIST (\\HasNoChildren) \"/\" " + name});
    // The same in another normal form is not taken, nor what is no UTF-8.
    const std::string decomposed = "\"Entwu\xCC\x88rfe\"";
    EXPECT_TRUE(client.command("CREATE " + decomposed).no());
    EXPECT_TRUE(client.command("RENAME " + name + " " + decomposed).no());
    EXPECT_TRUE(client.command("CREATE \"Entw\xFCrfe\"").bad());
    // Who has not enabled it sees modified UTF-7.
    EXPECT_EQ(sign_in().command("LIST \"\" Entw*").text(), "* LIST (\\HasNoChildren) \"/\" Entw&APw-rfe\n");
}

TEST_F(Rev2, HeadersMayBeUtf8) {
    Client& client = enabled(0, {"imap-utf8-accept"});
    const std::string append = "APPEND INBOX " + literal(
                                                     "Subject: Gr\xC3\xBC\xC3\x9F"
                                                     "e\r\n\r\nbody\r\n");
    EXPECT_TRUE(open().command(append).no());
    EXPECT_TRUE(client.command(append).ok());
}

// Section 6.3.11; appendix E, item 3

TEST_F(Rev2, StatusCountsDeletedMessages) {
    Client& client = enabled(4);
    EXPECT_TRUE(client.command("STORE 2:3 +FLAGS.SILENT (\\Deleted)").ok());
    EXPECT_EQ(client.command("STATUS INBOX (DELETED MESSAGES)").text(),
              "* STATUS INBOX (DELETED 2 MESSAGES 4)\n");
    EXPECT_EQ(client.command("LIST \"\" INBOX RETURN (STATUS (DELETED))").lines("STATUS"),
              Lines{"* STATUS INBOX (DELETED 2)"});
    EXPECT_TRUE(client.command("EXPUNGE").ok());
    EXPECT_EQ(client.command("STATUS INBOX (DELETED)").text(), "* STATUS INBOX (DELETED 0)\n");
}

// Sections 6.4.7 and 6.4.8; appendix E, items 7 and 8

TEST_F(Rev2, CopiesAndMovesTellWhereTo) {
    Client& client = enabled(4);
    const std::string validity = std::to_string(account_->find_mailbox("Archive")->uidvalidity);
    EXPECT_EQ(client.command("MOVE 2 Archive").untagged.front().code, "COPYUID " + validity + " 2 1");
    EXPECT_EQ(client.command("UID MOVE 3:4 Archive").untagged.front().code,
              "COPYUID " + validity + " 3:4 2:3");
    EXPECT_EQ(client.command("COPY 1 Archive").tagged.code, "COPYUID " + validity + " 1 4");
    for (const char* command : {"MOVE 1 Nowhere", "COPY 1 Nowhere", "UID MOVE 1 Nowhere"})
        EXPECT_EQ(client.command(command).tagged.code, "TRYCREATE") << command;
    EXPECT_EQ(account_->find_mailbox("Nowhere"), nullptr);
}

// Section 4.3

TEST_F(Rev2, LiteralsThatDoNotWaitAreSmall) {
    Client& client = enabled();
    client.send("a APPEND INBOX {4096+}\r\n" + std::string(4096, 'x') + "\r\n");
    EXPECT_NE(client.take().find("a OK"), std::string::npos);
    client.send("b APPEND INBOX {4097+}\r\n" + std::string(4097, 'x') + "\r\nc NOOP\r\n");
    const std::string answer = client.take();
    EXPECT_TRUE(answer.starts_with("b BAD [TOOBIG]")) << answer;
    EXPECT_TRUE(answer.ends_with("c OK NOOP completed\r\n")) << answer;
    EXPECT_TRUE(client.command("APPEND INBOX " + literal(std::string(4097, 'x'))).ok());
}

// Appendix B: the FETCH side of BINARY

TEST_F(Rev2, PartsComeDecoded) {
    Client& client = enabled();
    EXPECT_TRUE(
        client
            .command("APPEND INBOX " + literal("Subject: a\r\nMIME-Version: 1.0\r\nContent-Type: "
                                               "application/x\r\nContent-Transfer-Encoding: base64\r\n"
                                               "\r\nAAEC\r\n"))
            .ok());
    EXPECT_EQ(client.command("FETCH 1 (BINARY.SIZE[1])").text(), "* 1 FETCH (BINARY.SIZE[1] 3)\n");
    EXPECT_EQ(client.command("FETCH 1 (BINARY.PEEK[1])").text(),
              "* 1 FETCH (BINARY[1] ~{3}\r\n" + std::string("\0\1\2", 3) + ")\n");
}

TEST_F(Rev2, EnableMayComeWhileAMailboxIsSelected) {
    load_bundle();
    deliver("INBOX", 2);
    Client& client = open();
    EXPECT_TRUE(client.command("ENABLE IMAP4rev2").ok());
    EXPECT_TRUE(client.command("ENABLE IMAP4rev2").ok());
    EXPECT_EQ(client.command("FETCH 1 FLAGS").text(), "* 1 FETCH (FLAGS ())\n");
    EXPECT_EQ(found(client, "SEARCH ALL"), " ALL 1:2");
}

}  // namespace
}  // namespace postern::imap::test
