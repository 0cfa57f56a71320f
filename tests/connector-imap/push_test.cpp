#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "postern/mail/types.hpp"
#include "scripted_server.hpp"

namespace postern::imap_client {
namespace {

using test::done;

using gateway::Action;
using gateway::FaultKind;
using testing::ElementsAre;

class PushTest : public test::SessionTest {
protected:
    void open_with(const std::string& capabilities, const std::string& more = "") {
        script->capabilities = capabilities;
        script->reply("SELECT \"INBOX\"", "* 9 EXISTS\r\n* OK [UIDVALIDITY 5] x\r\n" + more + done);
        open();
    }
    Action on(const std::string& id, Action::Kind kind) {
        Action action;
        action.kind = kind;
        action.ref = *session->find("INBOX", id);
        return action;
    }
    std::vector<gateway::ActionResult> push(std::vector<Action> actions) {
        auto results = run(session->push(std::move(actions)));
        if (!results) throw std::runtime_error(results.error().to_string());
        return std::move(*results);
    }
};

TEST_F(PushTest, FlagsOfSeveralInOneCommand) {
    open_with("IMAP4rev1", "* OK [PERMANENTFLAGS (\\Seen \\Flagged $Work \\*)] x\r\n");
    auto a = on("5.1", Action::Kind::set_flags);
    a.flags = mail::seen | mail::flagged;
    a.keywords = {"$Work"};
    a.cleared_flags = mail::answered;
    auto b = a;
    b.ref = session->find("INBOX", "5.2").value();
    auto c = on("5.9", Action::Kind::set_flags);
    c.cleared_keywords = {"Old"};
    for (const auto& result : push({a, b, c})) EXPECT_FALSE(result.fault);
    EXPECT_THAT(script->commands,
                ElementsAre("SELECT \"INBOX\"", "UID STORE 1:2 +FLAGS.SILENT (\\Flagged \\Seen $Work)",
                            "UID STORE 1:2 -FLAGS.SILENT (\\Answered)", "UID STORE 9 -FLAGS.SILENT (Old)"));
}

TEST_F(PushTest, KeywordsThatTheFolderDoesNotTake) {
    open_with("IMAP4rev1", "* OK [PERMANENTFLAGS (\\Seen $work)] x\r\n");
    auto action = on("5.1", Action::Kind::set_flags);
    action.keywords = {"Other", "$Work", "not an atom"};
    EXPECT_FALSE(push({action})[0].fault);
    EXPECT_THAT(script->commands, ElementsAre("SELECT \"INBOX\"", "UID STORE 1 +FLAGS.SILENT ($Work)"));
}

TEST_F(PushTest, RemoveByUidExpunge) {
    open_with("IMAP4rev1 UIDPLUS");
    EXPECT_FALSE(push({on("5.1", Action::Kind::remove), on("5.3", Action::Kind::remove)})[1].fault);
    EXPECT_THAT(script->commands, ElementsAre("SELECT \"INBOX\"", "UID STORE 1,3 +FLAGS.SILENT (\\Deleted)",
                                              "UID EXPUNGE 1,3"));
}

TEST_F(PushTest, WithoutUidplusNothingOfOthersIsExpunged) {
    open_with("IMAP4rev1");
    script->reply("UID SEARCH DELETED", "* SEARCH 8\r\n" + done);
    EXPECT_EQ(push({on("5.1", Action::Kind::remove)})[0].fault->kind, FaultKind::unsupported);
    EXPECT_FALSE(script->got("EXPUNGE"));
    script->reply("UID SEARCH DELETED", "* SEARCH 1\r\n" + done);
    EXPECT_FALSE(push({on("5.1", Action::Kind::remove)})[0].fault);
    EXPECT_TRUE(script->got("EXPUNGE"));
}

TEST_F(PushTest, MoveTellsNewIds) {
    open_with("IMAP4rev1 UIDPLUS MOVE");
    script->reply("UID MOVE 1:2 \"Work\"",
                  "* OK [COPYUID 9 1:2 31:32] x\r\n* 1 EXPUNGE\r\n* 1 EXPUNGE\r\n" + done);
    auto a = on("5.1", Action::Kind::move);
    a.destination = "Work";
    auto b = on("5.2", Action::Kind::move);
    b.destination = "Work";
    const auto results = push({a, b});
    EXPECT_EQ(results[0].new_id, "9.31");
    EXPECT_EQ(results[1].new_id, "9.32");
}

TEST_F(PushTest, MoveOfWhatIsGone) {
    open_with("IMAP4rev1 UIDPLUS MOVE");
    script->reply("UID MOVE 1:2 \"Work\"", "* OK [COPYUID 9 2 32] x\r\n" + done);
    auto a = on("5.1", Action::Kind::move);
    a.destination = "Work";
    auto b = on("5.2", Action::Kind::move);
    b.destination = "Work";
    const auto results = push({a, b});
    EXPECT_EQ(results[0].fault->kind, FaultKind::gone);
    EXPECT_FALSE(results[1].fault);
}

TEST_F(PushTest, MoveByCopyWhereThereIsNoMove) {
    open_with("IMAP4rev1 UIDPLUS");
    script->reply("UID COPY 1 \"Work\"", "{tag} OK [COPYUID 9 1 31] x\r\n");
    auto action = on("5.1", Action::Kind::move);
    action.destination = "Work";
    EXPECT_EQ(push({action})[0].new_id, "9.31");
    EXPECT_THAT(script->commands, ElementsAre("SELECT \"INBOX\"", "UID COPY 1 \"Work\"",
                                              "UID STORE 1 +FLAGS.SILENT (\\Deleted)", "UID EXPUNGE 1"));
}

TEST_F(PushTest, CopyThatFailsRemovesNothing) {
    open_with("IMAP4rev1 UIDPLUS");
    script->reply("UID COPY 1 \"Work\"", "{tag} NO [TRYCREATE] no such mailbox\r\n");
    auto action = on("5.1", Action::Kind::move);
    action.destination = "Work";
    EXPECT_EQ(push({action})[0].fault->kind, FaultKind::gone);
    EXPECT_THAT(script->commands, ElementsAre("SELECT \"INBOX\"", "UID COPY 1 \"Work\""));
}

TEST_F(PushTest, Append) {
    open_with("IMAP4rev1 UIDPLUS");
    const std::string line = "APPEND \"Work\" (\\Seen) \" 1-Feb-2026 10:00:00 +0000\" {8}\nabc\r\nde\n";
    script->reply(line, "{tag} OK [APPENDUID 9 40] x\r\n");
    Action action;
    action.kind = Action::Kind::append;
    action.folder = "Work";
    action.flags = mail::seen;
    action.date = 1769940000;
    action.content = std::make_shared<const std::string>("abc\r\nde\n");
    const auto results = push({action});
    EXPECT_FALSE(results[0].fault);
    EXPECT_EQ(results[0].new_id, "9.40");
    EXPECT_THAT(script->commands, ElementsAre(line));
}

TEST_F(PushTest, AppendWithoutWaiting) {
    open_with("IMAP4rev1 UIDPLUS LITERAL+");
    Action action;
    action.kind = Action::Kind::append;
    action.folder = "Work";
    action.content = std::make_shared<const std::string>("abc");
    EXPECT_FALSE(push({action})[0].fault);
    EXPECT_THAT(script->commands, ElementsAre("APPEND \"Work\" {3+}\nabc"));
}

TEST_F(PushTest, AppendRefusedBeforeItsOctets) {
    open_with("IMAP4rev1 UIDPLUS");
    Action action;
    action.kind = Action::Kind::append;
    action.folder = "Work";
    action.content = std::make_shared<const std::string>("abc");
    script->continuation = "P2 NO [OVERQUOTA] full\r\n";
    const auto results = push({action});
    EXPECT_EQ(results[0].fault->kind, FaultKind::permanent);
    EXPECT_TRUE(session->alive());
}

TEST_F(PushTest, ReadOnlyFolder) {
    open_with("IMAP4rev1 UIDPLUS", "* OK [READ-ONLY] x\r\n");
    EXPECT_EQ(push({on("5.1", Action::Kind::remove)})[0].fault->kind, FaultKind::unsupported);
    EXPECT_THAT(script->commands, ElementsAre("SELECT \"INBOX\""));
}

TEST_F(PushTest, RenumberedFolderIsNotTouched) {
    open_with("IMAP4rev1 UIDPLUS");
    auto action = on("4.1", Action::Kind::remove);
    EXPECT_EQ(push({action})[0].fault->kind, FaultKind::conflict);
    EXPECT_THAT(script->commands, ElementsAre("SELECT \"INBOX\""));
}

TEST_F(PushTest, ActionsOnRefsOfAnotherSession) {
    open_with("IMAP4rev1 UIDPLUS");
    Action action;
    action.ref = {99999, 1};
    EXPECT_EQ(push({action})[0].fault->kind, FaultKind::conflict);
    EXPECT_TRUE(script->commands.empty());
}

TEST_F(PushTest, LineLostAfterTheCommand) {
    open_with("IMAP4rev1 UIDPLUS MOVE");
    script->reply("UID MOVE 1 \"Work\"", "\x04");
    auto action = on("5.1", Action::Kind::move);
    action.destination = "Work";
    auto results = run(session->push({action}));
    ASSERT_FALSE(results) << "whether it was done is not known";
    EXPECT_EQ(results.error().kind, FaultKind::offline);
}

}  // namespace
}  // namespace postern::imap_client
