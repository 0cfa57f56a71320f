// SEARCH=FUZZY (RFC 6203) as it is built, and its comparison of words.
#include "plugins/imap-search-fuzzy/fuzzy_text.hpp"
#include "postern/mime/decode.hpp"
#include "tests/imap/support/fixture.hpp"

namespace postern::imap::test {
namespace {

int score(std::string_view pattern, std::string_view text) {
    return FuzzyPattern(mime::fold(pattern)).score(mime::fold(text));
}

TEST(FuzzyText, EditDistance) {
    EXPECT_EQ(edit_distance(U"", U"", 2), 0);
    EXPECT_EQ(edit_distance(U"hello", U"hello", 2), 0);
    EXPECT_EQ(edit_distance(U"helo", U"hello", 2), 1);
    EXPECT_EQ(edit_distance(U"hlelo", U"hello", 2), 1);
    EXPECT_EQ(edit_distance(U"kitten", U"sitting", 5), 3);
    EXPECT_EQ(edit_distance(U"kitten", U"sitting", 2), 3);
    EXPECT_EQ(edit_distance(U"a", U"abcd", 2), 3);
    EXPECT_EQ(edit_distance(U"abcd", U"badc", 3), 2);
    // Only the beginning of what is longer than any word counts.
    EXPECT_EQ(edit_distance(std::u32string(300, U'a'), std::u32string(200, U'a'), 2), 0);
}

TEST(FuzzyText, TheStringItselfIsBest) {
    EXPECT_EQ(score("hello world", "Oh, Hello World!"), 100);
    EXPECT_EQ(score("ell", "hello"), 100);
    EXPECT_EQ(score("!?", "what!?"), 100);
    EXPECT_EQ(score("", "anything"), 100);
}

TEST(FuzzyText, NearWords) {
    EXPECT_GT(score("helo", "hello"), 0);
    EXPECT_GT(score("helo", "please help"), 0);
    EXPECT_GT(score("hlelo", "hello"), 0);
    EXPECT_GT(score("breaking", "IMAP break"), 0);
    EXPECT_GT(score("world hello", "hello, my world"), score("wrold hello", "hello, my world"));
    EXPECT_GT(score("quarterly report budget", "the quarterly budget"), 0);
    EXPECT_LT(score("quarterly report budget", "the quarterly budget"), 80);
}

TEST(FuzzyText, AccentsDoNotCount) {
    EXPECT_EQ(score("cafe", "Le Café"), 100);
    EXPECT_EQ(score("Café", "le cafe"), 100);
    EXPECT_EQ(score("naïve", "NAIVE"), 100);
}

TEST(FuzzyText, OtherWords) {
    EXPECT_EQ(score("hello", "goodbye"), 0);
    EXPECT_EQ(score("cat", "car"), 0);
    EXPECT_EQ(score("hello world", "hello there"), 0);
    EXPECT_EQ(score("!?", "what"), 0);
    EXPECT_EQ(score("hello", ""), 0);
    EXPECT_EQ(score("a very long question", "something else entirely"), 0);
}

TEST(FuzzyText, StrangeInput) {
    EXPECT_EQ(FuzzyPattern("\xc3").score("\xc3"), 100);
    EXPECT_EQ(FuzzyPattern("abc").score("\xf0\x9f\x98"), 0);
    EXPECT_GT(FuzzyPattern(std::string(100000, 'a')).score(std::string(99999, 'a')), 0);
    std::string many;
    for (int i = 0; i < 1000; ++i) many += "word" + std::to_string(i) + ' ';
    EXPECT_EQ(FuzzyPattern(many).score("unrelated"), 0);
}

class Fuzzy : public ImapFixture {
protected:
    Client& open_with(std::initializer_list<const char*> plugins) {
        load("imap-search-fuzzy");
        for (const char* plugin : plugins) load(plugin);
        const auto message = [](const std::string& subject, const std::string& date,
                                const std::string& body) {
            return "From: Dave <dave@example.org>\r\nTo: anna@example.org\r\nSubject: " + subject +
                   "\r\nDate: " + date + "\r\n\r\n" + body + "\r\n";
        };
        deliver("INBOX", {message("IMAP is broken", "Mon, 02 Nov 2026 10:00:00 +0000", "Nothing works."),
                          message("Re: Hello", "Tue, 10 Nov 2026 10:00:00 +0000", "How are you?"),
                          message("Please help", "Sun, 01 Feb 2026 10:00:00 +0000", "I am lost."),
                          message("=?utf-8?q?Caf=C3=A9?=", "Mon, 02 Nov 2026 10:00:00 +0000",
                                  "She said hello to me.")});
        return open();
    }
    static std::string found(Client& client, const std::string& keys) {
        const Reply reply = client.command("SEARCH " + keys);
        EXPECT_TRUE(reply.ok()) << keys << ": " << reply.tagged.text;
        return reply.text();
    }
    static std::string told(Client& client, const std::string& command) {
        std::string text = client.command(command).text();
        const std::string tag = " (TAG \"" + client.last_tag() + "\")";
        if (const auto at = text.find(tag); at != std::string::npos) text.erase(at, tag.size());
        return text;
    }
};

TEST_F(Fuzzy, FindsWhatIsNearlyMeant) {
    Client& client = open_with({});
    EXPECT_EQ(found(client, "SUBJECT helo"), "* SEARCH\n");
    EXPECT_EQ(found(client, "FUZZY SUBJECT helo"), "* SEARCH 2 3\n");
    EXPECT_EQ(found(client, "FUZZY (SUBJECT \"broken imap\")"), "* SEARCH 1\n");
    EXPECT_EQ(found(client, "FUZZY SUBJECT \"Fwd: hello\""), "* SEARCH 2\n");
    EXPECT_EQ(found(client, "FUZZY SUBJECT cafe"), "* SEARCH 4\n");
    EXPECT_EQ(found(client, "FUZZY TEXT helo"), "* SEARCH 2 3 4\n");
    EXPECT_EQ(found(client, "FUZZY BODY helo"), "* SEARCH 4\n");
    EXPECT_EQ(found(client, "FUZZY FROM dvae@example.org SUBJECT help"), "* SEARCH 3\n");
    EXPECT_EQ(found(client, "FUZZY OR SUBJECT helo SUBJECT cafe"), "* SEARCH 2 3 4\n");
}

TEST_F(Fuzzy, DaysAndSizes) {
    Client& client = open_with({});
    EXPECT_EQ(found(client, "SENTSINCE 5-Nov-2026"), "* SEARCH 2\n");
    EXPECT_EQ(found(client, "FUZZY SENTSINCE 5-Nov-2026"), "* SEARCH 1 2 4\n");
    EXPECT_EQ(found(client, "FUZZY (SENTSINCE 5-Nov-2026 SENTBEFORE 6-Nov-2026)"), "* SEARCH 1 2 4\n");
    EXPECT_EQ(found(client, "FUZZY SENTON 20-Nov-2026"), "* SEARCH\n");
    EXPECT_EQ(found(client, "SMALLER 10"), "* SEARCH\n");
    EXPECT_EQ(found(client, "FUZZY SMALLER 10"), "* SEARCH\n");
    EXPECT_EQ(found(client, "FUZZY LARGER 145").size(), found(client, "ALL").size());
    EXPECT_EQ(found(client, "FUZZY LARGER 1000"), "* SEARCH\n");
}

TEST_F(Fuzzy, OtherKeysAreExact) {
    Client& client = open_with({});
    EXPECT_TRUE(client.command("STORE 2 +FLAGS.SILENT (\\Flagged)").ok());
    EXPECT_EQ(found(client, "FUZZY FLAGGED"), "* SEARCH 2\n");
    EXPECT_EQ(found(client, "FUZZY 3:4"), "* SEARCH 3 4\n");
    EXPECT_EQ(found(client, "FUZZY NOT SUBJECT helo"), "* SEARCH 1 2 3 4\n");
    EXPECT_EQ(found(client, "FUZZY HEADER X-None helo"), "* SEARCH\n");
    for (const char* bad : {"FUZZY", "FUZZY SUBJECT", "FUZZY (", "FUZZY NONSENSE"})
        EXPECT_TRUE(client.command("SEARCH " + std::string(bad)).bad()) << bad;
}

TEST_F(Fuzzy, TellsHowWell) {
    Client& client = open_with({"imap-esearch", "imap-sort"});
    EXPECT_EQ(told(client, "SEARCH RETURN (RELEVANCY ALL) FUZZY SENTSINCE 5-Nov-2026"),
              "* ESEARCH RELEVANCY (63 100 63) ALL 1:2,4\n");
    EXPECT_EQ(told(client, "SEARCH RETURN (RELEVANCY) FUZZY SUBJECT nonsense"), "* ESEARCH\n");
    EXPECT_EQ(client.command("SORT (RELEVANCY) UTF-8 FUZZY SENTSINCE 5-Nov-2026").text(), "* SORT 2 1 4\n");
    EXPECT_EQ(client.command("SORT (REVERSE RELEVANCY) UTF-8 FUZZY SENTSINCE 5-Nov-2026").text(),
              "* SORT 1 4 2\n");
    EXPECT_EQ(told(client, "SORT RETURN (RELEVANCY ALL) (RELEVANCY) UTF-8 FUZZY TEXT hello"),
              "* ESEARCH RELEVANCY (100 80) ALL 2,4\n");
    // The mean of several keys.
    EXPECT_EQ(told(client, "SEARCH RETURN (RELEVANCY ALL) FUZZY (TEXT hello SENTSINCE 5-Nov-2026)"),
              "* ESEARCH RELEVANCY (100 71) ALL 2,4\n");
    EXPECT_TRUE(client.command("SEARCH RETURN (RELEVANCY) ALL").bad());
    EXPECT_TRUE(client.command("SEARCH RETURN (RELEVANCY 1) FUZZY ALL").bad());
    EXPECT_EQ(told(client, "SEARCH RETURN (RELEVANCY) FUZZY 1"), "* ESEARCH RELEVANCY (100)\n");
}

}  // namespace
}  // namespace postern::imap::test
