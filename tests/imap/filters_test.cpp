// FILTERS (RFC 5466) as it is built. What SETMETADATA would store is put into the attribute store.
#include "tests/imap/support/fixture.hpp"

namespace postern::imap::test {
namespace {

class Filters : public ImapFixture {
protected:
    void put(const std::string& entry, const std::string& value) {
        store::AttributeWrite write;
        write.attribute = {MailboxId{}, entry, value};
        EXPECT_TRUE(runtime_.run(account_->write_attributes({write}, {})));
    }
    void filter(const std::string& name, const std::string& criteria) {
        put("/private/filters/values/" + name, criteria);
    }
    Client& open_with(std::initializer_list<const char*> plugins, const std::string& settings = {}) {
        load("imap-filters", settings);
        for (const char* plugin : plugins) load(plugin);
        deliver("INBOX", 4);
        return open();
    }
    static std::string found(Client& client, const std::string& keys) {
        const Reply reply = client.command("SEARCH " + keys);
        EXPECT_TRUE(reply.ok()) << keys << ": " << reply.tagged.text;
        return reply.text();
    }
};

TEST_F(Filters, StandForTheirCriteria) {
    Client& client = open_with({"imap-sort", "imap-thread"});
    filter("on-the-road", "OR SUBJECT \"Letter 2\" SUBJECT \"Letter 3\"");
    EXPECT_EQ(found(client, "FILTER on-the-road"), "* SEARCH 2 3\n");
    EXPECT_EQ(found(client, "FILTER On-The-Road"), "* SEARCH 2 3\n");
    EXPECT_EQ(found(client, "2 FILTER on-the-road ALL"), "* SEARCH 2\n");
    EXPECT_EQ(found(client, "NOT (FILTER on-the-road)"), "* SEARCH 1 4\n");
    EXPECT_EQ(client.command("SORT (REVERSE SUBJECT) UTF-8 FILTER on-the-road").text(), "* SORT 3 2\n");
    EXPECT_EQ(client.command("UID THREAD ORDEREDSUBJECT UTF-8 FILTER on-the-road").lines().size(), 1U);
    // The next command sees a new value.
    filter("on-the-road", "SUBJECT \"Letter 4\" UNSEEN");
    EXPECT_EQ(found(client, "FILTER on-the-road"), "* SEARCH 4\n");
}

TEST_F(Filters, AreNoCharsetOfTheClient) {
    Client& client = open_with({"imap-enable", "imap-utf8-accept"});
    filter("second", "SUBJECT \"Letter 2\"");
    EXPECT_TRUE(client.command("ENABLE UTF8=ACCEPT").ok());
    EXPECT_EQ(found(client, "FILTER second"), "* SEARCH 2\n");
    EXPECT_TRUE(client.command("SEARCH CHARSET UTF-8 FILTER second").bad());
}

TEST_F(Filters, PrivateOnesComeFirst) {
    Client& client =
        open_with({}, "shared: { one: SUBJECT \"Letter 1\", two: SUBJECT \"Letter 1\", three: \"3\" }");
    put("/shared/filters/values/two", "SUBJECT \"Letter 2\"");
    put("/shared/filters/values/three", "1");
    filter("three", "SUBJECT \"Letter 3\"");
    EXPECT_EQ(found(client, "FILTER one"), "* SEARCH 1\n");
    EXPECT_EQ(found(client, "FILTER two"), "* SEARCH 2\n");
    EXPECT_EQ(found(client, "FILTER three"), "* SEARCH 3\n");
}

TEST_F(Filters, WithinFilters) {
    Client& client = open_with({});
    filter("a", "FILTER b");
    filter("b", "OR FILTER c 1");
    filter("c", "FILTER d");
    filter("d", "SUBJECT \"Letter 4\"");
    EXPECT_EQ(found(client, "FILTER a"), "* SEARCH 1 4\n");
    filter("d", "FILTER a");
    const Reply loop = client.command("SEARCH FILTER a");
    EXPECT_TRUE(loop.no());
    EXPECT_EQ(loop.tagged.code_name(), "UNDEFINED-FILTER");
    // A filter that is named often is no loop.
    filter("d", "ALL");
    EXPECT_EQ(found(client, "FILTER d FILTER d OR FILTER d FILTER d"), "* SEARCH 1 2 3 4\n");
}

TEST_F(Filters, WhatIsWrong) {
    Client& client = open_with({});
    filter("half", "OR SMALLER 5");
    filter("nonsense", "FOO");
    filter("empty", "");
    const Reply unknown = client.command("SEARCH 1 FILTER unknown");
    EXPECT_TRUE(unknown.no());
    EXPECT_EQ(unknown.tagged.code, "UNDEFINED-FILTER unknown");
    for (const char* name : {"half", "nonsense", "empty"})
        EXPECT_TRUE(client.command("SEARCH FILTER " + std::string(name)).no()) << name;
    for (const char* bad : {"FILTER", "FILTER ", "FILTER a/b", "FILTER (a)", "FILTER \"a\""})
        EXPECT_TRUE(client.command("SEARCH " + std::string(bad)).bad()) << bad;
    filter("all", "ALL");
    const Reply charset = client.command("SEARCH CHARSET ISO-8859-1 FILTER all");
    EXPECT_TRUE(charset.bad());
    EXPECT_EQ(charset.tagged.code_name(), "BADCHARSET");
    EXPECT_TRUE(client.command("SEARCH CHARSET UTF-8 FILTER all").ok());
    EXPECT_TRUE(client.command("SEARCH CHARSET US-ASCII FILTER all").ok());
}

TEST_F(Filters, AreInUtf8) {
    Client& client = open_with({});
    deliver("INBOX", {"Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n\r\n"});
    EXPECT_TRUE(client.command("NOOP").ok());
    filter("greetings", "SUBJECT \"grüße\"");
    EXPECT_EQ(found(client, "FILTER greetings"), "* SEARCH 5\n");
}

TEST_F(Filters, AreNotAnnouncedWhereTheyCannotBeMade) {
    Client& client = open_with({});
    EXPECT_EQ(client.command("CAPABILITY").text().find("FILTERS"), std::string::npos);
}

TEST_F(Filters, OfOneUserAreNotAnothers) {
    Client& client = open_with({});
    filter("mine", "ALL");
    EXPECT_TRUE(client.command("SEARCH FILTER mine").ok());
    Client& ben = connect();
    ben.take();
    EXPECT_TRUE(ben.command("LOGIN ben secret").ok());
    EXPECT_TRUE(ben.command("SELECT INBOX").ok());
    EXPECT_TRUE(ben.command("SEARCH FILTER mine").no());
}

}  // namespace
}  // namespace postern::imap::test
