// NOTIFY (RFC 5465) in mailboxes that others share (RFC 4314): what is told depends on rights, and changes with them.
#include "tests/imap/support/fixture.hpp"

namespace postern::imap::test {
namespace {

class AclNotify : public ImapFixture {
protected:
    void SetUp() override {
        for (const char* plugin : {"imap-acl", "imap-notify"}) load(plugin);
        anna_ = &sign_in();
        ok(*anna_, "CREATE Team");
        ben_ = &connect();
        ben_->take();
        ok(*ben_, "LOGIN ben secret");
    }
    static void ok(Client& client, const std::string& command) {
        const Reply reply = client.command(command);
        EXPECT_TRUE(reply.ok()) << command << ": " << reply.tagged.text;
    }
    void share(const std::string& rights) {
        ok(*anna_, "SETACL Team ben \"" + rights + "\"");
        runtime_.settle();
    }
    /// What ben is told without asking.
    std::string news() {
        runtime_.settle();
        std::string all;
        for (const auto& response : ben_->responses()) all += response.raw;
        std::erase(all, '\r');
        return all;
    }

    Client* anna_ = nullptr;
    Client* ben_ = nullptr;
};

TEST_F(AclNotify, NewMailInASharedMailboxIsTold) {
    share("lr");
    ok(*ben_, "NOTIFY SET (subtree user/anna (MessageNew MessageExpunge))");
    deliver("Team", 2);
    EXPECT_EQ(news(), "* STATUS user/anna/Team (UIDNEXT 3 MESSAGES 2)\n");
    deliver("INBOX", 1);
    EXPECT_EQ(news(), "") << "nobody shares it";
}

TEST_F(AclNotify, OthersMailboxesAreNotPersonal) {
    share("lr");
    ok(*ben_, "NOTIFY SET (personal (MessageNew MessageExpunge MailboxName))");
    deliver("Team", 1);
    ok(*anna_, "CREATE Team/Plans");
    EXPECT_EQ(news(), "");
}

TEST_F(AclNotify, WhatMayOnlyBeLookedUpIsNamedAtOnceAndNeverTold) {
    share("l");
    const Reply reply = ben_->command("NOTIFY SET STATUS (subtree user/anna (MessageNew MessageExpunge))");
    EXPECT_TRUE(reply.ok());
    EXPECT_EQ(reply.text(), "* LIST (\\NoAccess) \"/\" user/anna/Team\n");
    deliver("Team", 1);
    EXPECT_EQ(news(), "");
}

TEST_F(AclNotify, WhatMayNotBeLookedUpIsNotEvenNamed) {
    share("r");
    const Reply reply =
        ben_->command("NOTIFY SET STATUS (mailboxes user/anna/Team (MessageNew MessageExpunge))");
    EXPECT_TRUE(reply.ok());
    EXPECT_EQ(reply.text(), "");
    deliver("Team", 1);
    EXPECT_EQ(news(), "");
}

TEST_F(AclNotify, RightsThatAreTakenEndItAndComeBack) {
    share("lr");
    ok(*ben_, "NOTIFY SET (mailboxes user/anna/Team (MessageNew MessageExpunge MailboxName))");
    ok(*anna_, "DELETEACL Team ben");
    EXPECT_EQ(news(), "* LIST (\\NonExistent) \"/\" user/anna/Team\n");
    deliver("Team", 1);
    EXPECT_EQ(news(), "");
    share("lr");
    EXPECT_EQ(news(), "* LIST (\\HasNoChildren) \"/\" user/anna/Team\n");
    deliver("Team", 1);
    EXPECT_EQ(news(), "* STATUS user/anna/Team (UIDNEXT 3 MESSAGES 2)\n");
}

TEST_F(AclNotify, ARightBelowIsGainedWithTheListAbove) {
    ok(*anna_, "CREATE Team/Plans");
    ok(*ben_, "NOTIFY SET (subtree user/anna (MailboxName))");
    share("lr");
    const std::string told = news();
    EXPECT_NE(told.find("\"/\" user/anna/Team\n"), std::string::npos) << told;
    EXPECT_NE(told.find("\"/\" user/anna/Team/Plans\n"), std::string::npos) << told;
    share("r");
    const std::string taken = news();
    EXPECT_NE(taken.find("* LIST (\\NonExistent) \"/\" user/anna/Team/Plans\n"), std::string::npos) << taken;
}

}  // namespace
}  // namespace postern::imap::test
