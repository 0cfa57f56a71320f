// SAVEDATE (RFC 8514), OBJECTID (RFC 8474), PREVIEW (RFC 8970) and WITHIN (RFC 5032), each alone, as they are built.
#include "tests/imap/support/fixture.hpp"

namespace postern::imap::test {
namespace {

constexpr UnixTime day = 86400;

class MessageAttributes : public ImapFixture {
protected:
    Client& open_with(std::initializer_list<const char*> plugins) {
        for (const char* plugin : plugins) load(plugin);
        return open();
    }
    static bool announces(Client& client, const std::string& capability) {
        const std::string text = client.command("CAPABILITY").untagged.front().raw;
        return text.find(" " + capability + " ") != std::string::npos ||
               text.find(" " + capability + "\r") != std::string::npos;
    }
    /// What the only FETCH response says after "ITEM ".
    static std::string fetched(Client& client, const std::string& command) {
        const Reply reply = client.command(command);
        EXPECT_TRUE(reply.ok()) << command;
        const std::string text = reply.text();
        const auto begin = text.find('(', text.find('(') + 1);
        return begin == std::string::npos ? text : text.substr(begin + 1, text.find(')') - begin - 1);
    }
};

TEST_F(MessageAttributes, AreUnknownWithoutTheirLibraries) {
    deliver("INBOX", 1);
    Client& client = open();
    for (const char* command :
         {"FETCH 1 SAVEDATE", "SEARCH SAVEDON 1-Jan-2027", "SEARCH SAVEDATESUPPORTED", "FETCH 1 EMAILID",
          "FETCH 1 (THREADID)", "SEARCH EMAILID M0", "STATUS INBOX (MAILBOXID)", "FETCH 1 PREVIEW",
          "FETCH 1 (PREVIEW (LAZY))", "SEARCH OLDER 5", "SEARCH YOUNGER 5"}) {
        EXPECT_TRUE(client.command(command).bad()) << command;
    }
}

TEST_F(MessageAttributes, SaveDateIsNewForEachCopy) {
    // 2027-01-15 08:00:00 UTC
    deliver("INBOX", 1);
    clock_ += day;
    Client& client = open_with({"imap-savedate"});
    EXPECT_TRUE(announces(client, "SAVEDATE"));
    EXPECT_TRUE(client.command("APPEND INBOX \"01-Feb-1994 10:00:00 +0000\" {6}\r\nA: b\r\n").ok());
    EXPECT_EQ(client.command("FETCH 1:* (SAVEDATE)").text(),
              "* 1 FETCH (SAVEDATE \"15-Jan-2027 08:00:00 +0000\")\n"
              "* 2 FETCH (SAVEDATE \"16-Jan-2027 08:00:00 +0000\")\n");
    clock_ += day;
    EXPECT_TRUE(client.command("COPY 1 Archive").ok());
    EXPECT_TRUE(client.command("SELECT Archive").ok());
    EXPECT_EQ(client.command("FETCH 1 SAVEDATE").text(),
              "* 1 FETCH (SAVEDATE \"17-Jan-2027 08:00:00 +0000\")\n");
    EXPECT_TRUE(client.command("FETCH 1 SAVEDATE[1]").bad());
}

TEST_F(MessageAttributes, SaveDateIsSearchedByDay) {
    for (int i = 0; i < 3; ++i, clock_ += day) deliver("INBOX", 1);
    Client& client = open_with({"imap-savedate"});
    EXPECT_EQ(client.command("SEARCH SAVEDON 16-Jan-2027").text(), "* SEARCH 2\n");
    EXPECT_EQ(client.command("SEARCH SAVEDBEFORE 16-Jan-2027").text(), "* SEARCH 1\n");
    EXPECT_EQ(client.command("SEARCH SAVEDSINCE 16-Jan-2027").text(), "* SEARCH 2 3\n");
    EXPECT_EQ(client.command("SEARCH NOT SAVEDSINCE 16-Jan-2027 SAVEDATESUPPORTED").text(), "* SEARCH 1\n");
    EXPECT_EQ(client.command("SEARCH SAVEDATESUPPORTED").text(), "* SEARCH 1 2 3\n");
    for (const char* command : {"SEARCH SAVEDON", "SEARCH SAVEDON 32-Jan-2027", "SEARCH SAVEDON yesterday"})
        EXPECT_TRUE(client.command(command).bad()) << command;
}

TEST_F(MessageAttributes, MailboxIdStaysThroughRename) {
    Client& client = open_with({"imap-objectid"});
    EXPECT_TRUE(announces(client, "OBJECTID"));
    const std::string foo = client.command("CREATE foo").tagged.code;
    const std::string bar = client.command("CREATE bar").tagged.code;
    ASSERT_TRUE(foo.starts_with("MAILBOXID (F") && foo.ends_with(")")) << foo;
    EXPECT_NE(foo, bar);
    EXPECT_EQ(client.command("CREATE foo").tagged.code, "ALREADYEXISTS");
    EXPECT_EQ(client.command("STATUS foo (MAILBOXID)").text(), "* STATUS foo (" + foo + ")\n");
    EXPECT_TRUE(client.command("RENAME foo renamed").ok());
    EXPECT_EQ(client.command("STATUS renamed (MAILBOXID)").text(), "* STATUS renamed (" + foo + ")\n");
    for (const char* command : {"SELECT renamed", "EXAMINE renamed"})
        EXPECT_NE(client.command(command).text().find("* OK [" + foo + "]"), std::string::npos);
    // A new mailbox of the name is another mailbox.
    EXPECT_TRUE(client.command("DELETE bar").ok());
    EXPECT_NE(client.command("CREATE bar").tagged.code, bar);
}

TEST_F(MessageAttributes, RenamedInboxIsANewMailbox) {
    Client& client = open_with({"imap-objectid"});
    const auto id = [&](const std::string& name) {
        const std::string text = client.command("STATUS " + name + " (MAILBOXID)").text();
        return text.substr(text.find('('));
    };
    const std::string before = id("INBOX");
    EXPECT_TRUE(client.command("RENAME INBOX old").ok());
    EXPECT_EQ(id("INBOX"), before);
    EXPECT_NE(id("old"), before);
}

TEST_F(MessageAttributes, EmailIdGoesWithCopies) {
    deliver("INBOX", 2);
    Client& client = open_with({"imap-objectid", "imap-move"});
    const std::string first = fetched(client, "FETCH 1 EMAILID");
    const std::string second = fetched(client, "FETCH 2 EMAILID");
    EXPECT_EQ(first.size(), 17U);
    EXPECT_EQ(first.front(), 'M');
    EXPECT_NE(first, second);
    EXPECT_EQ(client.command("SEARCH EMAILID " + second).text(), "* SEARCH 2\n");
    EXPECT_EQ(client.command("SEARCH OR EMAILID " + second + " EMAILID " + first).text(), "* SEARCH 1 2\n");
    EXPECT_EQ(client.command("SEARCH EMAILID m" + second.substr(1)).text(), "* SEARCH\n");
    EXPECT_EQ(client.command("SEARCH EMAILID Mxyz").text(), "* SEARCH\n");
    EXPECT_TRUE(client.command("COPY 1 Archive").ok());
    EXPECT_TRUE(client.command("MOVE 2 Archive").ok());
    EXPECT_TRUE(client.command("SELECT Archive").ok());
    EXPECT_EQ(fetched(client, "FETCH 1 EMAILID"), first);
    EXPECT_EQ(fetched(client, "UID FETCH 2 (EMAILID)").substr(0, 17), second);
    for (const char* command : {"SEARCH EMAILID", "SEARCH EMAILID \"\"", "SEARCH EMAILID M.1",
                                "SEARCH THREADID", "FETCH 1 EMAILID[1]"})
        EXPECT_TRUE(client.command(command).bad()) << command;
}

TEST_F(MessageAttributes, ThreadIdJoinsWhatDescendsFromOneMessage) {
    deliver("INBOX",
            {"Subject: Message A\r\nMessage-ID: <fake.1521475657.54797@example.com>\r\n\r\na\r\n",
             "Subject: Re: Message A\r\nMessage-ID: <fake.1521475657.21213@example.org>\r\n"
             "References: <fake.1521475657.54797@example.com>\r\n\r\nb\r\n",
             "Subject: Message C\r\nMessage-ID: <fake.1521475657.60280@example.com>\r\n\r\nc\r\n",
             "Subject: none\r\n\r\nno id\r\n", "Subject: none\r\n\r\nno id\r\n",
             "Subject: Re: Message A\r\nIn-Reply-To: <fake.1521475657.54797@example.com>\r\n\r\nd\r\n"});
    Client& client = open_with({"imap-objectid"});
    std::vector<std::string> ids;
    for (int i = 1; i <= 6; ++i) ids.push_back(fetched(client, "FETCH " + std::to_string(i) + " THREADID"));
    EXPECT_EQ(ids[0], ids[1]);
    EXPECT_EQ(ids[0], ids[5]);
    EXPECT_NE(ids[0], ids[2]);
    EXPECT_NE(ids[3], ids[4]);
    EXPECT_EQ(ids[0].front(), 'T');
    EXPECT_EQ(client.command("SEARCH THREADID " + ids[0]).text(), "* SEARCH 1 2 6\n");
    EXPECT_EQ(client.command("SEARCH THREADID " + ids[3]).text(), "* SEARCH 4\n");
    EXPECT_EQ(client.command("UID SEARCH THREADID nothing").text(), "* SEARCH\n");
    // The same in another mailbox, and together with EMAILID.
    EXPECT_TRUE(client.command("COPY 2 Archive").ok());
    EXPECT_TRUE(client.command("SELECT Archive").ok());
    EXPECT_EQ(fetched(client, "FETCH 1 THREADID"), ids[0]);
    const std::string both = client.command("FETCH 1 (EMAILID THREADID)").text();
    EXPECT_NE(both.find(" THREADID (" + ids[0] + "))"), std::string::npos) << both;
}

TEST_F(MessageAttributes, PreviewIsWhatTheRecordHolds) {
    const std::string encrypted =
        "Subject: x\r\nContent-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n";
    std::string wide = "Subject: y\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n";
    for (int i = 0; i < 400; ++i) wide += "\xc3\xa4";
    deliver("INBOX", {letter(1), encrypted, wide + "\r\n",
                      "Subject: z\r\nContent-Type: text/html\r\n\r\n<p>Preview</p> <b>text!</b>\r\n"});
    Client& client = open_with({"imap-preview"});
    EXPECT_TRUE(announces(client, "PREVIEW"));
    EXPECT_EQ(
        client.command("FETCH 1 (RFC822.SIZE PREVIEW)").text(),
        "* 1 FETCH (RFC822.SIZE " + std::to_string(letter(1).size()) + " PREVIEW \"Body of letter 1.\")\n");
    EXPECT_EQ(client.command("FETCH 1:2 (PREVIEW (LAZY) UID)").text(),
              "* 1 FETCH (PREVIEW \"Body of letter 1.\" UID 1)\n* 2 FETCH (PREVIEW \"\" UID 2)\n");
    EXPECT_EQ(client.command("FETCH 4 PREVIEW (lazy)").text(), "* 4 FETCH (PREVIEW \"Preview text!\")\n");
    const std::string long_text = client.command("FETCH 3 PREVIEW").text();
    EXPECT_NE(long_text.find("{400}\r\n\xc3\xa4"), std::string::npos) << long_text;
    // Reading the preview is not reading the message.
    EXPECT_EQ(client.command("FETCH 1 FLAGS").text(), "* 1 FETCH (FLAGS (\\Recent))\n");
    for (const char* command : {"FETCH 1 (PREVIEW (EAGER))", "FETCH 1 (PREVIEW ())", "FETCH 1 PREVIEW[1]",
                                "FETCH 1 (PREVIEW (LAZY 1))", "FETCH 1 PREVIEW (FUZZY)"})
        EXPECT_TRUE(client.command(command).bad()) << command;
}

TEST_F(MessageAttributes, WithinComparesAges) {
    // Received 300, 200, 100 and 0 seconds ago.
    for (int i = 0; i < 4; ++i) {
        if (i > 0) clock_ += 100;
        deliver("INBOX", 1);
    }
    Client& client = open_with({"imap-within"});
    EXPECT_TRUE(announces(client, "WITHIN"));
    EXPECT_EQ(client.command("SEARCH UNSEEN YOUNGER 150").text(), "* SEARCH 3 4\n");
    EXPECT_EQ(client.command("SEARCH OLDER 150").text(), "* SEARCH 1 2\n");
    // Exactly so old is both.
    EXPECT_EQ(client.command("SEARCH OLDER 200").text(), "* SEARCH 1 2\n");
    EXPECT_EQ(client.command("SEARCH YOUNGER 200").text(), "* SEARCH 2 3 4\n");
    EXPECT_EQ(client.command("UID SEARCH OLDER 200 YOUNGER 200").text(), "* SEARCH 2\n");
    EXPECT_EQ(client.command("SEARCH YOUNGER 4294967295").text(), "* SEARCH 1 2 3 4\n");
    EXPECT_EQ(client.command("SEARCH OLDER 4294967295").text(), "* SEARCH\n");
    clock_ += 1000;
    EXPECT_EQ(client.command("SEARCH YOUNGER 999").text(), "* SEARCH\n");
    for (const char* command : {"SEARCH OLDER", "SEARCH OLDER 0", "SEARCH YOUNGER -1",
                                "SEARCH YOUNGER 4294967296", "SEARCH OLDER x"})
        EXPECT_TRUE(client.command(command).bad()) << command;
}

}  // namespace
}  // namespace postern::imap::test
