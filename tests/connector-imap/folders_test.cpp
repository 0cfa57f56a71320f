#include "connector-imap/folders.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scripted_server.hpp"

namespace postern::imap_client {
namespace {

using gateway::Action;
using gateway::FaultKind;
using testing::ElementsAre;

ListData entry(std::string name, char delimiter = '/', std::vector<std::string> attributes = {}) {
    ListData out;
    out.name = std::move(name);
    out.delimiter = delimiter;
    out.attributes = std::move(attributes);
    return out;
}

TEST(FolderTree, ParentsNamesAndRoles) {
    FolderTree tree({});
    tree.add(entry("inbox"));
    tree.add(entry("Work/2026/M&AOQ-rz"));
    tree.add(entry("Gesendet", '/', {"\\sent", "\\hasnochildren"}));
    tree.add(entry("Work/2026", '/', {"\\noselect"}));
    const auto folders = tree.folders();
    ASSERT_EQ(folders.size(), 5U);
    EXPECT_EQ(folders[0].id, "Gesendet");
    EXPECT_EQ(folders[0].role, "\\Sent");
    EXPECT_EQ(folders[1].id, "INBOX");
    EXPECT_EQ(folders[2].id, "Work");
    EXPECT_FALSE(folders[2].selectable);
    EXPECT_EQ(folders[3].parent, "Work");
    EXPECT_EQ(folders[3].name, "2026");
    EXPECT_FALSE(folders[3].selectable);
    EXPECT_EQ(folders[4].name, "März");
    EXPECT_EQ(folders[4].parent, "Work/2026");
}

TEST(FolderTree, PersonalNamespace) {
    Namespaces namespaces;
    namespaces.prefix = "INBOX.";
    namespaces.others = {"user.", "shared."};
    FolderTree tree(namespaces);
    tree.add(entry("INBOX", '.'));
    tree.add(entry("INBOX.Work", '.'));
    tree.add(entry("INBOX.Work.Old", '.'));
    tree.add(entry("user.anna", '.'));
    tree.add(entry("shared", '.'));
    const auto folders = tree.folders();
    ASSERT_EQ(folders.size(), 3U);
    EXPECT_EQ(folders[1].name, "Work");
    EXPECT_EQ(folders[1].parent, "");
    EXPECT_EQ(folders[2].name, "Old");
    EXPECT_EQ(folders[2].parent, "INBOX.Work");
    EXPECT_EQ(tree.compose("", "Neu & gut"), "INBOX.Neu &- gut");
    EXPECT_EQ(tree.compose("INBOX.Work", "a"), "INBOX.Work.a");
    EXPECT_EQ(tree.compose("", "a.b"), std::nullopt);
}

TEST(FolderTree, OddNames) {
    FolderTree tree({});
    tree.add(entry("Work/", '/'));
    tree.add(entry("/", '/'));
    tree.add(entry("/a", '/'));
    tree.add(entry("no & utf7", '/'));
    tree.add(entry("Work", '/'));
    for (const auto& folder : tree.folders()) EXPECT_FALSE(folder.name.empty()) << folder.id;
    EXPECT_EQ(tree.folders().size(), 4U);
    EXPECT_EQ(quoted_name("a\"b\\c"), "\"a\\\"b\\\\c\"");
    EXPECT_EQ(readable_name("&broken"), "&broken");
    FolderTree flat({});
    flat.add(entry("INBOX", 0));
    EXPECT_EQ(flat.compose("INBOX", "x"), std::nullopt);
}

class Folders : public test::SessionTest {
protected:
    gateway::ActionResult change(Action action) {
        std::vector<Action> actions = {std::move(action)};
        auto results = run(session->push(actions));
        if (!results) throw std::runtime_error(results.error().to_string());
        return results->at(0);
    }
};

TEST_F(Folders, ListedWithStatusInOneCommand) {
    script->capabilities += " LIST-EXTENDED LIST-STATUS SPECIAL-USE CONDSTORE";
    const std::string command =
        "LIST \"\" \"*\" RETURN (SPECIAL-USE STATUS (MESSAGES UIDNEXT UIDVALIDITY UNSEEN HIGHESTMODSEQ))";
    script->reply(
        command,
        "* LIST () \"/\" INBOX\r\n"
        "* STATUS INBOX (MESSAGES 2 UIDNEXT 8 UIDVALIDITY 5 UNSEEN 0 HIGHESTMODSEQ 70)\r\n{tag} OK done\r\n");
    open();
    auto list = run(session->list_folders(""));
    ASSERT_TRUE(list);
    EXPECT_EQ(list->folders.size(), 1U);
    // What LIST told answers the poll of a folder in which nothing changed.
    EXPECT_TRUE(page("1 5 8 70 2 0").unchanged);
    EXPECT_THAT(script->commands, ElementsAre(command));
}

TEST_F(Folders, TooManyAreRefused) {
    std::string reply;
    for (int i = 0; i < 20001; ++i) reply += "* LIST () \"/\" f" + std::to_string(i) + "\r\n";
    script->reply("LIST \"\" \"*\"", reply + "{tag} OK done\r\n");
    open();
    EXPECT_EQ(run(session->list_folders("")).error().kind, FaultKind::protocol_violation);
}

TEST_F(Folders, CreateRenameDelete) {
    script->reply("LIST \"\" \"*\"", "* LIST () \".\" INBOX\r\n{tag} OK done\r\n");
    open();
    Action action;
    action.kind = Action::Kind::create_folder;
    action.folder = "Work";
    action.name = "März";
    EXPECT_EQ(change(action).new_id, "Work.M&AOQ-rz");
    EXPECT_TRUE(script->got("CREATE \"Work.M&AOQ-rz\""));
    EXPECT_TRUE(script->got("SUBSCRIBE \"Work.M&AOQ-rz\""));
    action.kind = Action::Kind::rename_folder;
    action.folder = "Work.M&AOQ-rz";
    action.destination = "";
    action.name = "April";
    EXPECT_EQ(change(action).new_id, "April");
    EXPECT_TRUE(script->got("RENAME \"Work.M&AOQ-rz\" \"April\""));
    action.kind = Action::Kind::remove_folder;
    action.folder = "April";
    EXPECT_FALSE(change(action).fault);
    EXPECT_TRUE(script->got("DELETE \"April\""));
}

TEST_F(Folders, WhatWasDoneBeforeIsDone) {
    open();
    script->reply("CREATE \"a\"", "{tag} NO [ALREADYEXISTS] there\r\n");
    script->reply("DELETE \"a\"", "{tag} NO [NONEXISTENT] gone\r\n");
    script->reply("CREATE \"b\"", "{tag} NO [OVERQUOTA] full\r\n");
    Action action;
    action.kind = Action::Kind::create_folder;
    action.name = "a";
    EXPECT_FALSE(change(action).fault);
    action.name = "b";
    EXPECT_EQ(change(action).fault->kind, FaultKind::permanent);
    action.kind = Action::Kind::remove_folder;
    action.folder = "a";
    EXPECT_FALSE(change(action).fault);
}

TEST_F(Folders, TheOpenOneIsClosedBeforeItGoes) {
    script->reply("SELECT \"a\"", "* 0 EXISTS\r\n* OK [UIDVALIDITY 5] x\r\n{tag} OK done\r\n");
    open();
    page("", "a");
    Action action;
    action.kind = Action::Kind::remove_folder;
    action.folder = "a";
    EXPECT_FALSE(change(action).fault);
    EXPECT_THAT(script->commands, ElementsAre("SELECT \"a\"", "LIST \"\" \"*\"", "UNSELECT", "DELETE \"a\""));
}

}  // namespace
}  // namespace postern::imap_client
