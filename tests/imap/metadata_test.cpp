// METADATA (RFC 5464) and LIST-METADATA (RFC 9590), as they are built.
#include "tests/imap/support/fixture.hpp"

namespace postern::imap::test {
namespace {

class Metadata : public ImapFixture {
protected:
    Client& sign_in_with(const std::string& settings = {}) {
        load("imap-enable");
        load("imap-special-use");
        load("imap-children");
        load("imap-list-extended");
        load("imap-metadata", settings);
        load("imap-list-metadata");
        return sign_in();
    }
    /// The table of attributes of anna's account.
    std::vector<store::Attribute> stored() {
        return *runtime_.run(account_->read_attributes(std::nullopt, "/"));
    }
};

TEST_F(Metadata, IsUnknownWithoutItsLibrary) {
    Client& client = sign_in();
    EXPECT_TRUE(client.command("GETMETADATA INBOX /shared/comment").bad());
    EXPECT_TRUE(client.command("SETMETADATA INBOX (/shared/comment \"x\")").bad());
    EXPECT_TRUE(client.command("LIST \"\" * RETURN (METADATA (/shared/comment))").bad());
}

TEST_F(Metadata, AloneItIsComplete) {
    load("imap-metadata");
    Client& client = sign_in();
    EXPECT_NE(client.command("CAPABILITY").text().find(" METADATA METADATA-SERVER"), std::string::npos);
    EXPECT_TRUE(client.command("SETMETADATA INBOX (/shared/comment \"x\")").ok());
    EXPECT_EQ(client.command("GETMETADATA INBOX /shared/comment").text(),
              "* METADATA INBOX (/shared/comment \"x\")\n");
}

TEST_F(Metadata, TheExamplesOfTheRfc) {
    Client& client = sign_in_with("{ comment: Shared comment }");
    EXPECT_EQ(client.command("GETMETADATA \"\" /shared/comment").text(),
              "* METADATA \"\" (/shared/comment \"Shared comment\")\n");
    EXPECT_TRUE(client
                    .command("SETMETADATA INBOX (/private/comment {33}\r\nMy new comment across\r\ntwo "
                             "lines.)")
                    .ok());
    EXPECT_EQ(client.command("GETMETADATA \"INBOX\" /private/comment").text(),
              "* METADATA INBOX (/private/comment {33}\r\nMy new comment across\r\ntwo lines.)\n");
    EXPECT_TRUE(client.command("SETMETADATA INBOX (/private/comment NIL)").ok());
    EXPECT_EQ(client.command("GETMETADATA INBOX /private/comment").text(),
              "* METADATA INBOX (/private/comment NIL)\n");
    EXPECT_TRUE(client
                    .command("SETMETADATA INBOX (/private/comment \"My new comment\" /shared/comment \"This "
                             "one is for you!\")")
                    .ok());
    const std::string both =
        "* METADATA INBOX (/private/comment \"My new comment\" /shared/comment \"This one is for you!\")\n";
    EXPECT_EQ(client.command("GETMETADATA INBOX (/shared/comment /private/comment)").text(), both);
    EXPECT_EQ(client.command("GETMETADATA inbox /PRIVATE/comment /Shared/COMMENT").text(), both);
}

TEST_F(Metadata, MaxSizeLeavesOutWhatIsLonger) {
    Client& client = sign_in_with();
    EXPECT_TRUE(client
                    .command("SETMETADATA INBOX (/shared/comment {2199}\r\n" + std::string(2199, 'x') +
                             " /shared/more \"" + std::string(1500, 'y') +
                             "\" /private/comment \"My own comment\")")
                    .ok());
    for (const char* command :
         {"GETMETADATA \"INBOX\" (MAXSIZE 1024) (/shared/comment /private/comment /shared/more)",
          "GETMETADATA (MAXSIZE 1024) \"INBOX\" (/shared/comment /private/comment /shared/more)"}) {
        const Reply reply = client.command(command);
        EXPECT_EQ(reply.text(), "* METADATA INBOX (/private/comment \"My own comment\")\n") << command;
        EXPECT_EQ(reply.tagged.code, "METADATA LONGENTRIES 2199") << command;
    }
    const Reply all = client.command("GETMETADATA (MAXSIZE 2199) INBOX /shared/comment");
    EXPECT_EQ(all.tagged.raw.find("LONGENTRIES"), std::string::npos);
    EXPECT_EQ(all.lines("METADATA").size(), 1U);
}

TEST_F(Metadata, DepthReachesBelow) {
    Client& client = sign_in_with();
    EXPECT_TRUE(client
                    .command("SETMETADATA INBOX (/private/filters/values/small \"SMALLER 5000\" "
                             "/private/filters/values/boss \"FROM x\" /private/filters/values/a/b \"deep\" "
                             "/private/filters/valuesnot \"x\")")
                    .ok());
    EXPECT_EQ(client.command("GETMETADATA \"INBOX\" (DEPTH 1) (/private/filters/values)").text(),
              "* METADATA INBOX (/private/filters/values/boss \"FROM x\" /private/filters/values/small "
              "\"SMALLER 5000\")\n");
    EXPECT_EQ(client.command("GETMETADATA (DEPTH infinity) INBOX /private/filters").text(),
              "* METADATA INBOX (/private/filters/values/a/b \"deep\" /private/filters/values/boss \"FROM "
              "x\" /private/filters/values/small \"SMALLER 5000\" /private/filters/valuesnot \"x\")\n");
    EXPECT_EQ(client.command("GETMETADATA (DEPTH 0) INBOX /private/filters").text(),
              "* METADATA INBOX (/private/filters NIL)\n");
    EXPECT_EQ(client.command("GETMETADATA (DEPTH 1 MAXSIZE 3) INBOX /private").text(), "");
}

TEST_F(Metadata, ValuesAreOctets) {
    Client& client = sign_in_with();
    const std::string octets("a\0b\xff", 4);
    EXPECT_TRUE(client.command("SETMETADATA INBOX (/shared/comment ~{4}\r\n" + octets + ")").ok());
    EXPECT_EQ(stored().at(0).value, octets);
    EXPECT_EQ(client.command("GETMETADATA INBOX /shared/comment").text(),
              "* METADATA INBOX (/shared/comment ~{4}\r\n" + octets + ")\n");
    EXPECT_TRUE(client.command("SETMETADATA INBOX (/shared/comment \"\")").ok());
    EXPECT_EQ(client.command("GETMETADATA INBOX /shared/comment").text(),
              "* METADATA INBOX (/shared/comment \"\")\n");
}

TEST_F(Metadata, LimitsHoldForAllOrNone) {
    Client& client = sign_in_with("{ max_size: 1k, max_entries: 10 }");
    const Reply large =
        client.command("SETMETADATA INBOX (/shared/a \"1\" /shared/b \"" + std::string(1025, 'x') + "\")");
    EXPECT_TRUE(large.no());
    EXPECT_NE(large.tagged.raw.find("[METADATA MAXSIZE 1024]"), std::string::npos);
    // A literal is refused before its octets are sent.
    const Reply refused =
        client.command("SETMETADATA INBOX (/shared/b {1025}\r\n" + std::string(1025, 'x') + ")");
    EXPECT_TRUE(refused.no());
    EXPECT_NE(refused.tagged.raw.find("[METADATA MAXSIZE 1024]"), std::string::npos);
    EXPECT_TRUE(stored().empty());
    for (int i = 0; i < 9; ++i) {
        EXPECT_TRUE(client.command("SETMETADATA INBOX (/shared/n" + std::to_string(i) + " \"x\")").ok());
    }
    const Reply many = client.command("SETMETADATA INBOX (/shared/n9 \"x\" /shared/n10 \"x\")");
    EXPECT_NE(many.tagged.raw.find("[METADATA TOOMANY]"), std::string::npos);
    EXPECT_EQ(stored().size(), 9U);
    EXPECT_TRUE(
        client.command("SETMETADATA INBOX (/shared/n0 NIL /shared/n9 \"x\" /shared/n1 \"new\")").ok());
    EXPECT_TRUE(client.command("SETMETADATA Sent (/shared/n9 \"x\")").ok());
}

TEST_F(Metadata, RefusesNamesThatAreNone) {
    Client& client = sign_in_with();
    for (const char* entry : {"comment", "/comment", "/shared", "/shared/", "/shared//comment",
                              "\"/shared/a*\"", "\"/shared/a%b\"", "/sharedcomment/x", "/shared/vendor",
                              "/shared/vendor/x", "\"/private/\xc3\xa4\""}) {
        // Too many mistakes in a row would end the session.
        EXPECT_TRUE(client.command("NOOP").ok());
        EXPECT_TRUE(client.command("SETMETADATA INBOX (" + std::string(entry) + " \"x\")").bad()) << entry;
    }
    for (const char* command :
         {"GETMETADATA INBOX", "GETMETADATA INBOX comment", "GETMETADATA INBOX ()",
          "GETMETADATA (DEPTH 2) INBOX /shared/x", "GETMETADATA (MAXSIZE x) INBOX /shared/x",
          "GETMETADATA (SIDEWAYS 1) INBOX /shared/x", "GETMETADATA (DEPTH) INBOX /shared/x",
          "SETMETADATA INBOX ()", "SETMETADATA INBOX (/shared/x)", "SETMETADATA INBOX /shared/x \"y\"",
          "SETMETADATA INBOX (/shared/x \"y\"", "SETMETADATA INBOX (/shared/x y)",
          "GETMETADATA INBOX \"/shared/*\""}) {
        EXPECT_TRUE(client.command("NOOP").ok());
        EXPECT_TRUE(client.command(command).bad()) << command;
    }
    EXPECT_TRUE(client.command("GETMETADATA Nowhere /shared/comment").no());
    EXPECT_TRUE(client.command("SETMETADATA Nowhere (/shared/comment \"x\")").no());
    EXPECT_TRUE(client.command("SETMETADATA INBOX (/private/vendor/cmu/color \"red\")").ok());
}

TEST_F(Metadata, ServerEntriesBelongToTheOperatorAndTheUser) {
    Client& client = sign_in_with("{ admin: \"mailto:root@example.org\" }");
    const Reply refused = client.command("SETMETADATA \"\" (/shared/admin \"mailto:me\" /private/x \"y\")");
    EXPECT_TRUE(refused.no());
    EXPECT_TRUE(client.command("SETMETADATA \"\" (/private/vendor/cmu/color \"blue\")").ok());
    EXPECT_EQ(
        client.command("GETMETADATA (DEPTH infinity) \"\" (/shared /private)").text(),
        "* METADATA \"\" (/private/vendor/cmu/color \"blue\" /shared/admin \"mailto:root@example.org\")\n");
    // Nothing of another account's is seen.
    Client& ben = connect();
    ben.take();
    EXPECT_TRUE(ben.command("LOGIN ben secret").ok());
    EXPECT_EQ(ben.command("GETMETADATA (DEPTH infinity) \"\" (/shared /private)").text(),
              "* METADATA \"\" (/shared/admin \"mailto:root@example.org\")\n");
}

TEST_F(Metadata, EntriesFollowTheirMailbox) {
    Client& client = sign_in_with();
    EXPECT_TRUE(client.command("CREATE Work").ok());
    EXPECT_TRUE(client.command("SETMETADATA Work (/shared/comment \"x\")").ok());
    EXPECT_TRUE(client.command("RENAME Work Play").ok());
    EXPECT_EQ(client.command("GETMETADATA Play /shared/comment").text(),
              "* METADATA Play (/shared/comment \"x\")\n");
    EXPECT_TRUE(client.command("DELETE Play").ok());
    EXPECT_TRUE(client.command("CREATE Play").ok());
    EXPECT_EQ(client.command("GETMETADATA Play /shared/comment").text(),
              "* METADATA Play (/shared/comment NIL)\n");
    EXPECT_TRUE(stored().empty());
}

TEST_F(Metadata, SpecialUseIsAnEntry) {
    Client& client = sign_in_with();
    EXPECT_EQ(client.command("GETMETADATA Sent /private/specialuse").text(),
              "* METADATA Sent (/private/specialuse \"\\\\Sent\")\n");
    EXPECT_TRUE(client.command("CREATE Old").ok());
    const Reply taken = client.command("SETMETADATA Old (/private/specialuse \"\\\\Sent\")");
    EXPECT_NE(taken.tagged.raw.find("[USEATTR]"), std::string::npos);
    EXPECT_TRUE(client.command("SETMETADATA Old (/private/specialuse \"\\\\All\")").no());
    EXPECT_TRUE(client.command("SETMETADATA Old (/private/specialuse \"((\")").no());
    EXPECT_TRUE(client.command("SETMETADATA Sent (/private/specialuse NIL)").ok());
    EXPECT_TRUE(
        client.command("SETMETADATA Old (/private/specialuse \"\\\\Sent\" /private/comment \"x\")").ok());
    EXPECT_EQ(client.command("LIST (SPECIAL-USE) \"\" Old RETURN (METADATA (/private/specialuse))").text(),
              "* LIST (\\Sent) \"/\" Old\n* METADATA Old (/private/specialuse \"\\\\Sent\")\n");
    EXPECT_EQ(stored().size(), 1U);
}

TEST_F(Metadata, OthersChangesAreToldOnceAskedFor) {
    Client& client = sign_in_with();
    Client& other = sign_in();
    EXPECT_TRUE(other.command("SETMETADATA INBOX (/shared/comment \"1\")").ok());
    EXPECT_EQ(client.command("NOOP").text(), "");
    EXPECT_EQ(client.command("ENABLE METADATA").text(), "* ENABLED METADATA\n");
    EXPECT_EQ(client.take(), "");
    EXPECT_TRUE(other.command("SETMETADATA INBOX (/shared/comment \"2\" /private/comment \"2\")").ok());
    EXPECT_EQ(client.take(), "* METADATA INBOX /private/comment /shared/comment\r\n");
    EXPECT_TRUE(other.command("SETMETADATA \"\" (/private/comment NIL)").ok());
    EXPECT_EQ(client.take(), "* METADATA \"\" /private/comment\r\n");
    // Not of one's own, and not of another account.
    EXPECT_EQ(client.command("SETMETADATA INBOX (/shared/comment \"3\")").text(), "");
    Client& ben = connect();
    ben.take();
    EXPECT_TRUE(ben.command("LOGIN ben secret").ok());
    EXPECT_TRUE(ben.command("SETMETADATA INBOX (/shared/comment \"2\")").ok());
    EXPECT_EQ(client.take(), "");
    EXPECT_TRUE(client.command("SELECT INBOX").ok());
    EXPECT_TRUE(other.command("SETMETADATA Sent (/shared/comment \"2\")").ok());
    EXPECT_EQ(client.take(), "* METADATA Sent /shared/comment\r\n");
}

TEST_F(Metadata, ChangesOfMessagesWaitForTheNextCommand) {
    Client& client = sign_in_with();
    Client& other = sign_in();
    deliver("INBOX", 1);
    EXPECT_TRUE(client.command("ENABLE METADATA").ok());
    EXPECT_TRUE(client.command("SELECT INBOX").ok());
    EXPECT_TRUE(other.command("SELECT INBOX").ok());
    EXPECT_TRUE(other.command("STORE 1 +FLAGS (\\Flagged)").ok());
    EXPECT_EQ(client.take(), "");
    EXPECT_TRUE(other.command("SETMETADATA INBOX (/shared/comment \"1\")").ok());
    EXPECT_EQ(client.take(), "* METADATA INBOX /shared/comment\r\n");
    EXPECT_EQ(client.command("NOOP").text(), "* 1 FETCH (FLAGS (\\Flagged \\Recent))\n");
}

TEST_F(Metadata, ListTellsTheEntriesOfEveryMailbox) {
    Client& client = sign_in_with();
    EXPECT_TRUE(
        client.command("SETMETADATA INBOX (/shared/comment \"My comment\" /private/comment \"a\")").ok());
    EXPECT_TRUE(client.command("SETMETADATA Sent (/private/comment {3}\r\nx\ny /private/other \"z\")").ok());
    EXPECT_EQ(
        client.command("LIST \"\" (INBOX Sent) RETURN (METADATA (/shared/comment /Private/Comment))").text(),
        "* LIST () \"/\" INBOX\n"
        "* METADATA INBOX (/shared/comment \"My comment\" /private/comment \"a\")\n"
        "* LIST (\\Sent) \"/\" Sent\n"
        "* METADATA Sent (/shared/comment NIL /private/comment {3}\r\nx\ny)\n");
    EXPECT_TRUE(client.command("SUBSCRIBE gone").ok());
    EXPECT_EQ(client.command("LIST (SUBSCRIBED) \"\" gone RETURN (METADATA (/shared/comment))").text(),
              "* LIST (\\NonExistent \\Subscribed) \"/\" gone\n");
    EXPECT_TRUE(client.command("CREATE Foo/Baz").ok());
    EXPECT_TRUE(client.command("SUBSCRIBE Foo/Baz").ok());
    EXPECT_EQ(client.command("LIST (SUBSCRIBED RECURSIVEMATCH) \"\" Foo RETURN (METADATA (/shared/comment))")
                  .text(),
              "* LIST () \"/\" Foo (\"CHILDINFO\" (\"SUBSCRIBED\"))\n");
    EXPECT_EQ(client.command("LIST \"\" INBOX RETURN (METADATA (/shared/comment) METADATA (/shared/x))")
                  .lines("METADATA")
                  .size(),
              1U);
    for (const char* value : {"METADATA", "METADATA ()", "METADATA (comment)", "METADATA (/shared/*)",
                              "METADATA (MAXSIZE 4 /shared/x)", "METADATA /shared/x"}) {
        EXPECT_TRUE(client.command("LIST \"\" * RETURN (" + std::string(value) + ")").bad()) << value;
    }
}

}  // namespace
}  // namespace postern::imap::test
