// SEARCHRES (RFC 5182) and PARTIAL (RFC 9394), alone, with each other and with CONDSTORE, as they are built.
#include "tests/imap/support/fixture.hpp"

namespace postern::imap::test {
namespace {

class SearchResults : public ImapFixture {
protected:
    /// INBOX with `count` messages.
    Client& open_with(std::initializer_list<const char*> plugins, unsigned count) {
        for (const char* plugin : plugins) load(plugin);
        if (count > 0) deliver("INBOX", count);
        return open();
    }
    /// The untagged responses, without the correlator.
    static std::string told(Client& client, const std::string& command) {
        const Reply reply = client.command(command);
        EXPECT_TRUE(reply.ok()) << command << ": " << reply.tagged.text;
        std::string text = reply.text();
        const std::string tag = " (TAG \"" + client.last_tag() + "\")";
        if (const auto at = text.find(tag); at != std::string::npos) text.erase(at, tag.size());
        return text;
    }
    /// The messages "$" stands for.
    static std::string saved(Client& client) {
        const std::string text = told(client, "SEARCH $");
        return text.substr(0, text.size() - 1);
    }
};

TEST_F(SearchResults, AreUnknownWithoutTheirLibraries) {
    Client& client = open_with({"imap-esearch"}, 2);
    for (const char* command : {"SEARCH RETURN (SAVE) ALL", "FETCH $ FLAGS", "SEARCH $", "UID SEARCH UID $",
                                "SEARCH RETURN (PARTIAL 1:2) ALL", "UID FETCH 1:2 (FLAGS) (PARTIAL 1:1)"}) {
        EXPECT_TRUE(client.command(command).bad()) << command;
    }
}

TEST_F(SearchResults, SavesAndRefers) {
    Client& client = open_with({"imap-esearch", "imap-searchres"}, 5);
    EXPECT_TRUE(client.command("STORE 2,4 +FLAGS.SILENT (\\Flagged)").ok());
    EXPECT_EQ(told(client, "SEARCH RETURN (SAVE) FLAGGED"), "");
    EXPECT_EQ(told(client, "FETCH $ (UID)"), "* 2 FETCH (UID 2)\n* 4 FETCH (UID 4)\n");
    EXPECT_EQ(told(client, "UID FETCH $ (UID)"), "* 2 FETCH (UID 2)\n* 4 FETCH (UID 4)\n");
    EXPECT_EQ(told(client, "UID SEARCH UID $ LARGER 1"), "* SEARCH 2 4\n");
    EXPECT_EQ(told(client, "UID SEARCH $ SMALLER 1"), "* SEARCH\n");
    EXPECT_EQ(told(client, "SEARCH (OR $ 1,5) ALL"), "* SEARCH 1 2 4 5\n");
    EXPECT_EQ(told(client, "SEARCH NOT $"), "* SEARCH 1 3 5\n");
    EXPECT_TRUE(client.command("COPY $ Archive").ok());
    EXPECT_EQ(told(client, "STATUS Archive (MESSAGES)"), "* STATUS Archive (MESSAGES 2)\n");
    EXPECT_TRUE(client.command("UID STORE $ +FLAGS.SILENT (\\Deleted)").ok());
    EXPECT_EQ(told(client, "SEARCH DELETED"), "* SEARCH 2 4\n");
    // A set has either "$" or numbers.
    for (const char* command : {"FETCH $,1 FLAGS", "FETCH 1:$ FLAGS", "SEARCH RETURN (SAVE 1) ALL"})
        EXPECT_TRUE(client.command(command).bad()) << command;
}

TEST_F(SearchResults, APipelinedCommandSeesTheSearchBeforeIt) {
    Client& client = open_with({"imap-esearch", "imap-searchres"}, 4);
    EXPECT_TRUE(client.command("STORE 2:3 +FLAGS.SILENT ($Junk)").ok());
    client.send(
        "F2 SEARCH RETURN (SAVE) BODY \"letter\" KEYWORD $Junk\r\n"
        "F3 COPY $ Junk\r\n"
        "F4 STORE $ +FLAGS.SILENT (\\Deleted)\r\n"
        "F5 SEARCH RETURN (SAVE) KEYWORD none\r\n"
        "F6 FETCH $ FLAGS\r\n"
        "F7 SEARCH DELETED\r\n");
    EXPECT_EQ(
        client.take(),
        "F2 OK SEARCH completed\r\nF3 OK COPY completed\r\nF4 OK STORE completed\r\n"
        "F5 OK SEARCH completed\r\nF6 OK FETCH completed\r\n* SEARCH 2 3\r\nF7 OK SEARCH completed\r\n");
}

TEST_F(SearchResults, WhatIsSavedDependsOnTheOtherOptions) {
    Client& client = open_with({"imap-esearch", "imap-searchres", "imap-partial"}, 9);
    EXPECT_TRUE(client.command("STORE 2,4:6,8 +FLAGS.SILENT (\\Flagged)").ok());
    const auto after = [&](const std::string& options, const std::string& expected) {
        EXPECT_TRUE(client.command("SEARCH RETURN (SAVE) KEYWORD none").ok());
        EXPECT_EQ(told(client, "SEARCH RETURN (" + options + ") FLAGGED"), expected) << options;
        return saved(client);
    };
    EXPECT_EQ(after("ALL", "* ESEARCH ALL 2,4:6,8\n"), "* SEARCH");
    EXPECT_EQ(after("ALL SAVE", "* ESEARCH ALL 2,4:6,8\n"), "* SEARCH 2 4 5 6 8");
    EXPECT_EQ(after("SAVE MIN", "* ESEARCH MIN 2\n"), "* SEARCH 2");
    EXPECT_EQ(after("MAX SAVE", "* ESEARCH MAX 8\n"), "* SEARCH 8");
    EXPECT_EQ(after("MAX SAVE MIN", "* ESEARCH MAX 8 MIN 2\n"), "* SEARCH 2 8");
    EXPECT_EQ(after("MAX SAVE MIN COUNT", "* ESEARCH MAX 8 MIN 2 COUNT 5\n"), "* SEARCH 2 4 5 6 8");
    EXPECT_EQ(after("ALL SAVE MIN", "* ESEARCH ALL 2,4:6,8 MIN 2\n"), "* SEARCH 2 4 5 6 8");
    // RFC 9394 section 3.2
    EXPECT_EQ(after("SAVE PARTIAL 2:3", "* ESEARCH PARTIAL (2:3 4:5)\n"), "* SEARCH 4 5");
    EXPECT_EQ(after("SAVE PARTIAL 2:3 MIN", "* ESEARCH PARTIAL (2:3 4:5) MIN 2\n"), "* SEARCH 2 4 5");
    EXPECT_EQ(after("MAX MIN PARTIAL -2:-2 SAVE", "* ESEARCH MAX 8 MIN 2 PARTIAL (-2:-2 6)\n"),
              "* SEARCH 2 6 8");
    EXPECT_EQ(after("SAVE PARTIAL 1:1 COUNT", "* ESEARCH PARTIAL (1:1 2) COUNT 5\n"), "* SEARCH 2 4 5 6 8");
    EXPECT_EQ(after("SAVE PARTIAL 10:20", "* ESEARCH PARTIAL (10:20 NIL)\n"), "* SEARCH");
}

TEST_F(SearchResults, TheSavedSetLosesWhatIsExpunged) {
    Client& client = open_with({"imap-esearch", "imap-searchres"}, 5);
    Client& other = open();
    EXPECT_TRUE(client.command("SEARCH RETURN (SAVE) 2:4").ok());
    EXPECT_TRUE(other.command("STORE 1,3 +FLAGS.SILENT (\\Deleted)").ok());
    EXPECT_TRUE(other.command("EXPUNGE").ok());
    EXPECT_TRUE(client.command("NOOP").ok());
    EXPECT_EQ(told(client, "FETCH $ UID"), "* 1 FETCH (UID 2)\n* 2 FETCH (UID 4)\n");
    deliver("INBOX", 2);
    EXPECT_TRUE(client.command("NOOP").ok());
    EXPECT_EQ(saved(client), "* SEARCH 1 2");
}

TEST_F(SearchResults, WhenTheSavedSetChanges) {
    Client& client = open_with({"imap-esearch", "imap-searchres"}, 3);
    EXPECT_EQ(saved(client), "* SEARCH");
    EXPECT_TRUE(client.command("SEARCH RETURN (SAVE) 2:3").ok());
    // BAD, or without SAVE: as it was.
    EXPECT_TRUE(client.command("SEARCH RETURN (SAVE) NONSENSE").bad());
    EXPECT_TRUE(client.command("SEARCH RETURN (SAVE) 77").bad());
    EXPECT_TRUE(client.command("SEARCH CHARSET X-NONE TEXT a").no());
    EXPECT_TRUE(client.command("SEARCH RETURN (COUNT) ALL").ok());
    EXPECT_TRUE(client.command("SEARCH 1").ok());
    EXPECT_EQ(saved(client), "* SEARCH 2 3");
    // NO with SAVE: empty.
    const Reply refused = client.command("SEARCH RETURN (SAVE) CHARSET X-NONE OR $ TEXT a");
    EXPECT_TRUE(refused.no());
    EXPECT_TRUE(refused.tagged.code.starts_with("BADCHARSET"));
    EXPECT_EQ(saved(client), "* SEARCH");
    // An empty set is a valid one.
    EXPECT_EQ(told(client, "FETCH $ FLAGS"), "");
    EXPECT_TRUE(client.command("COPY $ Archive").ok());
    EXPECT_TRUE(client.command("STORE $ +FLAGS (\\Seen)").ok());
    // A mailbox that is opened anew begins with an empty one.
    EXPECT_TRUE(client.command("SEARCH RETURN (SAVE) ALL").ok());
    EXPECT_TRUE(client.command("EXAMINE INBOX").ok());
    EXPECT_EQ(saved(client), "* SEARCH");
}

TEST_F(SearchResults, PartialPagesFromBothEnds) {
    Client& client = open_with({"imap-esearch", "imap-partial"}, 10);
    EXPECT_TRUE(client.command("STORE 1,3:6,9 +FLAGS.SILENT (\\Flagged)").ok());
    const auto page = [&](const std::string& range) {
        const std::string text = told(client, "UID SEARCH RETURN (PARTIAL " + range + ") FLAGGED");
        const std::string head = "* ESEARCH UID PARTIAL (" + range + " ";
        EXPECT_TRUE(text.starts_with(head)) << text;
        return text.substr(head.size(), text.size() - head.size() - 2);
    };
    EXPECT_EQ(page("1:1"), "1");
    EXPECT_EQ(page("-1:-1"), "9");
    EXPECT_EQ(page("2:4"), "3:5");
    EXPECT_EQ(page("4:2"), "3:5");
    EXPECT_EQ(page("-2:-4"), "4:6");
    EXPECT_EQ(page("-4:-2"), "4:6");
    EXPECT_EQ(page("5:50"), "6,9");
    EXPECT_EQ(page("-5:-50"), "1,3");
    EXPECT_EQ(page("7:8"), "NIL");
    EXPECT_EQ(page("-7:-8"), "NIL");
    EXPECT_EQ(page("1:4294967295"), "1,3:6,9");
    EXPECT_EQ(page("4294967000:4294967295"), "NIL");
    EXPECT_EQ(told(client, "SEARCH RETURN (MIN PARTIAL 2:2 MAX COUNT) FLAGGED"),
              "* ESEARCH MIN 1 PARTIAL (2:2 3) MAX 9 COUNT 6\n");
    EXPECT_EQ(told(client, "SEARCH RETURN (PARTIAL 1:50 MIN COUNT) KEYWORD none"),
              "* ESEARCH PARTIAL (1:50 NIL) COUNT 0\n");
    for (const char* options :
         {"PARTIAL", "PARTIAL 5", "PARTIAL 0:1", "PARTIAL 1:0", "PARTIAL 1:*", "PARTIAL *:1", "PARTIAL 1:-5",
          "PARTIAL -1:5", "PARTIAL 1:2,4", "PARTIAL (1:2)", "PARTIAL 1:2 ALL", "ALL PARTIAL 1:2",
          "PARTIAL 1:2 PARTIAL 3:4", "PARTIAL 1:4294967296"}) {
        EXPECT_TRUE(client.command("SEARCH RETURN (" + std::string(options) + ") ALL").bad()) << options;
    }
}

TEST_F(SearchResults, PartialOfAnEmptyMailbox) {
    Client& client = open_with({"imap-esearch", "imap-partial"}, 0);
    EXPECT_EQ(told(client, "SEARCH RETURN (PARTIAL -1:-5) ALL"), "* ESEARCH PARTIAL (-1:-5 NIL)\n");
    EXPECT_EQ(told(client, "UID FETCH 1:* (FLAGS) (PARTIAL 1:5)"), "");
}

TEST_F(SearchResults, PartialNarrowsFetch) {
    Client& client = open_with({"imap-esearch", "imap-partial"}, 6);
    EXPECT_TRUE(client.command("STORE 2 +FLAGS.SILENT (\\Deleted)").ok());
    EXPECT_TRUE(client.command("EXPUNGE").ok());
    EXPECT_EQ(told(client, "UID FETCH 1:* (UID) (PARTIAL 2:3)"), "* 2 FETCH (UID 3)\n* 3 FETCH (UID 4)\n");
    EXPECT_EQ(told(client, "UID FETCH 1:5 (UID) (PARTIAL -1:-2)"), "* 3 FETCH (UID 4)\n* 4 FETCH (UID 5)\n");
    EXPECT_EQ(told(client, "FETCH 2:* (UID) (PARTIAL 1:1)"), "* 2 FETCH (UID 3)\n");
    EXPECT_EQ(told(client, "UID FETCH 1:* (UID) (PARTIAL 6:9)"), "");
    // Only what is returned is read.
    EXPECT_TRUE(client.command("UID FETCH 1:* (BODY[]) (PARTIAL 1:1)").ok());
    EXPECT_EQ(told(client, "SEARCH SEEN"), "* SEARCH 1\n");
    for (const char* modifiers : {"PARTIAL", "PARTIAL 1", "PARTIAL 1:-1", "PARTIAL 1:1 PARTIAL 2:2"})
        EXPECT_TRUE(client.command("UID FETCH 1:* (UID) (" + std::string(modifiers) + ")").bad())
            << modifiers;
}

TEST_F(SearchResults, PartialComesBeforeChangedSince) {
    Client& client = open_with({"imap-esearch", "imap-partial", "imap-condstore"}, 6);
    const auto modseq = account_->find_mailbox("INBOX")->highest_modseq;
    EXPECT_TRUE(client.command("STORE 2,5:6 +FLAGS.SILENT (\\Flagged)").ok());
    const std::string since = "CHANGEDSINCE " + std::to_string(modseq);
    for (const std::string& modifiers : {since + " PARTIAL 1:5", "PARTIAL 1:5 " + since}) {
        const Reply reply = client.command("UID FETCH 1:* (UID) (" + modifiers + ")");
        EXPECT_EQ(reply.lines("FETCH").size(), 2U) << modifiers;
    }
    // RFC 4731 section 3.2: the highest mod-sequence of what is told.
    EXPECT_TRUE(client.command("STORE 6 +FLAGS.SILENT (\\Seen)").ok());
    const std::string text = told(client, "SEARCH RETURN (PARTIAL 1:1) MODSEQ " + std::to_string(modseq + 1));
    EXPECT_EQ(text, "* ESEARCH PARTIAL (1:1 2) MODSEQ " + std::to_string(modseq + 1) + "\n");
}

}  // namespace
}  // namespace postern::imap::test
