// MULTISEARCH (RFC 7377) and I18NLEVEL=1 (RFC 5255).
#include "tests/imap/support/fixture.hpp"

namespace postern::imap::test {
namespace {

class Multisearch : public ImapFixture {
protected:
    Client& sign_in_with(std::initializer_list<const char*> plugins = {}) {
        load("imap-esearch");
        load("imap-multisearch");
        for (const char* plugin : plugins) load(plugin);
        Client& client = sign_in();
        for (const char* name :
             {"folder1", "folder2", "folder2/banana", "folder2/banana/split", "folder2/peach", "folder22"}) {
            EXPECT_TRUE(client.command("CREATE " + std::string(name)).ok());
            deliver(name, 2);
        }
        return client;
    }
    /// The reply's lines without tag and UIDVALIDITY: "folder1 UID ALL 1:2".
    std::vector<std::string> found(Client& client, std::string_view arguments) {
        const Reply reply = client.command("ESEARCH " + std::string(arguments));
        EXPECT_TRUE(reply.ok()) << arguments << ": " << reply.tagged.raw;
        std::vector<std::string> all;
        for (const std::string& line : reply.lines()) {
            const std::string head = "* ESEARCH (TAG \"" + client.last_tag() + "\" MAILBOX ";
            const auto validity = line.find(" UIDVALIDITY ");
            const auto end = line.find(')');
            if (!line.starts_with(head) || validity == std::string::npos || end == std::string::npos) {
                all.push_back(line);
                continue;
            }
            const std::string name = line.substr(head.size(), validity - head.size());
            EXPECT_EQ(line.substr(validity + 13, end - validity - 13),
                      std::to_string(account_->find_mailbox(name)->uidvalidity));
            all.push_back(name + line.substr(end + 1));
        }
        return all;
    }
    using Lines = std::vector<std::string>;
};

TEST_F(Multisearch, WithoutItTheCommandIsUnknown) {
    load("imap-esearch");
    EXPECT_TRUE(open().command("ESEARCH ALL").bad());
}

TEST_F(Multisearch, Sources) {
    Client& client = sign_in_with();
    EXPECT_NE(client.command("CAPABILITY").text().find("MULTISEARCH"), std::string::npos);
    EXPECT_EQ(found(client, "IN (mailboxes \"folder1\" subtree \"folder2\") unseen"),
              (Lines{"folder1 UID ALL 1:2", "folder2 UID ALL 1:2", "folder2/banana UID ALL 1:2",
                     "folder2/banana/split UID ALL 1:2", "folder2/peach UID ALL 1:2"}));
    EXPECT_EQ(found(client, "IN (subtree-one folder2) ALL"),
              (Lines{"folder2 UID ALL 1:2", "folder2/banana UID ALL 1:2", "folder2/peach UID ALL 1:2"}));
    EXPECT_EQ(found(client, "IN (mailboxes (folder22 folder1 nowhere)) ALL"),
              (Lines{"folder1 UID ALL 1:2", "folder22 UID ALL 1:2"}));
    // Named twice, searched once.
    EXPECT_EQ(found(client, "IN (mailboxes folder1 subtree folder1) ALL"), Lines{"folder1 UID ALL 1:2"});
    EXPECT_EQ(found(client, "IN (personal) SUBJECT \"Letter 3\""), Lines{"folder2 UID ALL 1"});
    EXPECT_EQ(found(client, "IN (inboxes) ALL"), Lines{});
    EXPECT_TRUE(client.command("SUBSCRIBE folder22").ok());
    EXPECT_EQ(found(client, "IN (subscribed) ALL"), Lines{"folder22 UID ALL 1:2"});
}

TEST_F(Multisearch, OnlyMailboxesWithMatchesAreTold) {
    Client& client = sign_in_with();
    EXPECT_EQ(found(client, "IN (personal) RETURN (COUNT MIN MAX) SUBJECT \"Letter 2\""),
              Lines{"folder1 UID COUNT 1 MIN 2 MAX 2"});
    EXPECT_EQ(found(client, "IN (personal) RETURN (COUNT) KEYWORD none"), Lines{});
    EXPECT_EQ(found(client, "IN (mailboxes folder1) RETURN () ALL"), Lines{"folder1 UID ALL 1:2"});
}

TEST_F(Multisearch, TheSelectedMailboxStaysAsItIs) {
    Client& client = sign_in_with();
    EXPECT_TRUE(client.command("ESEARCH ALL").bad());
    EXPECT_TRUE(client.command("ESEARCH IN (selected) ALL").bad());
    EXPECT_TRUE(client.command("SELECT folder1").ok());
    EXPECT_EQ(found(client, "ALL"), Lines{"folder1 UID ALL 1:2"});
    EXPECT_EQ(found(client, "IN (selected mailboxes folder22) FROM anna"),
              (Lines{"folder1 UID ALL 1:2", "folder22 UID ALL 1:2"}));
    EXPECT_EQ(client.command("FETCH 2 UID").text(), "* 2 FETCH (UID 2)\n");
    // A search elsewhere takes no \Recent.
    EXPECT_EQ(client.command("STATUS folder2 (RECENT)").text(), "* STATUS folder2 (RECENT 2)\n");
    deliver("folder1", 1);
    EXPECT_EQ(client.command("ESEARCH IN (mailboxes folder2) ALL").lines("EXISTS"), Lines{"* 3 EXISTS"});
}

TEST_F(Multisearch, NumbersBeyondTheEndAreNoError) {
    Client& client = sign_in_with();
    EXPECT_EQ(found(client, "IN (mailboxes folder1) 2:100"), Lines{"folder1 UID ALL 2"});
    EXPECT_EQ(found(client, "IN (mailboxes folder1) 101:200"), Lines{});
    EXPECT_EQ(found(client, "IN (mailboxes (folder1 INBOX)) NOT 1"), Lines{"folder1 UID ALL 2"});
}

TEST_F(Multisearch, WhatIsWrongIsToldSo) {
    Client& client = sign_in_with();
    for (const char* arguments :
         {"", "IN ALL", "IN () ALL", "IN (everything) ALL", "IN (mailboxes) ALL", "IN (mailboxes ()) ALL",
          "IN (subtree folder1", "IN (selected-delayed) ALL", "IN (personal) RETURN (SIDEWAYS) ALL",
          "IN (personal) RETURN (ALL)", "IN (personal) RETURN (UPDATE) ALL"}) {
        EXPECT_TRUE(client.command("ESEARCH " + std::string(arguments)).bad()) << arguments;
    }
    EXPECT_TRUE(
        client.command("ESEARCH IN (personal) CHARSET KLINGON ALL").tagged.code.starts_with("BADCHARSET"));
}

TEST_F(Multisearch, I18nLevelIsAnnounced) {
    load("imap-i18nlevel");
    EXPECT_NE(sign_in().command("CAPABILITY").text().find("I18NLEVEL=1"), std::string::npos);
}

}  // namespace
}  // namespace postern::imap::test
