#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scripted_server.hpp"

namespace postern::imap_client {
namespace {

using gateway::FaultKind;
using testing::ElementsAre;

class WatchTest : public test::SessionTest {
protected:
    void open_with(const std::string& capabilities) {
        script->capabilities = capabilities;
        script->blocks = true;
        script->reply("SELECT \"INBOX\"", "* 9 EXISTS\r\n* OK [UIDVALIDITY 5] x\r\n{tag} OK done\r\n");
        open();
    }
    Outcome<std::vector<std::string>> watch(int seconds) {
        return run(session->watch({"INBOX"}, std::chrono::seconds(seconds)));
    }
};

TEST_F(WatchTest, NewsEndTheWaiting) {
    open_with("IMAP4rev1 IDLE");
    script->while_idle = "* OK still here\r\n* 10 EXISTS\r\n";
    auto hints = watch(600);
    ASSERT_TRUE(hints) << hints.error().to_string();
    EXPECT_THAT(*hints, ElementsAre("INBOX"));
    EXPECT_THAT(script->commands, ElementsAre("SELECT \"INBOX\"", "IDLE", "DONE"));
    script->while_idle = "* 10 EXPUNGE\r\n";
    EXPECT_THAT(*watch(600), ElementsAre("INBOX"));
}

TEST_F(WatchTest, WhatAPullAskedForIsNoNews) {
    open_with("IMAP4rev1 IDLE");
    script->reply("SELECT \"INBOX\"",
                  "* 1 EXISTS\r\n* OK [UIDVALIDITY 5] x\r\n* OK [UIDNEXT 8] x\r\n{tag} OK done\r\n");
    script->reply(test::all, "* 1 FETCH (UID 3 FLAGS () RFC822.SIZE 9)\r\n" + test::done);
    ASSERT_EQ(page().items.size(), 1U);
    EXPECT_TRUE(watch(0)->empty());
    EXPECT_TRUE(script->got("IDLE"));
}

TEST_F(WatchTest, NoNewsWithinTheTime) {
    open_with("IMAP4rev1 IDLE");
    auto hints = watch(0);
    ASSERT_TRUE(hints);
    EXPECT_TRUE(hints->empty());
    EXPECT_TRUE(session->alive());
    EXPECT_TRUE(watch(0)->empty());
}

TEST_F(WatchTest, NotifyTellsOfOtherFolders) {
    open_with("IMAP4rev1 IDLE NOTIFY");
    EXPECT_THAT(*watch(600), ElementsAre("")) << "of what was before nothing is told";
    script->while_idle = "* STATUS Work (MESSAGES 3 UIDNEXT 9 UIDVALIDITY 4)\r\n";
    EXPECT_THAT(*watch(600), ElementsAre("Work"));
    script->while_idle = "* LIST () \"/\" Fresh\r\n";
    EXPECT_THAT(*watch(600), ElementsAre(""));
    int notifies = 0;
    for (const auto& command : script->commands) notifies += command.starts_with("NOTIFY SET") ? 1 : 0;
    EXPECT_EQ(notifies, 1);
}

TEST_F(WatchTest, WhatCameBetweenPullAndWaitingIsNews) {
    open_with("IMAP4rev1 IDLE");
    script->reply(test::all, "* 1 FETCH (UID 7 FLAGS () RFC822.SIZE 100)\r\n{tag} OK done\r\n");
    script->replies["SELECT \"INBOX\""] = {"* 1 EXISTS\r\n* OK [UIDVALIDITY 5] x\r\n{tag} OK done\r\n",
                                           "* 2 EXISTS\r\n* OK [UIDVALIDITY 5] x\r\n{tag} OK done\r\n"};
    script->reply("SELECT \"Work\"", "* 0 EXISTS\r\n* OK [UIDVALIDITY 6] x\r\n{tag} OK done\r\n");
    ASSERT_TRUE(pull());
    EXPECT_TRUE(watch(0)->empty()) << "the answers to a pull are no news";
    ASSERT_TRUE(pull("", "Work"));
    EXPECT_THAT(*watch(600), ElementsAre("INBOX"));
}

TEST_F(WatchTest, NewsOfTheInboxAreKeptWhileAnotherFolderIsOpen) {
    open_with("IMAP4rev1 IDLE");
    script->reply("SELECT \"Work\"",
                  "* 0 EXISTS\r\n* OK [UIDVALIDITY 6] x\r\n"
                  "* STATUS INBOX (MESSAGES 10 UIDNEXT 11 UIDVALIDITY 5)\r\n{tag} OK done\r\n");
    ASSERT_TRUE(pull("", "Work"));
    EXPECT_THAT(*watch(600), ElementsAre("INBOX"));
}

TEST_F(WatchTest, RefusedOrNotThere) {
    open_with("IMAP4rev1");
    EXPECT_EQ(watch(0).error().kind, FaultKind::unsupported);
    open_with("IMAP4rev1 IDLE");
    script->reply("IDLE", "{tag} NO not now\r\n");
    EXPECT_EQ(watch(0).error().kind, FaultKind::unsupported);
    EXPECT_TRUE(session->alive());
}

TEST_F(WatchTest, TheServerEndsIt) {
    open_with("IMAP4rev1 IDLE");
    script->reply("IDLE", "+ idling\r\n{tag} OK enough\r\n");
    EXPECT_TRUE(watch(600)->empty());
    EXPECT_FALSE(script->got("DONE"));
}

TEST_F(WatchTest, TheLineBreaks) {
    open_with("IMAP4rev1 IDLE");
    script->while_idle = "* BYE shutting down\r\n";
    script->reply("IDLE", "+ idling\r\n* BYE shutting down\r\n\x04");
    auto hints = watch(600);
    ASSERT_FALSE(hints);
    EXPECT_EQ(hints.error().kind, FaultKind::offline);
    EXPECT_NE(hints.error().text.find("shutting down"), std::string::npos);
}

TEST_F(WatchTest, KeepAliveAndClose) {
    open_with("IMAP4rev1 IDLE");
    EXPECT_TRUE(run(session->keep_alive()));
    EXPECT_TRUE(script->commands.empty()) << "there was traffic lately";
    EXPECT_TRUE(run(session->close(gateway::RemoteSession::CloseMode::commit)));
    EXPECT_THAT(script->commands, ElementsAre("LOGOUT"));
    EXPECT_FALSE(session->alive());
}

}  // namespace
}  // namespace postern::imap_client
