// FETCH, STORE, COPY, EXPUNGE, CLOSE, SEARCH.
#include "tests/imap/support/fixture.hpp"

namespace postern::imap::test {
namespace {

class MessageCommands : public ImapFixture {
protected:
    std::string search(Client& client, std::string_view criteria) {
        const Reply reply = client.command("SEARCH " + std::string(criteria));
        EXPECT_TRUE(reply.ok()) << criteria << ": " << reply.tagged.raw;
        return reply.lines("SEARCH").empty() ? "" : reply.lines("SEARCH").front();
    }
};

const std::string multipart =
    "From: Terry Gray <gray@cac.washington.edu>\r\n"
    "Date: Wed, 17 Jul 1996 02:23:25 -0700 (PDT)\r\n"
    "Subject: IMAP4rev1 WG mtg summary and minutes\r\n"
    "To: imap@cac.washington.edu\r\n"
    "Cc: minutes@CNRI.Reston.VA.US, John Klensin <KLENSIN@MIT.EDU>\r\n"
    "X-Odd: \xe2\x98\x83 snow\r\n"
    "Message-Id: <B27397-0100000@cac.washington.edu>\r\n"
    "MIME-Version: 1.0\r\n"
    "Content-Type: multipart/mixed; boundary=b\r\n"
    "\r\n"
    "--b\r\n"
    "Content-Type: text/plain; charset=utf-8\r\n"
    "Content-Transfer-Encoding: quoted-printable\r\n"
    "\r\n"
    "Gr=C3=BC=C3=9Fe aus M=C3=BCnchen\r\n"
    "--b\r\n"
    "Content-Type: message/rfc822\r\n"
    "\r\n"
    "Subject: inner\r\n"
    "From: fred@example.org\r\n"
    "\r\n"
    "inner body\r\n"
    "--b--\r\n";

TEST_F(MessageCommands, FetchesSections) {
    deliver("INBOX", {multipart});
    Client& client = open();
    const auto fetch = [&](std::string_view item) {
        const Reply reply = client.command("FETCH 1 " + std::string(item));
        EXPECT_TRUE(reply.ok()) << item << reply.tagged.raw;
        return reply.untagged.empty() ? std::string() : reply.lines().front();
    };
    EXPECT_EQ(fetch("BODY.PEEK[1]"), "* 1 FETCH (BODY[1] {32}\r\nGr=C3=BC=C3=9Fe aus M=C3=BCnchen)");
    EXPECT_EQ(fetch("BODY.PEEK[1]<4.6>"), "* 1 FETCH (BODY[1]<4> {6}\r\n3=BC=C)");
    EXPECT_EQ(fetch("BODY.PEEK[1]<1000.6>"), "* 1 FETCH (BODY[1]<1000> \"\")");
    EXPECT_EQ(fetch("BODY.PEEK[2.HEADER]"),
              "* 1 FETCH (BODY[2.HEADER] {42}\r\nSubject: inner\r\nFrom: fred@example.org\r\n\r\n)");
    EXPECT_EQ(fetch("BODY.PEEK[2.TEXT]"), "* 1 FETCH (BODY[2.TEXT] {10}\r\ninner body)");
    EXPECT_EQ(fetch("BODY.PEEK[2.1]"), "* 1 FETCH (BODY[2.1] {10}\r\ninner body)");
    EXPECT_EQ(fetch("BODY.PEEK[2.HEADER.FIELDS (FROM)]"),
              "* 1 FETCH (BODY[2.HEADER.FIELDS (FROM)] {26}\r\nFrom: fred@example.org\r\n\r\n)");
    EXPECT_EQ(fetch("BODY.PEEK[2.MIME]"),
              "* 1 FETCH (BODY[2.MIME] {32}\r\nContent-Type: message/rfc822\r\n\r\n)");
    EXPECT_EQ(fetch("BODY.PEEK[7]"), "* 1 FETCH (BODY[7] NIL)");
    EXPECT_EQ(fetch("BODY.PEEK[HEADER.FIELDS (SUBJECT TO)]"),
              "* 1 FETCH (BODY[HEADER.FIELDS (SUBJECT TO)] {78}\r\nSubject: IMAP4rev1 WG mtg summary and "
              "minutes\r\nTo: "
              "imap@cac.washington.edu\r\n\r\n)");
    EXPECT_EQ(fetch("BODY.PEEK[HEADER.FIELDS (X-ODD)]"),
              "* 1 FETCH (BODY[HEADER.FIELDS (X-ODD)] {19}\r\nX-Odd: \xe2\x98\x83 snow\r\n\r\n)");
    EXPECT_NE(fetch("BODY.PEEK[HEADER.FIELDS.NOT (SUBJECT FROM TO CC DATE)]").find("X-Odd:"),
              std::string::npos);
    EXPECT_EQ(fetch("RFC822.SIZE"), "* 1 FETCH (RFC822.SIZE " + std::to_string(multipart.size()) + ")");
    EXPECT_TRUE(fetch("RFC822.HEADER").starts_with("* 1 FETCH (RFC822.HEADER {"));
    EXPECT_EQ(fetch("FLAGS"), "* 1 FETCH (FLAGS (\\Recent))");
    EXPECT_EQ(fetch("BODY.PEEK[]"),
              "* 1 FETCH (BODY[] {" + std::to_string(multipart.size()) + "}\r\n" + multipart + ")");
}

TEST_F(MessageCommands, FetchesEnvelopeAndStructure) {
    deliver("INBOX", {multipart});
    Client& client = open();
    EXPECT_EQ(
        client.command("FETCH 1 ENVELOPE").lines().front(),
        "* 1 FETCH (ENVELOPE (\"Wed, 17 Jul 1996 02:23:25 -0700 (PDT)\" \"IMAP4rev1 WG mtg summary and "
        "minutes\" "
        "((\"Terry Gray\" NIL \"gray\" \"cac.washington.edu\")) ((\"Terry Gray\" NIL \"gray\" "
        "\"cac.washington.edu\")) ((\"Terry Gray\" NIL \"gray\" \"cac.washington.edu\")) ((NIL NIL \"imap\" "
        "\"cac.washington.edu\")) ((NIL NIL \"minutes\" \"CNRI.Reston.VA.US\")(\"John Klensin\" NIL "
        "\"KLENSIN\" "
        "\"MIT.EDU\")) NIL NIL \"<B27397-0100000@cac.washington.edu>\"))");
    EXPECT_TRUE(client.command("FETCH 1 BODYSTRUCTURE")
                    .lines()
                    .front()
                    .starts_with("* 1 FETCH (BODYSTRUCTURE ((\"text\" \"plain\""));
    EXPECT_TRUE(
        client.command("FETCH 1 BODY").lines().front().starts_with("* 1 FETCH (BODY ((\"text\" \"plain\""));
    const std::string full = client.command("FETCH 1 FULL").lines().front();
    for (const char* item : {"FLAGS (", "INTERNALDATE \"", "RFC822.SIZE ", "ENVELOPE (", "BODY ("}) {
        EXPECT_NE(full.find(item), std::string::npos) << item;
    }
}

TEST_F(MessageCommands, ReadingSetsSeen) {
    deliver("INBOX", 3);
    Client& client = open();
    Client& other = open();
    const Reply read = client.command("FETCH 2 BODY[TEXT]");
    EXPECT_EQ(read.lines().back(), "* 2 FETCH (FLAGS (\\Seen \\Recent))");
    EXPECT_TRUE(client.command("FETCH 2 BODY.PEEK[TEXT]").lines("FETCH").size() == 1);
    EXPECT_EQ(other.command("NOOP").text(), "* 2 FETCH (FLAGS (\\Seen))\n");
    // What UID FETCH causes carries the UID.
    EXPECT_EQ(client.command("UID FETCH 3 RFC822.TEXT").lines().back(),
              "* 3 FETCH (UID 3 FLAGS (\\Seen \\Recent))");
    EXPECT_EQ(client.command("UID FETCH 3 FLAGS").text(), "* 3 FETCH (UID 3 FLAGS (\\Seen \\Recent))\n");
}

TEST_F(MessageCommands, FetchesByNumberAndUid) {
    deliver("INBOX", 5);
    Client& client = open();
    EXPECT_EQ(client.command("FETCH 2:3,5 UID").text(),
              "* 2 FETCH (UID 2)\n* 3 FETCH (UID 3)\n* 5 FETCH (UID 5)\n");
    EXPECT_EQ(client.command("FETCH *:4 UID").text(), "* 4 FETCH (UID 4)\n* 5 FETCH (UID 5)\n");
    EXPECT_TRUE(client.command("FETCH 6 UID").bad());
    EXPECT_EQ(client.command("UID FETCH 100:* UID").text(), "* 5 FETCH (UID 5)\n");
    EXPECT_EQ(client.command("UID FETCH 100 UID").text(), "");
    EXPECT_TRUE(client.command("FETCH 1 (FLAGS NONSENSE)").bad());
    EXPECT_TRUE(client.command("FETCH 1").bad());
    EXPECT_TRUE(client.command("FETCH 1 FLAGS (MODIFIER)").bad());
    EXPECT_TRUE(open("Drafts").command("FETCH 1:* FLAGS").ok());
}

TEST_F(MessageCommands, StoresFlags) {
    deliver("INBOX", 4);
    Client& client = open();
    EXPECT_EQ(
        client.command("STORE 2:4 +FLAGS (\\Deleted)").text(),
        "* 2 FETCH (FLAGS (\\Deleted \\Recent))\n* 3 FETCH (FLAGS (\\Deleted \\Recent))\n* 4 FETCH (FLAGS "
        "(\\Deleted \\Recent))\n");
    EXPECT_EQ(client.command("STORE 3 -FLAGS.SILENT \\Deleted").text(), "");
    EXPECT_EQ(client.command("FETCH 3 FLAGS").text(), "* 3 FETCH (FLAGS (\\Recent))\n");
    const Reply keyword = client.command("UID STORE 3 FLAGS (\\Flagged $Label1 work)");
    EXPECT_EQ(keyword.lines("FETCH").back(), "* 3 FETCH (UID 3 FLAGS (\\Flagged \\Recent $Label1 work))");
    EXPECT_EQ(keyword.lines("FLAGS").back(),
              "* FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft $Label1 work)");
    EXPECT_TRUE(client.command("STORE 1 +FLAGS (\\Recent)").bad());
    EXPECT_TRUE(client.command("STORE 1 +OTHER (a)").bad());
    EXPECT_TRUE(client.command("STORE 9 +FLAGS (\\Seen)").bad());
    EXPECT_TRUE(client.command("STORE 1 (MODIFIER 3) +FLAGS (\\Seen)").bad());
    EXPECT_TRUE(client.command("UID STORE 900 +FLAGS (\\Seen)").ok());
}

TEST_F(MessageCommands, Expunges) {
    deliver("INBOX", 11);
    Client& client = open();
    EXPECT_TRUE(client.command("STORE 3,4,7,11 +FLAGS.SILENT (\\Deleted)").ok());
    // RFC 3501 section 6.4.3.
    EXPECT_EQ(client.command("EXPUNGE").text(),
              "* 3 EXPUNGE\n* 3 EXPUNGE\n* 5 EXPUNGE\n* 8 EXPUNGE\n* 7 RECENT\n");
    EXPECT_EQ(client.command("FETCH 3 UID").text(), "* 3 FETCH (UID 5)\n");
    EXPECT_EQ(client.command("EXPUNGE").text(), "");
}

TEST_F(MessageCommands, CloseExpungesSilently) {
    deliver("INBOX", 3);
    Client& client = open();
    Client& other = open();
    EXPECT_TRUE(client.command("STORE 1 +FLAGS.SILENT (\\Deleted)").ok());
    EXPECT_EQ(client.command("CLOSE").text(), "");
    EXPECT_TRUE(client.command("CHECK").bad());
    EXPECT_EQ(other.command("NOOP").lines("EXPUNGE"), std::vector<std::string>{"* 1 EXPUNGE"});
}

TEST_F(MessageCommands, Copies) {
    deliver("INBOX", 4);
    Client& client = open();
    EXPECT_TRUE(client.command("STORE 2 +FLAGS.SILENT (\\Flagged mine)").ok());
    EXPECT_TRUE(client.command("COPY 2:4 Archive").ok());
    const Reply missing = client.command("COPY 2:4 MEETING");
    EXPECT_TRUE(missing.no());
    EXPECT_EQ(missing.tagged.code, "TRYCREATE");
    EXPECT_TRUE(client.command("UID COPY 77 Archive").ok());
    EXPECT_TRUE(client.command("COPY 1").bad());
    EXPECT_TRUE(client.command("SELECT Archive").ok());
    EXPECT_EQ(client.view.messages.size(), 3U);
    EXPECT_EQ(client.command("FETCH 1 FLAGS").text(), "* 1 FETCH (FLAGS (\\Flagged \\Recent mine))\n");
}

TEST_F(MessageCommands, SearchesByEveryKey) {
    deliver("INBOX", {letter(1), multipart, letter(3) + std::string(3000, 'x') + "\r\n"});
    Client& client = open();
    EXPECT_TRUE(client.command("STORE 2 +FLAGS.SILENT (\\Flagged \\Seen work)").ok());
    EXPECT_EQ(search(client, "ALL"), "* SEARCH 1 2 3");
    EXPECT_EQ(search(client, "FLAGGED"), "* SEARCH 2");
    EXPECT_EQ(search(client, "UNSEEN"), "* SEARCH 1 3");
    EXPECT_EQ(search(client, "KEYWORD WORK"), "* SEARCH 2");
    EXPECT_EQ(search(client, "UNKEYWORD none"), "* SEARCH 1 2 3");
    EXPECT_EQ(search(client, "NEW"), "* SEARCH 1 3");
    EXPECT_EQ(search(client, "OLD"), "* SEARCH");
    EXPECT_EQ(search(client, "SUBJECT letter"), "* SEARCH 1 3");
    EXPECT_EQ(search(client, "FROM \"terry gray\""), "* SEARCH 2");
    EXPECT_EQ(search(client, "CC klensin"), "* SEARCH 2");
    EXPECT_EQ(search(client, "BCC x"), "* SEARCH");
    EXPECT_EQ(search(client, "HEADER X-Odd \"\""), "* SEARCH 2");
    EXPECT_EQ(search(client, "CHARSET UTF-8 HEADER X-Odd {3}\r\n\xe2\x98\x83"), "* SEARCH 2");
    EXPECT_EQ(search(client, "LARGER 2500"), "* SEARCH 3");
    EXPECT_EQ(search(client, "SMALLER 300"), "* SEARCH 1");
    EXPECT_EQ(search(client, "SENTON 17-Jul-1996"), "* SEARCH 2");
    EXPECT_EQ(search(client, "SENTSINCE 1-Jan-2000"), "* SEARCH 1 3");
    EXPECT_EQ(search(client, "SENTBEFORE 1-Jan-2000"), "* SEARCH 2");
    EXPECT_EQ(search(client, "SINCE 1-Jan-2020 BEFORE 1-Jan-2020"), "* SEARCH");
    EXPECT_EQ(search(client, "ON 15-Jan-2027"), "* SEARCH 1 2 3");
    EXPECT_EQ(search(client, "BODY \"inner BODY\""), "* SEARCH 2");
    EXPECT_EQ(search(client, "CHARSET UTF-8 BODY {8}\r\nm\xc3\xbcnchen"), "* SEARCH 2");
    EXPECT_EQ(search(client, "CHARSET ISO-8859-1 BODY {7}\r\nm\xfcnchen"), "* SEARCH 2");
    EXPECT_EQ(search(client, "TEXT gray"), "* SEARCH 2");
    EXPECT_EQ(search(client, "BODY gray"), "* SEARCH");
    EXPECT_EQ(search(client, "OR SUBJECT \"letter 1\" BODY inner"), "* SEARCH 1 2");
    EXPECT_EQ(search(client, "NOT BODY inner"), "* SEARCH 1 3");
    EXPECT_EQ(search(client, "2:* (UNSEEN OR FLAGGED UID 3)"), "* SEARCH 3");
    EXPECT_EQ(client.command("UID SEARCH UID 2:9").text(), "* SEARCH 2 3\n");
}

// More than is read from the store or decoded at once, with some of several chunks each.
TEST_F(MessageCommands, ReadsAndSearchesTheContentOfManyMessages) {
    std::vector<std::string> messages;
    std::string hits = "* SEARCH";
    for (unsigned i = 1; i <= 150; ++i) {
        std::string message = letter(i);
        if (i % 50 == 0) message.append(600'000, 'x').append("\r\n");
        if (i % 7 == 0) message += "needle " + std::to_string(i) + "\r\n";
        if (i % 7 == 0) hits += ' ' + std::to_string(i);
        messages.push_back(std::move(message));
    }
    deliver("INBOX", messages);
    Client& client = open();
    EXPECT_EQ(search(client, "BODY needle"), hits);
    EXPECT_EQ(search(client, "TEXT \"needle 49\""), "* SEARCH 49");
    EXPECT_EQ(search(client, "HEADER X-None x BODY needle"), "* SEARCH");
    EXPECT_EQ(search(client, "OR SUBJECT \"letter 33\" BODY \"needle 140\""), "* SEARCH 33 140");
    const Reply fetched = client.command("FETCH 1:* BODY.PEEK[]");
    ASSERT_TRUE(fetched.ok());
    std::string expected;
    for (unsigned i = 1; i <= 150; ++i) {
        const std::string& text = messages[i - 1];
        expected += "* " + std::to_string(i) + " FETCH (BODY[] {" + std::to_string(text.size()) + "}\r\n" +
                    text + ")\n";
    }
    EXPECT_TRUE(fetched.text() == expected);
}

TEST_F(MessageCommands, RefusesBrokenSearches) {
    deliver("INBOX", 1);
    Client& client = open();
    const Reply charset = client.command("SEARCH CHARSET KLINGON TEXT x");
    EXPECT_TRUE(charset.no());
    EXPECT_TRUE(charset.tagged.code.starts_with("BADCHARSET (")) << charset.tagged.raw;
    EXPECT_TRUE(client.command("SEARCH").bad());
    EXPECT_TRUE(client.command("SEARCH NONSENSE").bad());
    EXPECT_TRUE(client.command("SEARCH 2").bad());
    EXPECT_TRUE(client.command("SEARCH RETURN (MIN) ALL").bad());
    EXPECT_EQ(open("Drafts").command("SEARCH ALL").text(), "* SEARCH\n");
}

}  // namespace
}  // namespace postern::imap::test
