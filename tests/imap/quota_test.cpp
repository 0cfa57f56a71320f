// QUOTA (RFC 9208) with the guard of the plugin `quota`, as they are built.
#include "tests/imap/support/fixture.hpp"

namespace postern::imap::test {
namespace {

class Quota : public ImapFixture {
protected:
    Client& sign_in_with(const std::string& limits, const std::string& settings = {}) {
        load("quota", limits);
        load("imap-quota", settings);
        return sign_in();
    }
    Client& sign_in_as(const std::string& login) {
        Client& client = connect();
        client.take();
        EXPECT_TRUE(client.command("LOGIN " + login + " secret").ok());
        return client;
    }
    static std::string message(std::size_t octets) {
        std::string text = "Subject: x\r\n\r\n";
        return text + std::string(octets - text.size(), 'x');
    }
    static std::string append(std::size_t octets, const std::string& mailbox = "INBOX") {
        return "APPEND " + mailbox + " {" + std::to_string(octets) + "}\r\n" + message(octets);
    }
};

TEST_F(Quota, IsUnknownWithoutItsLibrary) {
    Client& client = sign_in();
    EXPECT_TRUE(client.command("GETQUOTA user/anna").bad());
    EXPECT_TRUE(client.command("GETQUOTAROOT INBOX").bad());
    EXPECT_TRUE(client.command("STATUS INBOX (DELETED)").bad());
}

TEST_F(Quota, TellsUsageAndLimits) {
    Client& client = sign_in_with("{ storage: 10k, messages: 3, mailboxes: 8 }");
    EXPECT_NE(client.command("CAPABILITY")
                  .text()
                  .find("QUOTA QUOTASET QUOTA=RES-STORAGE QUOTA=RES-MESSAGE QUOTA=RES-MAILBOX "
                        "QUOTA=RES-ANNOTATION-STORAGE"),
              std::string::npos);
    EXPECT_EQ(client.command("GETQUOTAROOT INBOX").text(),
              "* QUOTAROOT INBOX user/anna\n* QUOTA user/anna (STORAGE 0 10 MESSAGE 0 3 MAILBOX 6 8)\n");
    EXPECT_TRUE(client.command(append(1025)).ok());
    EXPECT_EQ(client.command("GETQUOTA user/anna").text(),
              "* QUOTA user/anna (STORAGE 2 10 MESSAGE 1 3 MAILBOX 6 8)\n");
    // The root of a mailbox that is yet to be made.
    EXPECT_EQ(client.command("GETQUOTAROOT Future").lines("QUOTAROOT").at(0), "* QUOTAROOT Future user/anna");
    EXPECT_TRUE(client.command("GETQUOTA user/ben").no());
    const Reply others = client.command("GETQUOTA user/ben");
    const Reply missing = client.command("GETQUOTA user/nobody");
    EXPECT_EQ(others.tagged.code + others.tagged.text, missing.tagged.code + missing.tagged.text);
    for (const char* command :
         {"GETQUOTA", "GETQUOTA a b", "GETQUOTAROOT", "SETQUOTA user/anna", "SETQUOTA user/anna (STORAGE)",
          "SETQUOTA user/anna (STORAGE -1)", "SETQUOTA user/anna (STORAGE 1"}) {
        EXPECT_TRUE(client.command(command).bad()) << command;
    }
}

TEST_F(Quota, WithoutLimitsTheListIsEmpty) {
    Client& client = sign_in_with("");
    EXPECT_EQ(client.command("GETQUOTA user/anna").text(), "* QUOTA user/anna ()\n");
    EXPECT_TRUE(client.command(append(100'000)).ok());
}

TEST_F(Quota, StorageBindsAppendAndCopy) {
    Client& client = sign_in_with("{ storage: 10k }");
    EXPECT_TRUE(client.command(append(6000)).ok());
    const Reply refused = client.command(append(6000));
    EXPECT_TRUE(refused.no());
    EXPECT_EQ(refused.tagged.code, "OVERQUOTA");
    EXPECT_TRUE(client.command("SELECT INBOX").ok());
    EXPECT_EQ(client.command("COPY 1 Sent").tagged.code, "OVERQUOTA");
    EXPECT_EQ(client.command("STATUS Sent (MESSAGES)").text(), "* STATUS Sent (MESSAGES 0)\n");
    // The very last octet fits.
    EXPECT_TRUE(client.command(append(4240)).ok());
    EXPECT_EQ(client.command(append(30)).tagged.code, "OVERQUOTA");
    EXPECT_TRUE(client.command("STORE 1 +FLAGS.SILENT (\\Deleted)").ok());
    EXPECT_TRUE(client.command("EXPUNGE").ok());
    EXPECT_TRUE(client.command(append(6000)).ok());
}

TEST_F(Quota, MovingNeedsNoRoom) {
    load("imap-move");
    Client& client = sign_in_with("{ messages: 2, storage: 1k }");
    EXPECT_TRUE(client.command(append(500)).ok());
    EXPECT_TRUE(client.command(append(500)).ok());
    EXPECT_EQ(client.command(append(20)).tagged.code, "OVERQUOTA");
    EXPECT_TRUE(client.command("SELECT INBOX").ok());
    EXPECT_TRUE(client.command("MOVE 1:2 Sent").ok());
    EXPECT_EQ(client.command("GETQUOTA user/anna").text(), "* QUOTA user/anna (STORAGE 1 1 MESSAGE 2 2)\n");
}

TEST_F(Quota, SeveralMessagesAreTakenTogetherOrNot) {
    load("imap-multiappend");
    Client& client = sign_in_with("{ messages: 2 }");
    const std::string three =
        "APPEND INBOX {30}\r\n" + message(30) + " {30}\r\n" + message(30) + " {30}\r\n" + message(30);
    EXPECT_EQ(client.command(three).tagged.code, "OVERQUOTA");
    EXPECT_EQ(client.command("STATUS INBOX (MESSAGES)").text(), "* STATUS INBOX (MESSAGES 0)\n");
}

/// QUOTA+REPLACE: only the difference counts.
TEST_F(Quota, ReplacingCountsTheDifference) {
    load("imap-replace");
    Client& client = sign_in_with("{ storage: 10k, messages: 1 }");
    EXPECT_TRUE(client.command(append(9000)).ok());
    EXPECT_TRUE(client.command("SELECT INBOX").ok());
    const auto replace = [&](std::size_t octets) {
        return client.command("REPLACE 1 INBOX {" + std::to_string(octets) + "}\r\n" + message(octets));
    };
    EXPECT_TRUE(replace(10'000).ok());
    EXPECT_EQ(replace(10'241).tagged.code, "OVERQUOTA");
    EXPECT_EQ(client.command("STATUS INBOX (MESSAGES)").text(), "* STATUS INBOX (MESSAGES 1)\n");
    EXPECT_TRUE(replace(10'240).ok());
    EXPECT_TRUE(replace(100).ok());
    EXPECT_EQ(client.command("GETQUOTA user/anna").text(), "* QUOTA user/anna (STORAGE 1 10 MESSAGE 1 1)\n");
}

TEST_F(Quota, MailboxesAreCountedWithTheirParents) {
    Client& client = sign_in_with("{ mailboxes: 8 }");
    EXPECT_EQ(client.command("CREATE a/b/c").tagged.code, "OVERQUOTA");
    EXPECT_TRUE(client.command("CREATE a/b").ok());
    EXPECT_EQ(client.command("CREATE c").tagged.code, "OVERQUOTA");
    EXPECT_TRUE(client.command("RENAME a/b a/c").ok());
    EXPECT_EQ(client.command("RENAME a/c d/e").tagged.code, "OVERQUOTA");
    EXPECT_EQ(client.command("RENAME INBOX f").tagged.code, "OVERQUOTA");
    EXPECT_TRUE(client.command("DELETE a/c").ok());
    EXPECT_TRUE(client.command("CREATE c").ok());
}

TEST_F(Quota, AnnotationsAreCounted) {
    load("imap-metadata");
    Client& client = sign_in_with("{ annotations: 1k }");
    EXPECT_TRUE(
        client.command("SETMETADATA INBOX (/private/comment \"" + std::string(900, 'x') + "\")").ok());
    EXPECT_EQ(client.command("GETQUOTA user/anna").text(), "* QUOTA user/anna (ANNOTATION-STORAGE 1 1)\n");
    EXPECT_EQ(
        client.command("SETMETADATA Sent (/private/comment \"" + std::string(200, 'x') + "\")").tagged.code,
        "OVERQUOTA");
    EXPECT_TRUE(client.command("SETMETADATA INBOX (/private/comment NIL)").ok());
    EXPECT_TRUE(client.command("SETMETADATA Sent (/private/comment \"" + std::string(200, 'x') + "\")").ok());
}

TEST_F(Quota, OnlyAdministratorsSetLimits) {
    Client& anna = sign_in_with("{ storage: 10k, messages: 3 }", "{ administrators: [ben] }");
    EXPECT_EQ(anna.command("SETQUOTA user/anna (STORAGE 100)").tagged.code, "NOPERM");
    Client& ben = sign_in_as("ben");
    // What is not listed is not limited any more.
    EXPECT_EQ(ben.command("SETQUOTA user/anna (STORAGE 20)").text(), "* QUOTA user/anna (STORAGE 0 20)\n");
    EXPECT_EQ(anna.command("GETQUOTA user/anna").text(), "* QUOTA user/anna (STORAGE 0 20)\n");
    for (int i = 0; i < 4; ++i) EXPECT_TRUE(anna.command(append(100)).ok());
    EXPECT_EQ(ben.command("SETQUOTA user/anna ()").text(), "* QUOTA user/anna ()\n");
    EXPECT_TRUE(anna.command(append(30'000)).ok());
    // Over its limit an account keeps what it has, and gets nothing more.
    EXPECT_TRUE(ben.command("SETQUOTA \"user/anna\" (storage 1 MESSAGE 1)").ok());
    EXPECT_EQ(anna.command(append(20)).tagged.code, "OVERQUOTA");
    EXPECT_EQ(anna.command("STATUS INBOX (MESSAGES)").text(), "* STATUS INBOX (MESSAGES 5)\n");
    EXPECT_EQ(ben.command("SETQUOTA user/anna (COFFEE 1)").tagged.code, "CANNOT");
    EXPECT_TRUE(ben.command("SETQUOTA user/nobody (STORAGE 1)").no());
    EXPECT_EQ(ben.command("GETQUOTA user/ben").text(), "* QUOTA user/ben (STORAGE 0 10 MESSAGE 0 3)\n");
}

TEST_F(Quota, StatusTellsWhatExpungeWouldFree) {
    Client& client = sign_in_with("");
    EXPECT_EQ(client.command("STATUS INBOX (DELETED DELETED-STORAGE)").text(),
              "* STATUS INBOX (DELETED 0 DELETED-STORAGE 0)\n");
    EXPECT_TRUE(client.command(append(100)).ok());
    EXPECT_TRUE(client.command(append(200)).ok());
    EXPECT_TRUE(client.command(append(400)).ok());
    EXPECT_TRUE(client.command("SELECT INBOX").ok());
    EXPECT_TRUE(client.command("STORE 2:3 +FLAGS.SILENT (\\Deleted)").ok());
    EXPECT_EQ(client.command("STATUS INBOX (MESSAGES DELETED DELETED-STORAGE)").text(),
              "* STATUS INBOX (MESSAGES 3 DELETED 2 DELETED-STORAGE 600)\n");
    EXPECT_TRUE(client.command("EXPUNGE").ok());
    EXPECT_EQ(client.command("STATUS INBOX (DELETED DELETED-STORAGE)").text(),
              "* STATUS INBOX (DELETED 0 DELETED-STORAGE 0)\n");
}

TEST_F(Quota, BindsWhoeverDelivers) {
    Client& client = sign_in_with("{ messages: 1 }");
    EXPECT_TRUE(client.command("NOOP").ok());
    const auto deliver_one = [&] {
        mail::DeliveryRequest request;
        request.mailbox = account_->find_mailbox("INBOX")->id;
        request.messages.resize(1);
        request.messages[0].content = std::make_shared<const std::string>(letter(1));
        request.cause = {"gateway", "COLLECT", "", 0};
        return runtime_.run(account_->deliver(std::move(request)));
    };
    EXPECT_TRUE(deliver_one());
    EXPECT_EQ(deliver_one().error().code, Errc::over_quota);
}

}  // namespace
}  // namespace postern::imap::test
