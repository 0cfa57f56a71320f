// UTF8=ACCEPT (RFC 9755, RFC 6855).
#include "tests/imap/support/fixture.hpp"

namespace postern::imap::test {
namespace {

std::string as_literal(std::string_view octets) {
    return "{" + std::to_string(octets.size()) + "}\r\n" + std::string(octets);
}

class Utf8 : public ImapFixture {
protected:
    Client& open_with(std::initializer_list<const char*> plugins = {}) {
        load("imap-enable");
        load("imap-utf8-accept");
        for (const char* plugin : plugins) load(plugin);
        return open();
    }
    Client& enabled(std::initializer_list<const char*> plugins = {}) {
        Client& client = open_with(plugins);
        EXPECT_EQ(client.command("ENABLE UTF8=ACCEPT").text(), "* ENABLED UTF8=ACCEPT\n");
        return client;
    }
};

const std::string international =
    "Subject: Gr\xC3\xB6\xC3\x9F"
    "e\r\nFrom: \xC3\x84nne <\xC3\xA4@example.org>\r\n\r\nbody\r\n";

TEST_F(Utf8, WithoutItNamesAreModifiedUtf7) {
    Client& client = open_with();
    EXPECT_NE(client.command("CAPABILITY").text().find("UTF8=ACCEPT"), std::string::npos);
    EXPECT_TRUE(client.command("CREATE \"Entw\xC3\xBCrfe\"").bad());
    EXPECT_TRUE(client.command("CREATE Entw&APw-rfe").ok());
    EXPECT_EQ(client.command("LIST \"\" E*").text(), "* LIST () \"/\" Entw&APw-rfe\n");
}

TEST_F(Utf8, NamesAreUtf8InBothDirections) {
    Client& client = enabled({"imap-children", "imap-namespace"});
    EXPECT_TRUE(client.command("CREATE \"Entw\xC3\xBCrfe\"").ok());
    EXPECT_NE(account_->find_mailbox("Entw\xC3\xBCrfe"), nullptr);
    EXPECT_EQ(client.command("LIST \"\" \"Entw\xC3\xBC*\"").text(),
              "* LIST (\\HasNoChildren) \"/\" \"Entw\xC3\xBCrfe\"\n");
    EXPECT_EQ(client.command("STATUS \"Entw\xC3\xBCrfe\" (MESSAGES)").text(),
              "* STATUS \"Entw\xC3\xBCrfe\" (MESSAGES 0)\n");
    EXPECT_TRUE(client.command("SELECT " + as_literal("Entw\xC3\xBCrfe")).ok());
    // What was modified UTF-7 is now a name as it stands.
    EXPECT_TRUE(client.command("SELECT Entw&APw-rfe").no());
    // Another session keeps the old form.
    EXPECT_EQ(open().command("LIST \"\" E*").text(), "* LIST (\\HasNoChildren) \"/\" Entw&APw-rfe\n");
}

TEST_F(Utf8, WhatIsNoUtf8IsBad) {
    Client& client = enabled();
    EXPECT_TRUE(client.command("CREATE \"Entw\xFCrfe\"").bad());
    EXPECT_TRUE(client.command("CREATE \"\xC3\"").bad());
    EXPECT_TRUE(client.command("CREATE \"line\xE2\x80\xA8separator\"").no());
    EXPECT_TRUE(client.command("CREATE \"del\x7F\"").no());
}

TEST_F(Utf8, SearchesWithoutCharset) {
    Client& client = enabled({"imap-sort", "imap-thread"});
    EXPECT_TRUE(client.command("APPEND INBOX " + as_literal(international)).ok());
    EXPECT_TRUE(client.command("APPEND INBOX " + as_literal(letter(1))).ok());
    EXPECT_EQ(client.command("SEARCH SUBJECT \"gr\xC3\x96\xC3\x9F\"").text(), "* SEARCH 1\n");
    EXPECT_TRUE(client.command("SEARCH CHARSET UTF-8 SUBJECT a").bad());
    // Where a charset has to stand, it is UTF-8.
    EXPECT_EQ(client.command("SORT (ARRIVAL) utf-8 SUBJECT \"gr\xC3\xB6\"").text(), "* SORT 1\n");
    EXPECT_TRUE(client.command("SORT (ARRIVAL) US-ASCII ALL").bad());
    EXPECT_TRUE(client.command("THREAD REFERENCES ISO-8859-1 ALL").bad());
}

TEST_F(Utf8, HeadersWith8BitNeedEnable) {
    Client& client = open_with({"imap-replace"});
    const Reply refused = client.command("APPEND INBOX " + as_literal(international));
    EXPECT_TRUE(refused.no()) << refused.tagged.raw;
    EXPECT_EQ(refused.tagged.code, "CANNOT");
    // Bodies may be what they are.
    EXPECT_TRUE(client.command("APPEND INBOX " + as_literal("Subject: a\r\n\r\n\xC3\xB6\r\n")).ok());
    EXPECT_TRUE(client.command("APPEND INBOX " + as_literal("\r\n\xC3\xB6\r\n")).ok());
    EXPECT_TRUE(client.command("REPLACE 1 INBOX " + as_literal(international)).no());
    EXPECT_EQ(account_->find_mailbox("INBOX")->total, 2U);
    EXPECT_TRUE(client.command("ENABLE UTF8=ACCEPT").ok());
    EXPECT_TRUE(client.command("APPEND INBOX " + as_literal(international)).ok());
    EXPECT_EQ(client.command("FETCH 3 BODY.PEEK[]").text(),
              "* 3 FETCH (BODY[] " + as_literal(international) + ")\n");
}

TEST_F(Utf8, TheOldFormOfAppend) {
    Client& client = open_with();
    const std::string append = "APPEND INBOX (\\Seen) UTF8 (~" + as_literal(international) + ")";
    EXPECT_FALSE(client.command(append).ok());
    EXPECT_TRUE(client.command("ENABLE UTF8=ACCEPT").ok());
    EXPECT_TRUE(client.command(append).ok());
    EXPECT_EQ(client.command("FETCH 1 (FLAGS BODY.PEEK[])").text(),
              "* 1 FETCH (FLAGS (\\Seen \\Recent) BODY[] " + as_literal(international) + ")\n");
    EXPECT_TRUE(client.command("APPEND INBOX UTF8 ~" + as_literal(international)).bad());
    EXPECT_TRUE(client.command("APPEND INBOX UTF8 (~" + as_literal(international) + " x)").bad());
}

}  // namespace
}  // namespace postern::imap::test
