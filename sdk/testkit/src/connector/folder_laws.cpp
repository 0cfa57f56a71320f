// Providers with folders and flags: the tree, what moves in it, flags both ways. For connectors that claim `hierarchy`.
#include <set>

#include "connector/connector_case.hpp"
#include "postern/mail/types.hpp"

namespace postern::testkit {

using namespace gateway;

namespace {

using Kind = Action::Kind;

/// Ids by path ("Work/Old").
std::map<std::string, std::string> folder_ids(ConnectorCase& test, RemoteSession& session) {
    const FolderList list = must(test.run(session.list_folders("")));
    std::map<std::string, const RemoteFolder*> by_id;
    for (const RemoteFolder& folder : list.folders) {
        EXPECT_TRUE(by_id.emplace(folder.id, &folder).second) << "two folders with id " << folder.id;
    }
    std::map<std::string, std::string> ids;
    for (const RemoteFolder& folder : list.folders) {
        std::string path = folder.name;
        const RemoteFolder* at = &folder;
        for (std::size_t depth = 0; !at->parent.empty() && depth < list.folders.size(); ++depth) {
            const auto parent = by_id.find(at->parent);
            if (parent == by_id.end())
                throw std::runtime_error(folder.id + " has a parent that is not listed");
            at = parent->second;
            path = at->name + '/' + path;
        }
        EXPECT_TRUE(ids.emplace(path, folder.id).second) << path << " twice";
    }
    return ids;
}

std::set<std::string> paths(const std::map<std::string, std::string>& ids) {
    std::set<std::string> out;
    for (const auto& [path, id] : ids) out.insert(path);
    return out;
}

std::set<std::string> folders_of(ConnectorCase& test) {
    const auto folders = test.world().with_folders()->folders();
    return {folders.begin(), folders.end()};
}

bool has_folders(ConnectorCase& test) {
    if (!test.can(hierarchy)) return false;
    if (test.world().with_folders() == nullptr)
        throw std::runtime_error("the world of a connector with folders has none");
    return true;
}

Action make_folder(const std::string& parent, const std::string& name) {
    Action action;
    action.kind = Kind::create_folder;
    action.folder = parent;
    action.name = name;
    return action;
}

void the_tree_is_that_of_the_provider(ConnectorCase& test) {
    if (!has_folders(test)) return;
    SessionPtr session = test.open();
    auto ids = folder_ids(test, *session);
    EXPECT_EQ(paths(ids), folders_of(test));
    ASSERT_TRUE(ids.contains("INBOX"));
    EXPECT_EQ(ids["INBOX"], "INBOX");
    const std::string made = must(test.push(*session, make_folder("", "Work")));
    EXPECT_EQ(must(test.push(*session, make_folder(made, "K\xc3\xa4se & \"Brot\""))).empty(), false);
    must(test.push(*session, make_folder(made, "Old")));
    ids = folder_ids(test, *session);
    EXPECT_EQ(paths(ids), folders_of(test));
    EXPECT_EQ(ids["Work"], made);
    EXPECT_TRUE(ids.contains("Work/K\xc3\xa4se & \"Brot\""));
    must(test.push(*session, make_folder("", "Work")));  // repeated: there already

    Action action;
    action.kind = Kind::rename_folder;
    action.folder = ids["Work/Old"];
    action.name = "New";
    must(test.push(*session, action));
    action = Action();
    action.kind = Kind::remove_folder;
    action.folder = ids["Work/K\xc3\xa4se & \"Brot\""];
    must(test.push(*session, action));
    ids = folder_ids(test, *session);
    EXPECT_EQ(paths(ids), folders_of(test));
    EXPECT_TRUE(ids.contains("New"));
    EXPECT_FALSE(ids.contains("Work/Old"));
    must(test.close(*session));
}

void what_is_appended_arrives(ConnectorCase& test) {
    if (!has_folders(test) || !test.can(append)) return;
    test.deliver(1);
    SessionPtr session = test.open();
    const std::string work = must(test.push(*session, make_folder("", "Work")));
    Action action;
    action.kind = Kind::append;
    action.folder = work;
    action.flags = mail::seen;
    action.date = 1'769'940'000;
    const std::string text = "Subject: octets\r\n\r\n{5}\r\n.\r\n\xc3\xa4\xff\r\n)\r\n";
    action.content = std::make_shared<const std::string>(text);
    const std::string id = must(test.push(*session, action));
    EXPECT_EQ(test.world().with_folders()->contents_of("Work"), std::vector<std::string>{text});
    const PullPage page = test.pull_folder(*session, work);
    ASSERT_EQ(page.items.size(), 1U);
    if (test.can(append_returns_id)) {
        EXPECT_EQ(page.items[0].id, id);
    }
    if (test.can(flags_read)) {
        EXPECT_EQ(page.items[0].flags.value_or(0) & mail::seen, mail::seen);
    }
    EXPECT_EQ(test.fetch(*session, page.items[0].ref), text);
    EXPECT_EQ(test.world().contents().size(), 1U) << "INBOX has nothing to do with it";
    must(test.close(*session));
}

Action transfer(Kind kind, RemoteRef ref, const std::string& destination) {
    Action action;
    action.kind = kind;
    action.ref = ref;
    action.destination = destination;
    return action;
}

void messages_move_and_are_copied(ConnectorCase& test) {
    if (!has_folders(test)) return;
    test.deliver(4);
    SessionPtr session = test.open();
    const std::string work = must(test.push(*session, make_folder("", "Work")));
    const PullPage page = test.pull(*session);
    const std::string moved = must(test.push(*session, transfer(Kind::move, page.items[1].ref, work)));
    const std::string copied = must(test.push(*session, transfer(Kind::copy, page.items[2].ref, work)));
    must(test.close(*session));
    EXPECT_EQ(test.world().contents(),
              (std::vector<std::string>{sample_message(1), sample_message(3), sample_message(4)}));
    EXPECT_EQ(test.world().with_folders()->contents_of("Work"),
              (std::vector<std::string>{sample_message(2), sample_message(3)}));
    session = test.open();
    const PullPage there = test.pull_folder(*session, work);
    ASSERT_EQ(there.items.size(), 2U);
    if (!moved.empty()) {
        EXPECT_EQ(there.items[0].id, moved);
    }
    if (!copied.empty()) {
        EXPECT_EQ(there.items[1].id, copied);
    }
    EXPECT_EQ(test.fetch(*session, there.items[0].ref), sample_message(2));
    must(test.close(*session));
}

void nothing_moves_to_where_nothing_is(ConnectorCase& test) {
    if (!has_folders(test)) return;
    test.deliver(2);
    SessionPtr session = test.open();
    const PullPage page = test.pull(*session);
    const auto moved = test.push(*session, transfer(Kind::move, page.items[0].ref, "No such folder"));
    ASSERT_FALSE(moved);
    EXPECT_EQ(moved.error().kind, FaultKind::gone) << moved.error().to_string();
    EXPECT_TRUE(session->alive());
    must(test.close(*session));
    EXPECT_EQ(test.world().contents().size(), 2U);
}

void a_folder_that_is_not_there_is_gone(ConnectorCase& test) {
    if (!has_folders(test)) return;
    SessionPtr session = test.open();
    PullRequest request;
    request.folder = "No such folder";
    const auto page = test.run(session->pull(request));
    ASSERT_FALSE(page);
    EXPECT_EQ(page.error().kind, FaultKind::gone) << page.error().to_string();
    EXPECT_TRUE(session->alive());
    EXPECT_TRUE(test.pull(*session).items.empty());
}

FolderWorld::State state_of(const RemoteItem& item) {
    return {item.flags.value_or(0), item.keywords};
}

void flags_of_others_are_seen(ConnectorCase& test) {
    if (!has_folders(test) || !test.can(flags_read)) return;
    test.deliver(3);
    SessionPtr session = test.open();
    const PullPage before = test.pull(*session);
    must(test.close(*session));
    FolderWorld::State state;
    state.flags = mail::seen | mail::answered;
    if (test.can(keywords)) state.keywords = {"$Work"};
    test.world().with_folders()->set_state(1, state);
    session = test.open();
    // After the token and from the beginning.
    for (const std::string& token : {before.token, std::string()}) {
        const PullPage page = test.pull(*session, token);
        EXPECT_FALSE(page.unchanged);
        bool found = false;
        for (const RemoteItem& item : page.items) {
            EXPECT_NE(item.kind, RemoteItem::Kind::removed);
            if (item.id != before.items[1].id) continue;
            found = true;
            EXPECT_EQ(state_of(item), state);
        }
        EXPECT_TRUE(found) << "after the token \"" << token << '"';
    }
    must(test.close(*session));
}

void flags_are_set_one_by_one(ConnectorCase& test) {
    if (!has_folders(test) || !test.can(flags_write)) return;
    test.deliver(2);
    FolderWorld& folders = *test.world().with_folders();
    folders.set_state(0, {mail::seen | mail::draft, {}});
    SessionPtr session = test.open();
    const PullPage page = test.pull(*session);
    Action action;
    action.kind = Kind::set_flags;
    action.ref = page.items[0].ref;
    action.flags = mail::flagged;
    action.cleared_flags = mail::seen;
    FolderWorld::State expected{mail::flagged | mail::draft, {}};
    if (test.can(keywords)) action.keywords = expected.keywords = {"$Work"};
    must(test.push(*session, action));
    EXPECT_EQ(folders.state(0), expected);
    must(test.push(*session, action));  // repeated: nothing else happens
    EXPECT_EQ(folders.state(0), expected);
    EXPECT_EQ(folders.state(1), FolderWorld::State());
    must(test.close(*session));
}

constexpr ConnectorLaw laws[] = {
    {"TheTreeIsThatOfTheProvider", the_tree_is_that_of_the_provider},
    {"WhatIsAppendedArrives", what_is_appended_arrives},
    {"MessagesMoveAndAreCopied", messages_move_and_are_copied},
    {"NothingMovesToWhereNothingIs", nothing_moves_to_where_nothing_is},
    {"AFolderThatIsNotThereIsGone", a_folder_that_is_not_there_is_gone},
    {"FlagsOfOthersAreSeen", flags_of_others_are_seen},
    {"FlagsAreSetOneByOne", flags_are_set_one_by_one},
};

}  // namespace

std::span<const ConnectorLaw> folder_laws() {
    return laws;
}

}  // namespace postern::testkit
