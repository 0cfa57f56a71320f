// SEARCH BODY and TEXT over mail that the search index has, mail it does not have yet, and both (RFC 3501 section 6.4.4).
#include "tests/imap/support/fixture.hpp"

namespace postern::imap::test {
namespace {

class SearchIndexedTest : public ImapFixture {
protected:
    std::string search(Client& client, const std::string& keys) {
        const Reply reply = client.command("SEARCH " + keys);
        EXPECT_TRUE(reply.ok()) << keys;
        EXPECT_EQ(reply.untagged.size(), 1U) << keys;
        return reply.lines().at(0);
    }
    /// Gives the index its turns.
    void settle() {
        for (int i = 0; i < 40; ++i) runtime_.settle();
    }
};

TEST_F(SearchIndexedTest, SameAnswersBeforeAndAfter) {
    deliver("INBOX", 20);
    Client& client = open();
    const std::vector<std::pair<std::string, std::string>> expected{
        {"BODY \"letter 7.\"", "* SEARCH 7"},
        {"BODY \"LETTER 1\"", "* SEARCH 1 10 11 12 13 14 15 16 17 18 19"},
        {"NOT BODY \"letter 1\"", "* SEARCH 2 3 4 5 6 7 8 9 20"},
        {"OR BODY \"letter 2.\" BODY \"letter 3.\"", "* SEARCH 2 3"},
        {"TEXT \"Subject: Letter 5\"", "* SEARCH 5"},
        {"BODY \"Subject: Letter 5\"", "* SEARCH"},
        {"TEXT \"<19@example\" BODY \"body\"", "* SEARCH 19"},
        {"BODY \"no such words\"", "* SEARCH"},
        {"BODY \"r 20\" UNSEEN", "* SEARCH 20"},
        {"BODY \"20\"", "* SEARCH 20"},
        {"BODY \"\" 3", "* SEARCH 3"},
    };
    for (const auto& [keys, answer] : expected) EXPECT_EQ(search(client, keys), answer) << keys;
    settle();
    for (const auto& [keys, answer] : expected) EXPECT_EQ(search(client, keys), answer) << keys << " indexed";
    // Mail that came since then.
    deliver("INBOX", {letter(7)});
    client.command("NOOP");
    EXPECT_EQ(search(client, "BODY \"letter 7.\""), "* SEARCH 7 21");
    EXPECT_EQ(search(client, "NOT BODY \"letter\""), "* SEARCH");
}

}  // namespace
}  // namespace postern::imap::test
