// Extensions that a listener leaves out.
#include "tests/imap/support/fixture.hpp"
#include "tests/imap/support/profile.hpp"

namespace postern::imap::test {
namespace {

class ListenerExtensionsTest : public ImapFixture {
protected:
    ListenerExtensionsTest() {
        for (const std::string& library : libraries_of("everything")) load(library);
    }
    static bool has(const std::string& line, const std::string& token) {
        return (line + " ").find(" " + token + " ") != std::string::npos;
    }
    std::string capabilities(Client& client) { return client.command("CAPABILITY").lines().at(0); }
};

TEST_F(ListenerExtensionsTest, WhatIsLeftOutIsNeitherAnnouncedNorKnown) {
    configure_listener("{ protocol: imap, address: \"127.0.0.1:143\", without: [imap-idle, imap-sort] }");
    Client& client = open();
    EXPECT_FALSE(problems_.has_errors());
    const std::string all = capabilities(client);
    for (const char* token : {"IDLE", "SORT", "ESORT", "CONTEXT=SORT"})
        EXPECT_FALSE(has(all, token)) << token;
    for (const char* token : {"CONTEXT=SEARCH", "ESEARCH", "CONDSTORE", "QRESYNC", "ENABLE", "FILTERS"})
        EXPECT_TRUE(has(all, token)) << token;
    EXPECT_TRUE(client.command("IDLE").bad());
    EXPECT_TRUE(client.command("SORT (DATE) UTF-8 ALL").bad());
    EXPECT_TRUE(client.command("SEARCH RETURN (COUNT) ALL").ok());
}

TEST_F(ListenerExtensionsTest, WhatNeedsItIsLeftOutWithIt) {
    configure_listener("{ protocol: imap, address: \"127.0.0.1:143\", without: [imap-condstore] }");
    deliver("INBOX", 1);
    Client& client = open();
    const std::string all = capabilities(client);
    for (const char* token : {"CONDSTORE", "QRESYNC"}) EXPECT_FALSE(has(all, token)) << token;
    EXPECT_EQ(client.command("ENABLE CONDSTORE QRESYNC UIDONLY").lines().at(0), "* ENABLED UIDONLY");
    EXPECT_TRUE(client.command("SELECT INBOX (CONDSTORE)").bad());
    EXPECT_TRUE(client.command("UID FETCH 1 (MODSEQ)").bad());
}

TEST_F(ListenerExtensionsTest, WhatExtensionsCollectIsLeftOutToo) {
    configure_listener("{ protocol: imap, address: \"127.0.0.1:143\", without: [imap-sort-display] }");
    Client& client = open();
    EXPECT_TRUE(client.command("SORT (SUBJECT) UTF-8 ALL").ok());
    EXPECT_TRUE(client.command("SORT (DISPLAYFROM) UTF-8 ALL").bad());
}

TEST_F(ListenerExtensionsTest, Rev2TellsClosedWhereQresyncIsLeftOut) {
    configure_listener("{ protocol: imap, address: \"127.0.0.1:143\", without: [imap-qresync] }");
    Client& client = open();
    EXPECT_TRUE(client.command("ENABLE IMAP4rev2").ok());
    EXPECT_NE(client.command("SELECT INBOX").text().find("* OK [CLOSED]"), std::string::npos);
}

TEST_F(ListenerExtensionsTest, RightsHoldWhereTheirCommandsAreLeftOut) {
    configure_listener("{ protocol: imap, address: \"127.0.0.1:143\", without: [imap-acl] }");
    Client& anna = open();
    EXPECT_TRUE(anna.command("SETACL INBOX ben lr").bad());
    deliver("INBOX", 1);
    Client& ben = connect();
    ben.take();
    EXPECT_TRUE(ben.command("LOGIN ben secret").ok());
    EXPECT_TRUE(ben.command("LIST \"\" user/*").lines("LIST").empty());
    EXPECT_TRUE(ben.command("SELECT user/anna").no());
}

TEST_F(ListenerExtensionsTest, MistakesAreExplained) {
    configure_listener(
        "{ protocol: imap, address: \"127.0.0.1:143\", without: [imap-idel, store-sqlite], wihout: 1 }");
    connect();
    std::string texts;
    for (const auto& entry : problems_.entries()) texts += entry.text + "\n";
    EXPECT_NE(texts.find("`imap-idel` is no IMAP extension that is loaded; did you mean `imap-idle`?"),
              std::string::npos)
        << texts;
    EXPECT_NE(texts.find("`store-sqlite` is no IMAP extension"), std::string::npos) << texts;
    EXPECT_NE(texts.find("did you mean `without`?"), std::string::npos) << texts;
}

}  // namespace
}  // namespace postern::imap::test
