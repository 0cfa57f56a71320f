// The extensions that are libraries of their own, each with what it requires and no more, as they are built.
#include "tests/imap/support/fixture.hpp"

namespace postern::imap::test {
namespace {

class Extensions : public ImapFixture {
protected:
    Client& open_with(std::initializer_list<const char*> plugins, unsigned messages = 0) {
        for (const char* plugin : plugins) load(plugin);
        if (messages > 0) deliver("INBOX", messages);
        return open();
    }
    std::uint32_t uidvalidity(std::string_view mailbox) {
        return account_->find_mailbox(mailbox)->uidvalidity;
    }
};

TEST_F(Extensions, WithoutThemTheirCommandsAreUnknown) {
    deliver("INBOX", 1);
    Client& client = open();
    for (const char* command :
         {"IDLE", "ENABLE CONDSTORE", "UID EXPUNGE 1", "MOVE 1 Archive", "ID NIL", "NAMESPACE", "UNSELECT",
          "SELECT INBOX (CONDSTORE)", "FETCH 1 MODSEQ", "STATUS INBOX (HIGHESTMODSEQ)",
          "CREATE x (USE (\\Sent))", "SEARCH RETURN (ALL) ALL", "SEARCH MODSEQ 1",
          "UID FETCH 1 FLAGS (CHANGEDSINCE 1)", "STORE 1 (UNCHANGEDSINCE 1) +FLAGS (a)"}) {
        EXPECT_TRUE(client.command(command).bad()) << command;
    }
    EXPECT_EQ(client.command("CAPABILITY").text(), "* CAPABILITY IMAP4rev1\n");
}

TEST_F(Extensions, IdleTellsAtOnce) {
    Client& client = open_with({"imap-idle"});
    Client& other = open();
    client.send("x IDLE\r\n");
    EXPECT_TRUE(client.take().starts_with("+ "));
    deliver("INBOX", 1);
    runtime_.settle();
    EXPECT_EQ(client.take(), "* 1 EXISTS\r\n* 1 RECENT\r\n");
    EXPECT_EQ(other.command("NOOP").lines().front(), "* 1 EXISTS");
    EXPECT_TRUE(other.command("STORE 1 +FLAGS (\\Deleted)").ok());
    EXPECT_EQ(client.take(), "* 1 FETCH (FLAGS (\\Deleted \\Recent))\r\n");
    EXPECT_TRUE(other.command("EXPUNGE").ok());
    EXPECT_TRUE(client.take().starts_with("* 1 EXPUNGE\r\n"));
    EXPECT_EQ(account_->idle_session_count(), 1U);
    client.send("DONE\r\n");
    EXPECT_EQ(client.take(), "x OK IDLE completed\r\n");
    EXPECT_EQ(account_->idle_session_count(), 0U);
    client.send("y IDLE\r\nnonsense\r\n");
    EXPECT_NE(client.take().find("y BAD"), std::string::npos);
    client.send("z IDLE\r\nDONE\r\nq NOOP\r\n");
    EXPECT_NE(client.take().find("z OK IDLE completed\r\nq OK NOOP completed\r\n"), std::string::npos);
}

TEST_F(Extensions, UidplusTellsUids) {
    Client& client = open_with({"imap-uidplus"}, 4);
    const Reply appended = client.command("APPEND Archive {14}\r\nSubject: a\r\n\r\n");
    EXPECT_EQ(appended.tagged.code, "APPENDUID " + std::to_string(uidvalidity("Archive")) + " 1");
    const Reply copied = client.command("COPY 2:4 Archive");
    EXPECT_EQ(copied.tagged.code, "COPYUID " + std::to_string(uidvalidity("Archive")) + " 2:4 2:4");
    EXPECT_TRUE(client.command("STORE 1:4 +FLAGS.SILENT (\\Deleted)").ok());
    EXPECT_EQ(client.command("UID EXPUNGE 2:3,77").lines("EXPUNGE"),
              (std::vector<std::string>{"* 2 EXPUNGE", "* 2 EXPUNGE"}));
    EXPECT_TRUE(client.command("UID EXPUNGE").bad());
}

TEST_F(Extensions, MoveTellsWhereBeforeItExpunges) {
    Client& client = open_with({"imap-move", "imap-uidplus"}, 3);
    const Reply moved = client.command("UID MOVE 1:2 Archive");
    ASSERT_GE(moved.untagged.size(), 3U);
    EXPECT_EQ(moved.untagged[0].code, "COPYUID " + std::to_string(uidvalidity("Archive")) + " 1:2 1:2");
    EXPECT_EQ(moved.lines("EXPUNGE"), (std::vector<std::string>{"* 1 EXPUNGE", "* 1 EXPUNGE"}));
    EXPECT_EQ(client.command("MOVE 1 Nowhere").tagged.code, "TRYCREATE");
    EXPECT_TRUE(client.command("MOVE 1 Sent").ok());
    EXPECT_EQ(client.command("STATUS Sent (MESSAGES)").text(), "* STATUS Sent (MESSAGES 1)\n");
}

TEST_F(Extensions, SpecialUseMarksAndCreates) {
    Client& client = open_with({"imap-special-use", "imap-children"});
    EXPECT_EQ(client.command("LIST \"\" Sent").text(), "* LIST (\\Sent \\HasNoChildren) \"/\" Sent\n");
    EXPECT_EQ(client.command("LIST (SPECIAL-USE) \"\" *").lines("LIST").size(), 5U);
    const Reply taken = client.command("CREATE Other (USE (\\Sent))");
    EXPECT_TRUE(taken.no());
    EXPECT_EQ(taken.tagged.code, "USEATTR");
    EXPECT_EQ(client.command("CREATE Other (USE (\\Imaginary))").tagged.code, "USEATTR");
    EXPECT_TRUE(client.command("DELETE Sent").ok());
    EXPECT_TRUE(client.command("CREATE Gone/Out (USE (\\Sent))").ok());
    EXPECT_EQ(client.command("LIST \"\" Gone*").text(),
              "* LIST (\\HasChildren) \"/\" Gone\n* LIST (\\Sent \\HasNoChildren) \"/\" Gone/Out\n");
}

TEST_F(Extensions, LiteralPlusNeedsNoInvitation) {
    Client& client = open_with({"imap-literal-plus"});
    client.send("x STATUS {5+}\r\nINBOX (MESSAGES)\r\n");
    EXPECT_EQ(client.take(), "* STATUS INBOX (MESSAGES 0)\r\nx OK STATUS completed\r\n");
    client.send("y APPEND Nowhere {5+}\r\nhello\r\nz NOOP\r\n");
    const std::string refused = client.take();
    EXPECT_TRUE(refused.starts_with("y NO [TRYCREATE]")) << refused;
    EXPECT_TRUE(refused.ends_with("z OK NOOP completed\r\n")) << refused;
}

TEST_F(Extensions, SaslIrTakesTheFirstResponse) {
    load("imap-sasl-ir");
    Client& client = connect();
    EXPECT_NE(client.take().find("SASL-IR"), std::string::npos);
    EXPECT_TRUE(client.command("AUTHENTICATE PLAIN =").bad());
    const Reply reply = client.command("AUTHENTICATE PLAIN AGFubmEAc2VjcmV0");
    EXPECT_EQ(reply.tagged.code, "CAPABILITY IMAP4rev1");
}

TEST_F(Extensions, SmallCommands) {
    Client& client = open_with({"imap-id", "imap-namespace", "imap-unselect"}, 1);
    EXPECT_TRUE(client.command("ID (\"name\" \"tester\" \"version\" NIL)")
                    .text()
                    .starts_with("* ID (\"name\" \"Postern\""));
    EXPECT_TRUE(client.command("ID (\"name\")").bad());
    EXPECT_EQ(client.command("NAMESPACE").text(), "* NAMESPACE ((\"\" \"/\")) NIL NIL\n");
    EXPECT_TRUE(client.command("STORE 1 +FLAGS.SILENT (\\Deleted)").ok());
    EXPECT_EQ(client.command("UNSELECT").text(), "");
    EXPECT_TRUE(client.command("UNSELECT").bad());
    EXPECT_EQ(client.command("STATUS INBOX (MESSAGES)").text(), "* STATUS INBOX (MESSAGES 1)\n");
}

TEST_F(Extensions, EsearchReturnsWhatIsAsked) {
    Client& client = open_with({"imap-esearch"}, 9);
    EXPECT_TRUE(client.command("STORE 2:3,5,8 +FLAGS.SILENT (\\Flagged)").ok());
    const auto search = [&](std::string_view text) {
        const std::string answer = client.command(text).text();
        const std::string tag = "(TAG \"" + client.last_tag() + "\") ";
        const auto at = answer.find(tag);
        return at == std::string::npos ? answer : answer.substr(0, at) + answer.substr(at + tag.size());
    };
    EXPECT_EQ(search("SEARCH RETURN (MIN COUNT) FLAGGED"), "* ESEARCH MIN 2 COUNT 4\n");
    EXPECT_EQ(search("SEARCH RETURN (MIN MAX) FLAGGED"), "* ESEARCH MIN 2 MAX 8\n");
    EXPECT_EQ(search("UID SEARCH RETURN (MAX) FLAGGED"), "* ESEARCH UID MAX 8\n");
    EXPECT_EQ(search("SEARCH RETURN () FLAGGED"), "* ESEARCH ALL 2:3,5,8\n");
    EXPECT_EQ(search("SEARCH RETURN (ALL COUNT) KEYWORD none"), "* ESEARCH COUNT 0\n");
    EXPECT_EQ(search("SEARCH FLAGGED"), "* SEARCH 2 3 5 8\n");
    EXPECT_TRUE(client.command("SEARCH RETURN (SIDEWAYS) ALL").bad());
}

}  // namespace
}  // namespace postern::imap::test
