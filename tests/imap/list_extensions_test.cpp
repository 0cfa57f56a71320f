// LIST-EXTENDED (RFC 5258), LIST-STATUS (RFC 5819) and STATUS=SIZE (RFC 8438), each with what it requires and no more,
// as they are built.
#include "tests/imap/support/fixture.hpp"

namespace postern::imap::test {
namespace {

class ListExtensions : public ImapFixture {
protected:
    void SetUp() override {
        // The mailboxes every account starts with are in the way of the RFC's examples.
        for (const char* name : {"Archive", "Drafts", "Junk", "Sent", "Trash"}) {
            EXPECT_TRUE(runtime_.run(account_->delete_mailbox(name, {})));
            subscribe(name, false);
        }
        subscribe("INBOX", false);
    }
    void subscribe(std::string name, bool subscribed = true) {
        EXPECT_TRUE(runtime_.run(account_->set_subscribed(std::move(name), subscribed, {})));
    }
    void create(std::initializer_list<const char*> names) {
        for (const char* name : names) EXPECT_TRUE(runtime_.run(account_->create_mailbox(name, {}))) << name;
    }
    Client& sign_in_with(std::initializer_list<const char*> plugins) {
        for (const char* plugin : plugins) load(plugin);
        return sign_in();
    }
    Client& sign_in_extended() { return sign_in_with({"imap-children", "imap-list-extended"}); }
    /// RFC 5258 section 5, examples 1 to 6.
    void grow_fruit() {
        create({"Fruit", "Fruit/Apple", "Fruit/Banana", "Tofu", "Vegetable", "Vegetable/Broccoli",
                "Vegetable/Corn"});
        for (const char* name : {"INBOX", "Fruit/Banana", "Fruit/Peach", "Vegetable", "Vegetable/Broccoli"})
            subscribe(name);
    }
};

TEST_F(ListExtensions, AreUnknownWithoutTheirLibraries) {
    Client& client = sign_in();
    for (const char* command :
         {"LIST (SUBSCRIBED) \"\" *", "LIST \"\" (INBOX Sent)", "LIST \"\" * RETURN (SUBSCRIBED)",
          "LIST \"\" * RETURN (STATUS (MESSAGES))", "STATUS INBOX (SIZE)"}) {
        EXPECT_TRUE(client.command(command).bad()) << command;
    }
}

TEST_F(ListExtensions, SubscribedSelectsNamesNotMailboxes) {
    grow_fruit();
    Client& client = sign_in_extended();
    const char* const expected =
        "* LIST (\\Subscribed) \"/\" Fruit/Banana\n"
        "* LIST (\\NonExistent \\Subscribed) \"/\" Fruit/Peach\n"
        "* LIST (\\Subscribed) \"/\" INBOX\n"
        "* LIST (\\Subscribed) \"/\" Vegetable\n"
        "* LIST (\\Subscribed) \"/\" Vegetable/Broccoli\n";
    EXPECT_EQ(client.command("LIST (SUBSCRIBED) \"\" \"*\" RETURN ()").text(), expected);
    // Said twice is said once; there are no mailboxes elsewhere.
    EXPECT_EQ(client.command("LIST (SUBSCRIBED REMOTE subscribed) \"\" * RETURN (SUBSCRIBED)").text(),
              expected);
}

TEST_F(ListExtensions, ChildrenAreToldWhereAsked) {
    grow_fruit();
    Client& client = sign_in_extended();
    EXPECT_EQ(client.command("LIST () \"\" \"%\" RETURN (CHILDREN)").text(),
              "* LIST (\\HasChildren) \"/\" Fruit\n"
              "* LIST (\\HasNoChildren) \"/\" INBOX\n"
              "* LIST (\\HasNoChildren) \"/\" Tofu\n"
              "* LIST (\\HasChildren) \"/\" Vegetable\n");
    EXPECT_EQ(client.command("LIST \"\" (Tofu) RETURN ()").text(), "* LIST () \"/\" Tofu\n");
}

TEST_F(ListExtensions, ReturnOptionsAddNoNames) {
    grow_fruit();
    Client& client = sign_in_extended();
    EXPECT_EQ(client.command("LIST (REMOTE) \"\" \"*\" RETURN (SUBSCRIBED)").text(),
              "* LIST () \"/\" Fruit\n"
              "* LIST () \"/\" Fruit/Apple\n"
              "* LIST (\\Subscribed) \"/\" Fruit/Banana\n"
              "* LIST (\\Subscribed) \"/\" INBOX\n"
              "* LIST () \"/\" Tofu\n"
              "* LIST (\\Subscribed) \"/\" Vegetable\n"
              "* LIST (\\Subscribed) \"/\" Vegetable/Broccoli\n"
              "* LIST () \"/\" Vegetable/Corn\n");
}

TEST_F(ListExtensions, TakesSeveralPatterns) {
    create({"Drafts", "Sent", "Sent/August2004", "Sent/December2003", "Sent/March2004", "Tofu"});
    Client& client = sign_in_extended();
    EXPECT_EQ(client.command("LIST \"\" (\"INBOX\" \"Drafts\" \"Sent/%\" \"Draf%\") RETURN ()").text(),
              "* LIST () \"/\" Drafts\n"
              "* LIST () \"/\" INBOX\n"
              "* LIST () \"/\" Sent/August2004\n"
              "* LIST () \"/\" Sent/December2003\n"
              "* LIST () \"/\" Sent/March2004\n");
    EXPECT_EQ(client.command("LIST Sent/ (Aug% %2004) RETURN ()").lines().size(), 2U);
}

TEST_F(ListExtensions, AnEmptyPatternIsNoQuestionForTheDelimiter) {
    create({"Tofu"});
    Client& client = sign_in_extended();
    EXPECT_EQ(client.command("LIST \"\" \"\"").text(), "* LIST (\\Noselect) \"/\" \"\"\n");
    EXPECT_EQ(client.command("LIST () \"\" \"\"").text(), "");
    EXPECT_EQ(client.command("LIST Tofu (\"\")").text(), "");
    EXPECT_EQ(client.command("LIST \"\" (\"\" Tofu) RETURN ()").text(), "* LIST () \"/\" Tofu\n");
}

TEST_F(ListExtensions, RecursiveMatchTellsOfParents) {
    create({"Foo", "Foo/Bar", "Foo/Baz", "Moo"});
    subscribe("Foo/Baz");
    Client& client = sign_in_extended();
    EXPECT_EQ(client.command("LIST (SUBSCRIBED) \"\" % RETURN ()").text(), "");
    EXPECT_EQ(client.command("LIST (SUBSCRIBED RECURSIVEMATCH) \"\" \"%\" RETURN ()").text(),
              "* LIST () \"/\" Foo (\"CHILDINFO\" (\"SUBSCRIBED\"))\n");
    subscribe("Foo");
    EXPECT_EQ(client.command("LIST (RECURSIVEMATCH SUBSCRIBED REMOTE) \"\" \"%\" RETURN (CHILDREN)").text(),
              "* LIST (\\HasChildren \\Subscribed) \"/\" Foo (\"CHILDINFO\" (\"SUBSCRIBED\"))\n");
    subscribe("Foo/Baz", false);
    subscribe("Moo");
    EXPECT_EQ(client.command("LIST (SUBSCRIBED RECURSIVEMATCH) \"\" \"%\" RETURN (CHILDREN)").text(),
              "* LIST (\\HasChildren \\Subscribed) \"/\" Foo\n"
              "* LIST (\\HasNoChildren \\Subscribed) \"/\" Moo\n");
    subscribe("Foo", false);
    subscribe("Moo", false);
    EXPECT_EQ(client.command("LIST (SUBSCRIBED RECURSIVEMATCH) \"\" \"%\"").text(), "");
}

TEST_F(ListExtensions, RecursiveMatchKnowsParentsThatAreNoMailboxes) {
    subscribe("Foo/Baz/Deep");
    Client& client = sign_in_extended();
    EXPECT_EQ(client.command("LIST (SUBSCRIBED RECURSIVEMATCH) \"\" \"%\" RETURN ()").text(),
              "* LIST (\\NonExistent) \"/\" Foo (\"CHILDINFO\" (\"SUBSCRIBED\"))\n");
    // Its subscribed child is no mailbox: there are no children.
    EXPECT_EQ(client.command("LIST (SUBSCRIBED RECURSIVEMATCH) \"\" \"%\" RETURN (CHILDREN)").text(),
              "* LIST (\\HasNoChildren \\NonExistent) \"/\" Foo (\"CHILDINFO\" (\"SUBSCRIBED\"))\n");
}

TEST_F(ListExtensions, RecursiveMatchLeavesOutWhatIsToldAnyway) {
    create({"foo2", "foo2/bar1", "foo2/bar2", "baz2", "baz2/bar2", "baz2/bar22", "baz2/bar222", "eps2",
            "eps2/mamba"});
    for (const char* name : {"foo2/bar1", "foo2/bar2", "baz2/bar2", "baz2/bar22", "baz2/bar222", "eps2",
                             "eps2/mamba", "qux2/bar2"})
        subscribe(name);
    Client& client = sign_in_extended();
    EXPECT_EQ(client.command("LIST (RECURSIVEMATCH SUBSCRIBED) \"\" \"*2\" RETURN ()").text(),
              "* LIST (\\Subscribed) \"/\" baz2/bar2\n"
              "* LIST (\\Subscribed) \"/\" baz2/bar22\n"
              "* LIST (\\Subscribed) \"/\" baz2/bar222\n"
              "* LIST (\\Subscribed) \"/\" eps2 (\"CHILDINFO\" (\"SUBSCRIBED\"))\n"
              "* LIST () \"/\" foo2 (\"CHILDINFO\" (\"SUBSCRIBED\"))\n"
              "* LIST (\\Subscribed) \"/\" foo2/bar2\n"
              "* LIST (\\NonExistent \\Subscribed) \"/\" qux2/bar2\n");
}

TEST_F(ListExtensions, RefusesWhatItDoesNotKnow) {
    Client& client = sign_in_extended();
    for (const char* command : {"LIST (RECURSIVEMATCH) \"\" *", "LIST (REMOTE RECURSIVEMATCH) \"\" *",
                                "LIST (SIDEWAYS) \"\" *", "LIST \"\" * RETURN (SIDEWAYS)",
                                "LIST (SUBSCRIBED (x)) \"\" *", "LIST \"\" * RETURN (SUBSCRIBED 1)",
                                "LIST \"\" ()", "LIST \"\" * RETURN", "LIST (SUBSCRIBED \"\" *"}) {
        EXPECT_TRUE(client.command(command).bad()) << command;
    }
    EXPECT_TRUE(client.command("LIST () \"\" *").ok());
}

TEST_F(ListExtensions, StatusTellsTheSize) {
    deliver("INBOX", {"12345\r\n", "1234567890\r\n"});
    Client& client = sign_in_with({"imap-status-size"});
    EXPECT_NE(client.command("CAPABILITY").text().find("STATUS=SIZE"), std::string::npos);
    EXPECT_EQ(client.command("STATUS INBOX (MESSAGES SIZE UIDNEXT)").text(),
              "* STATUS INBOX (MESSAGES 2 SIZE 19 UIDNEXT 3)\n");
    EXPECT_TRUE(client.command("SELECT INBOX").ok());
    EXPECT_TRUE(client.command("STORE 2 +FLAGS.SILENT (\\Deleted)").ok());
    EXPECT_TRUE(client.command("EXPUNGE").ok());
    EXPECT_EQ(client.command("STATUS INBOX (SIZE)").text(), "* STATUS INBOX (SIZE 7)\n");
}

TEST_F(ListExtensions, StatusFollowsEachMailbox) {
    create({"foo", "foo/sub"});
    deliver("INBOX", 2);
    deliver("foo", 1);
    subscribe("INBOX");
    subscribe("foo/sub");
    Client& client =
        sign_in_with({"imap-children", "imap-list-extended", "imap-list-status", "imap-status-size"});
    EXPECT_EQ(client.command("LIST \"\" % RETURN (STATUS (MESSAGES UNSEEN RECENT))").text(),
              "* LIST () \"/\" INBOX\n* STATUS INBOX (MESSAGES 2 UNSEEN 2 RECENT 2)\n"
              "* LIST () \"/\" foo\n* STATUS foo (MESSAGES 1 UNSEEN 1 RECENT 1)\n");
    // A parent told for its children's sake has none.
    EXPECT_EQ(client.command("LIST (SUBSCRIBED RECURSIVEMATCH) \"\" % RETURN (STATUS (MESSAGES))").text(),
              "* LIST (\\Subscribed) \"/\" INBOX\n* STATUS INBOX (MESSAGES 2)\n"
              "* LIST () \"/\" foo (\"CHILDINFO\" (\"SUBSCRIBED\"))\n");
    EXPECT_EQ(client.command("LIST \"\" foo RETURN (STATUS (SIZE) SUBSCRIBED CHILDREN)").text(),
              "* LIST (\\HasChildren) \"/\" foo\n* STATUS foo (SIZE " +
                  std::to_string(account_->find_mailbox("foo")->bytes) + ")\n");
    EXPECT_EQ(
        client.command("LIST \"\" foo RETURN (STATUS (MESSAGES) STATUS (UNSEEN))").lines("STATUS").size(),
        1U);
    subscribe("gone");
    EXPECT_EQ(client.command("LIST (SUBSCRIBED) \"\" gone RETURN (STATUS (MESSAGES))").text(),
              "* LIST (\\NonExistent \\Subscribed) \"/\" gone\n");
}

TEST_F(ListExtensions, StatusOfManyMailboxes) {
    for (unsigned i = 0; i < 40; ++i) {
        const std::string name = "box" + std::to_string(i);
        create({name.c_str()});
        deliver(name, 1);
    }
    Client& client =
        sign_in_with({"imap-children", "imap-list-extended", "imap-list-status", "imap-status-size"});
    const Reply reply =
        client.command("LIST \"\" * RETURN (STATUS (MESSAGES UNSEEN SIZE UIDNEXT UIDVALIDITY))");
    EXPECT_EQ(reply.lines("STATUS").size(), 41U);
    EXPECT_EQ(reply.lines().size(), 82U);
}

TEST_F(ListExtensions, StatusRefusesUnknownItems) {
    Client& client = sign_in_with({"imap-children", "imap-list-extended", "imap-list-status"});
    for (const char* command : {"LIST \"\" * RETURN (STATUS)", "LIST \"\" * RETURN (STATUS ())",
                                "LIST \"\" * RETURN (STATUS 5)", "LIST \"\" * RETURN (STATUS (NONSENSE))",
                                "LIST \"\" * RETURN (STATUS (SIZE))", "LIST (STATUS (MESSAGES)) \"\" *"}) {
        EXPECT_TRUE(client.command(command).bad()) << command;
    }
    EXPECT_TRUE(client.command("LIST \"\" % RETURN (STATUS (messages))").ok());
}

}  // namespace
}  // namespace postern::imap::test
