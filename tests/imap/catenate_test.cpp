// CATENATE (RFC 4469) as it is built, after the examples of its appendix.
#include "tests/imap/support/fixture.hpp"

namespace postern::imap::test {
namespace {

const std::string draft =
    "From: bar@example.org\r\n"
    "Subject: Our trip\r\n"
    "Content-Type: multipart/mixed; boundary=\"b\"\r\n\r\n"
    "--b\r\nContent-Type: text/plain\r\n\r\nOld text.\r\n"
    "--b\r\nContent-Type: application/zip\r\nContent-Transfer-Encoding: base64\r\n\r\nUEsDBA==\r\n"
    "--b--\r\n";

class Catenate : public ImapFixture {
protected:
    Client& open_with(std::initializer_list<const char*> plugins) {
        load("imap-catenate");
        for (const char* plugin : plugins) load(plugin);
        deliver("Drafts", {draft});
        uidvalidity_ = std::to_string(account_->find_mailbox("Drafts")->uidvalidity);
        return sign_in();
    }
    /// "URL "/Drafts;UIDVALIDITY=.../;UID=1/;SECTION=1"
    std::string url(const std::string& section) const {
        return "URL \"/Drafts;UIDVALIDITY=" + uidvalidity_ + "/;UID=1" +
               (section.empty() ? "" : "/;SECTION=" + section) + "\"";
    }
    /// The one message of a mailbox.
    static std::string content(Client& client, const std::string& mailbox) {
        EXPECT_TRUE(client.command("EXAMINE " + mailbox).ok());
        const Reply reply = client.command("FETCH * BODY.PEEK[]");
        if (reply.untagged.size() != 1) return "no message";
        return reply.untagged[0].data.at(0).items.at(1).text;
    }

    std::string uidvalidity_;
};

TEST_F(Catenate, IsAnnouncedAfterSignIn) {
    Client& client = open_with({});
    const std::string told = client.command("CAPABILITY").text();
    EXPECT_NE(told.find(" CATENATE"), std::string::npos);
    EXPECT_NE(told.find(" URL-PARTIAL"), std::string::npos);
}

TEST_F(Catenate, ReplacesAPart) {
    Client& client = open_with({"imap-uidplus"});
    const std::string text = "\r\n--b\r\nContent-Type: text/plain\r\n\r\nNew text.\r\n--b\r\n";
    const std::string end = "\r\n--b--\r\n";
    const Reply reply =
        client.command("APPEND Sent (\\Seen $MDNSent) CATENATE (" + url("HEADER") + " TEXT " + literal(text) +
                       " " + url("2.MIME") + " " + url("2") + " TEXT " + literal(end) + ")");
    EXPECT_TRUE(reply.ok()) << reply.tagged.text;
    EXPECT_EQ(reply.tagged.code_name(), "APPENDUID");
    EXPECT_EQ(content(client, "Sent"),
              draft.substr(0, draft.find("--b")) + text +
                  "Content-Type: application/zip\r\nContent-Transfer-Encoding: base64\r\n\r\nUEsDBA==" + end);
    EXPECT_EQ(client.command("FETCH 1 FLAGS").text(), "* 1 FETCH (FLAGS (\\Seen \\Recent $MDNSent))\n");
    // The pieces were not read by the user.
    EXPECT_TRUE(client.command("EXAMINE Drafts").ok());
    EXPECT_EQ(client.command("SEARCH SEEN").text(), "* SEARCH\n");
}

TEST_F(Catenate, WholeMessagesAndRanges) {
    Client& client = open_with({});
    EXPECT_TRUE(client.command("APPEND Sent CATENATE (" + url("") + ")").ok());
    EXPECT_EQ(content(client, "Sent"), draft);
    const std::string begin = "Subject: x\r\n\r\n";
    EXPECT_TRUE(client
                    .command("APPEND Archive CATENATE (TEXT " + literal(begin) +
                             " URL /Drafts/;UID=1/;SECTION=1/;PARTIAL=4.3 " +
                             url("HEADER.FIELDS%20(Subject)") + " URL /Drafts/;UID=1/;PARTIAL=999999)")
                    .ok());
    EXPECT_EQ(content(client, "Archive"), begin + "texSubject: Our trip\r\n\r\n");
    // From the selected mailbox, and by an absolute URL of the user.
    EXPECT_TRUE(client.command("SELECT Drafts").ok());
    EXPECT_TRUE(
        client
            .command("APPEND Junk CATENATE (URL imap://anna@mail.example.org/Drafts/;UID=1/;SECTION=HEADER)")
            .ok());
    EXPECT_TRUE(client.command("APPEND Trash CATENATE (URL " + literal("/Drafts/;UID=1") + ")").ok());
    EXPECT_EQ(content(client, "Trash"), draft);
}

TEST_F(Catenate, UrlsThatLeadNowhere) {
    Client& client = open_with({});
    for (const std::string& bad :
         {std::string("/Drafts;UIDVALIDITY=1/;UID=1"), std::string("/Drafts/;UID=7"),
          std::string("/Drafts/;UID=1/;SECTION=9"), std::string("/Nowhere/;UID=1"), std::string("/Drafts"),
          std::string("nonsense"), std::string("imap://ben@mail.example.org/INBOX/;UID=1"),
          std::string("imap://mail.example.org/INBOX/;UID=1"), std::string("http://example.org/")}) {
        const Reply reply = client.command("APPEND Sent CATENATE (URL \"" + bad + "\" TEXT {3}\r\nabc)");
        EXPECT_TRUE(reply.no()) << bad;
        EXPECT_EQ(reply.tagged.code, "BADURL " + bad);
    }
    EXPECT_EQ(client.command("STATUS Sent (MESSAGES)").text(), "* STATUS Sent (MESSAGES 0)\n");
}

TEST_F(Catenate, Syntax) {
    Client& client = open_with({});
    for (const char* bad : {"CATENATE", "CATENATE ()", "CATENATE (TEXT)", "CATENATE (TEXT \"a\")",
                            "CATENATE (URL)", "CATENATE (FOO a)", "CATENATE (URL /Drafts/;UID=1",
                            "CATENATE (URL /Drafts/;UID=1) x", "CATENATE URL /Drafts/;UID=1"}) {
        EXPECT_TRUE(client.command("APPEND Sent " + std::string(bad)).bad()) << bad;
    }
    EXPECT_TRUE(client.command("APPEND Nowhere CATENATE (TEXT {1}\r\na)").no());
    EXPECT_TRUE(client.command("APPEND Sent CATENATE (TEXT {0}\r\n)").no());
    EXPECT_EQ(client.command("STATUS Sent (MESSAGES)").text(), "* STATUS Sent (MESSAGES 0)\n");
}

TEST_F(Catenate, SeveralMessages) {
    Client& client = open_with({"imap-multiappend", "imap-literal-plus"});
    const Reply reply = client.command("APPEND Sent CATENATE (TEXT {14+}\r\nSubject: a\r\n\r\n " + url("1") +
                                       ") (\\Seen) CATENATE (" + url("") + ") {14+}\r\nSubject: c\r\n\r\n");
    EXPECT_TRUE(reply.ok()) << reply.tagged.text;
    EXPECT_EQ(client.command("STATUS Sent (MESSAGES UNSEEN)").text(),
              "* STATUS Sent (MESSAGES 3 UNSEEN 2)\n");
    EXPECT_TRUE(client.command("APPEND Sent CATENATE (" + url("") + ") CATENATE (" + url("9") + ")").no());
    EXPECT_EQ(client.command("STATUS Sent (MESSAGES)").text(), "* STATUS Sent (MESSAGES 3)\n");
}

TEST_F(Catenate, WithBinary) {
    Client& client = open_with({"imap-binary", "imap-literal-plus"});
    // A piece of a message may hold NUL where the whole message has a binary part for it.
    const std::string head =
        "Subject: b\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: binary\r\n\r\n";
    const std::string octets("a\0b", 3);
    EXPECT_TRUE(
        client.command("APPEND Sent CATENATE (TEXT " + literal(head) + " TEXT " + literal(octets, "~") + ")")
            .ok());
    EXPECT_TRUE(client.command("EXAMINE Sent").ok());
    EXPECT_EQ(client.command("FETCH 1 BINARY.PEEK[1]").lines().at(0),
              "* 1 FETCH (BINARY[1] ~{3}\r\n" + octets + ")");
    const Reply refused = client.command("APPEND Sent CATENATE (TEXT {14}\r\nSubject: a\r\n\r\n TEXT " +
                                         literal(octets, "~") + ")");
    EXPECT_TRUE(refused.no());
    EXPECT_EQ(refused.tagged.code, "UNKNOWN-CTE");
    // What is taken from a message is not decoded.
    EXPECT_TRUE(
        client.command("APPEND Archive CATENATE (TEXT {14}\r\nSubject: a\r\n\r\n " + url("2") + ")").ok());
    EXPECT_EQ(content(client, "Archive"), "Subject: a\r\n\r\nUEsDBA==");
}

TEST_F(Catenate, WithUtf8Headers) {
    Client& client = open_with({"imap-enable", "imap-utf8-accept"});
    const std::string subject =
        "Subject: Gr\xc3\xbc\xc3\x9f"
        "e\r\n\r\n";
    const Reply refused =
        client.command("APPEND Sent CATENATE (TEXT {8}\r\nX-A: b\r\n TEXT " + literal(subject) + ")");
    EXPECT_TRUE(refused.no());
    EXPECT_EQ(refused.tagged.code, "CANNOT");
    // A text part is no header.
    EXPECT_TRUE(
        client.command("APPEND Sent CATENATE (TEXT {14}\r\nSubject: a\r\n\r\n TEXT " + literal(subject) + ")")
            .ok());
    EXPECT_TRUE(client.command("ENABLE UTF8=ACCEPT").ok());
    EXPECT_TRUE(
        client.command("APPEND Sent CATENATE (TEXT {8}\r\nX-A: b\r\n TEXT " + literal(subject) + ")").ok());
}

TEST_F(Catenate, NothingLargerThanTheLimit) {
    Client& client = open_with({});
    const std::string large(40 << 20, 'x');
    deliver("Drafts", {"Subject: large\r\n\r\n" + large});
    const std::string one = "URL /Drafts/;UID=2";
    const Reply refused = client.command("APPEND Sent CATENATE (" + one + " " + one + " " + one + ")");
    EXPECT_TRUE(refused.no());
    EXPECT_EQ(refused.tagged.code, "TOOBIG");
    EXPECT_EQ(client.command("APPEND Sent CATENATE (TEXT {999999999}").tagged.code, "TOOBIG");
}

}  // namespace
}  // namespace postern::imap::test
