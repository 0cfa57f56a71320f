// URLAUTH (RFC 4467), URLAUTH=BINARY (RFC 5524) and URL-PARTIAL (RFC 5550) as they are built.
#include "tests/imap/support/fixture.hpp"

namespace postern::imap::test {
namespace {

const std::string parts =
    "Subject: parts\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
    "--b\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nSi vis "
    "=\r\npacem\r\n"
    "--b\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\nAAEC\r\n"
    "--b\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: x-odd\r\n\r\n???\r\n"
    "--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: inner\r\nContent-Type: text/html\r\n\r\n<p>\r\n"
    "--b--\r\n";

class UrlAuth : public ImapFixture {
protected:
    Client& open_with(std::initializer_list<const char*> plugins = {}) {
        load("imap-urlauth", "{submit: [ben], stream: [ben]}");
        for (const char* plugin : plugins) load(plugin);
        deliver("INBOX", {parts, letter(2)});
        return sign_in();
    }
    Client& sign_in_as_ben() {
        Client& ben = connect();
        ben.take();
        EXPECT_TRUE(ben.command("LOGIN ben secret").ok());
        return ben;
    }
    /// Of anna's.
    static std::string rump(const std::string& path, const std::string& access) {
        return "imap://anna@mail.example.org/INBOX/;UID=1" + path + ";URLAUTH=" + access;
    }
    static std::string authorise(Client& client, const std::string& url) {
        const Reply reply = client.command("GENURLAUTH \"" + url + "\" INTERNAL");
        EXPECT_TRUE(reply.ok()) << url << ": " << reply.tagged.text;
        if (reply.untagged.size() != 1) return "none";
        return reply.untagged[0].data.at(0).text;
    }
    /// What follows the URL in the answer.
    static std::string fetched(Client& client, const std::string& url, const std::string& parameters = {}) {
        const std::string argument =
            parameters.empty() ? "\"" + url + "\"" : "(\"" + url + "\" " + parameters + ")";
        const Reply reply = client.command("URLFETCH " + argument);
        EXPECT_TRUE(reply.ok()) << reply.tagged.text;
        const std::string line = reply.text();
        const std::string begin = "* URLFETCH \"" + url + "\" ";
        EXPECT_TRUE(line.starts_with(begin)) << line;
        return line.substr(std::min(line.size(), begin.size()));
    }
};

TEST_F(UrlAuth, IsAnnounced) {
    Client& client = open_with({"imap-catenate"});
    const std::string told = client.command("CAPABILITY").text();
    for (const char* token : {" URLAUTH ", " URLAUTH=BINARY", " URL-PARTIAL"})
        EXPECT_NE(told.find(token), std::string::npos) << token;
    EXPECT_EQ(told.find("URL-PARTIAL", told.find("URL-PARTIAL") + 1), std::string::npos);
    EXPECT_NE(client.command("SELECT INBOX").text().find("* OK [URLMECH INTERNAL]"), std::string::npos);
}

TEST_F(UrlAuth, MakesUrls) {
    Client& client = open_with();
    const std::string before = rump("/;SECTION=1", "submit+fred");
    const std::string url = authorise(client, before);
    EXPECT_TRUE(url.starts_with(before + ":internal:01"));
    EXPECT_EQ(url.size(), before.size() + 10 + 66);
    EXPECT_EQ(authorise(client, before), url);
    EXPECT_NE(authorise(client, rump("/;SECTION=2", "submit+fred")), url);
    const Reply two =
        client.command("GENURLAUTH \"" + before + "\" internal \"" + rump("", "anonymous") + "\" INTERNAL");
    ASSERT_EQ(two.untagged.size(), 1U);
    EXPECT_EQ(two.untagged[0].data.size(), 2U);
}

TEST_F(UrlAuth, UrlsThatAreNotAuthorised) {
    Client& client = open_with();
    for (const std::string& bad :
         {std::string("imap://anna@h/INBOX/;uid=20/;section=1.2"),
          std::string("imap://h/INBOX/;uid=20;urlauth=submit+fred"),
          std::string("imap://ben@h/INBOX/;uid=1;urlauth=anonymous"),
          std::string("imap://anna@h/Nowhere/;uid=1;urlauth=anonymous"),
          std::string("/INBOX/;uid=1;urlauth=anonymous"),
          std::string("imap://anna@h/INBOX;urlauth=anonymous"),
          std::string("imap://anna@h/INBOX/;uid=1;urlauth=unheard"),
          rump("", "anonymous") + ":internal:" + std::string(32, 'a'), std::string("nonsense")}) {
        EXPECT_TRUE(client.command("GENURLAUTH \"" + bad + "\" INTERNAL").bad()) << bad;
    }
    EXPECT_TRUE(client.command("GENURLAUTH \"" + rump("", "anonymous") + "\" XSAMPLE").bad());
    EXPECT_TRUE(client.command("GENURLAUTH \"" + rump("", "anonymous") + "\"").bad());
    EXPECT_TRUE(client.command("GENURLAUTH").bad());
    EXPECT_TRUE(connect().command("URLFETCH x").bad());
}

TEST_F(UrlAuth, AnotherUserReadsWhatTheUrlNames) {
    Client& anna = open_with();
    const std::string url = authorise(anna, rump("/;SECTION=1", "submit+fred"));
    Client& ben = sign_in_as_ben();
    EXPECT_EQ(fetched(ben, url), "{15}\r\nSi vis =\r\npacem\n");
    EXPECT_EQ(fetched(ben, authorise(anna, rump("/;SECTION=1/;PARTIAL=3.3", "stream"))), "{3}\r\nvis\n");
    EXPECT_EQ(fetched(ben, authorise(anna, rump("/;SECTION=1/;PARTIAL=50", "stream"))), "\"\"\n");
    const std::string whole = fetched(ben, authorise(anna, rump("", "anonymous")));
    EXPECT_EQ(whole, "{" + std::to_string(parts.size()) + "}\r\n" + parts + "\n");
    // Nothing of it shows to the owner.
    EXPECT_TRUE(anna.command("EXAMINE INBOX").ok());
    EXPECT_EQ(anna.command("SEARCH SEEN").text(), "* SEARCH\n");
}

TEST_F(UrlAuth, WhoMayUseIt) {
    Client& anna = open_with();
    Client& ben = sign_in_as_ben();
    const auto reads = [&](Client& client, const std::string& access) {
        return fetched(client, authorise(anna, rump("/;SECTION=2", access))) != "NIL\n";
    };
    EXPECT_TRUE(reads(ben, "submit+anna"));
    EXPECT_FALSE(reads(anna, "submit+anna"));
    EXPECT_TRUE(reads(ben, "stream"));
    EXPECT_FALSE(reads(anna, "stream"));
    EXPECT_TRUE(reads(ben, "user+ben"));
    EXPECT_FALSE(reads(ben, "user+anna"));
    EXPECT_TRUE(reads(anna, "user+anna"));
    EXPECT_TRUE(reads(ben, "authuser"));
    EXPECT_TRUE(reads(ben, "anonymous"));
}

TEST_F(UrlAuth, WhatIsNotValidIsNil) {
    Client& anna = open_with();
    const std::string before = rump("/;SECTION=1", "authuser");
    const std::string url = authorise(anna, before);
    std::string forged = url;
    forged.back() = forged.back() == '0' ? '1' : '0';
    std::string moved = url;
    moved.replace(moved.find("SECTION=1"), 9, "SECTION=2");
    std::string folded = url;
    folded.replace(0, 4, "IMAP");
    std::string other = url;
    other.replace(other.find("anna"), 4, "carl");
    std::string nowhere = url;
    nowhere.replace(nowhere.find("INBOX"), 5, "NOBOX");
    for (const std::string& bad :
         {forged, moved, folded, other, nowhere, before, std::string("nonsense"),
          std::string("imap://anna@mail.example.org/"), authorise(anna, rump("/;SECTION=9", "authuser")),
          url.substr(0, url.size() - 2)}) {
        EXPECT_EQ(fetched(anna, bad), "NIL\n") << bad;
    }
    const Reply both = anna.command("URLFETCH \"" + forged + "\" \"" + url + "\"");
    EXPECT_TRUE(both.ok());
    EXPECT_EQ(both.lines("URLFETCH").size(), 2U);
}

TEST_F(UrlAuth, Expires) {
    Client& anna = open_with();
    const std::string soon = authorise(anna, rump("/;SECTION=1;EXPIRE=2027-01-15T08:00:10Z", "anonymous"));
    EXPECT_NE(fetched(anna, soon), "NIL\n");
    clock_ += 10;
    EXPECT_NE(fetched(anna, soon), "NIL\n");
    clock_ += 1;
    EXPECT_EQ(fetched(anna, soon), "NIL\n");
}

TEST_F(UrlAuth, KeysAreReset) {
    Client& anna = open_with();
    EXPECT_TRUE(anna.command("SELECT INBOX").ok());
    EXPECT_TRUE(anna.command("COPY 1 Archive").ok());
    const std::string inbox = authorise(anna, rump("/;SECTION=1", "anonymous"));
    const std::string archive = authorise(anna, "imap://anna@h/Archive/;UID=1;URLAUTH=anonymous");
    const Reply reset = anna.command("RESETKEY INBOX");
    EXPECT_TRUE(reset.ok());
    EXPECT_EQ(reset.tagged.code, "URLMECH INTERNAL");
    EXPECT_EQ(fetched(anna, inbox), "NIL\n");
    EXPECT_NE(fetched(anna, archive), "NIL\n");
    EXPECT_NE(authorise(anna, rump("/;SECTION=1", "anonymous")), inbox);
    EXPECT_TRUE(anna.command("RESETKEY").ok());
    EXPECT_EQ(fetched(anna, archive), "NIL\n");
    EXPECT_TRUE(anna.command("RESETKEY INBOX INTERNAL").ok());
    EXPECT_TRUE(anna.command("RESETKEY INBOX XSAMPLE").no());
    EXPECT_TRUE(anna.command("RESETKEY Nowhere").no());
    EXPECT_TRUE(anna.command("RESETKEY ").bad());
}

TEST_F(UrlAuth, DecodedParts) {
    Client& anna = open_with();
    const auto get = [&](const std::string& section, const std::string& parameters) {
        return fetched(anna, authorise(anna, rump("/;SECTION=" + section, "user+anna")), parameters);
    };
    EXPECT_EQ(get("1", "BINARY"), "(BINARY {12}\r\nSi vis pacem)\n");
    EXPECT_EQ(get("1", "BODY"), "(BODY {15}\r\nSi vis =\r\npacem)\n");
    EXPECT_EQ(get("1/;PARTIAL=3.3", "BINARY"), "(BINARY {3}\r\nvis)\n");
    EXPECT_EQ(get("2", "BINARY BODYPARTSTRUCTURE"),
              "(BODYPARTSTRUCTURE (\"image\" \"png\" NIL NIL NIL \"BINARY\" 3)) (BINARY ~{3}\r\n" +
                  std::string("\0\1\2", 3) + ")\n");
    EXPECT_EQ(get("2", "BODYPARTSTRUCTURE"),
              "(BODYPARTSTRUCTURE (\"image\" \"png\" NIL NIL NIL \"base64\" 4))\n");
    EXPECT_EQ(get("3", "BODYPARTSTRUCTURE BINARY"),
              "(BODYPARTSTRUCTURE (\"image\" \"png\" NIL NIL NIL \"x-odd\" 3)) (BINARY NIL)\n");
    EXPECT_EQ(get("4.1", "BODYPARTSTRUCTURE").substr(0, 35), "(BODYPARTSTRUCTURE (\"text\" \"html\" N");
    EXPECT_EQ(get("9", "BINARY"), "NIL\n");
    const std::string url = authorise(anna, rump("", "user+anna"));
    EXPECT_TRUE(
        fetched(anna, url, "BODYPARTSTRUCTURE").starts_with("(BODYPARTSTRUCTURE ((\"text\" \"plain\""));
    for (const char* bad : {"BODY BINARY", "BODY BODY", "FOO", "BODY)("})
        EXPECT_TRUE(anna.command("URLFETCH (\"" + url + "\" " + bad + ")").bad()) << bad;
}

TEST_F(UrlAuth, AfterTheMailboxIsGone) {
    Client& anna = open_with();
    EXPECT_TRUE(anna.command("CREATE Gone").ok());
    EXPECT_TRUE(anna.command("SELECT INBOX").ok());
    EXPECT_TRUE(anna.command("COPY 1 Gone").ok());
    const std::string url = authorise(anna, "imap://anna@h/Gone/;UID=1;URLAUTH=anonymous");
    EXPECT_NE(fetched(anna, url), "NIL\n");
    EXPECT_TRUE(anna.command("DELETE Gone").ok());
    EXPECT_EQ(fetched(anna, url), "NIL\n");
    EXPECT_TRUE(anna.command("CREATE Gone").ok());
    EXPECT_TRUE(anna.command("COPY 1 Gone").ok());
    EXPECT_EQ(fetched(anna, url), "NIL\n");
}

}  // namespace
}  // namespace postern::imap::test
