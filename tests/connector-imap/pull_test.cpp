// The ladder: QRESYNC, CONDSTORE, plain; and what is believed of the answers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "postern/mail/types.hpp"
#include "scripted_server.hpp"

namespace postern::imap_client {
namespace {

using test::all;
using test::done;

using gateway::FaultKind;
using gateway::RemoteItem;
using testing::ElementsAre;
using Kind = gateway::RemoteItem::Kind;

std::string selected(unsigned exists, unsigned uidnext, unsigned modseq = 0, unsigned uidvalidity = 5) {
    std::string out = "* " + std::to_string(exists) + " EXISTS\r\n* OK [UIDVALIDITY " +
                      std::to_string(uidvalidity) + "] x\r\n* OK [UIDNEXT " + std::to_string(uidnext) +
                      "] x\r\n";
    if (modseq > 0) out += "* OK [HIGHESTMODSEQ " + std::to_string(modseq) + "] x\r\n";
    return out;
}
std::string message(unsigned number, unsigned uid, const std::string& flags) {
    return "* " + std::to_string(number) + " FETCH (UID " + std::to_string(uid) + " FLAGS (" + flags +
           ") RFC822.SIZE 100 INTERNALDATE \"01-Feb-2026 10:00:00 +0000\")\r\n";
}

std::vector<std::string> ids(const gateway::PullPage& page, Kind kind) {
    std::vector<std::string> out;
    for (const auto& item : page.items) {
        if (item.kind == kind) out.push_back(item.id);
    }
    return out;
}

class PullTest : public test::SessionTest {
protected:
    void open_with(const std::string& more) {
        script->capabilities += more;
        open();
    }
};

TEST_F(PullTest, Everything) {
    script->reply("SELECT \"INBOX\"", selected(2, 8) + done);
    script->reply(all, message(1, 3, "\\Seen") + message(2, 7, "$Work") + done);
    open();
    const auto got = page();
    EXPECT_TRUE(got.full);
    EXPECT_TRUE(got.complete) << got.incomplete_reason;
    EXPECT_THAT(ids(got, Kind::present), ElementsAre("5.3", "5.7"));
    EXPECT_EQ(got.items[0].flags, mail::seen);
    EXPECT_THAT(got.items[1].keywords, ElementsAre("$Work"));
    EXPECT_EQ(got.items[1].size, 100U);
    EXPECT_EQ(got.items[1].date, 1769940000);
    EXPECT_EQ(got.token, "1 5 8 0 2 0");
}

TEST_F(PullTest, EmptyFolder) {
    script->reply("SELECT \"INBOX\"", selected(0, 1) + done);
    open();
    const auto got = page();
    EXPECT_TRUE(got.complete);
    EXPECT_TRUE(got.items.empty());
    EXPECT_EQ(got.token, "1 5 1 0 0 0");
    EXPECT_THAT(script->commands, ElementsAre("SELECT \"INBOX\""));
}

TEST_F(PullTest, ListingsThatProveNothing) {
    script->reply("SELECT \"INBOX\"", selected(3, 8) + done);
    script->reply(all, message(1, 3, "") + message(2, 7, "") + done);
    open();
    const auto got = page();
    EXPECT_FALSE(got.complete);
    EXPECT_EQ(got.token, "");
    EXPECT_EQ(got.items.size(), 2U);
}

TEST_F(PullTest, ExpungedWhileListed) {
    script->reply("SELECT \"INBOX\"", selected(3, 8) + done);
    script->reply(all, message(1, 3, "") + message(2, 7, "") + "* 3 EXPUNGE\r\n" + done);
    open();
    EXPECT_TRUE(page().complete);
}

TEST_F(PullTest, UnchangedIsKnownFromStatus) {
    const std::string status = "STATUS \"Work\" (MESSAGES UIDNEXT UIDVALIDITY UNSEEN HIGHESTMODSEQ)";
    script->reply(status,
                  "* STATUS Work (MESSAGES 2 UIDNEXT 8 UIDVALIDITY 5 UNSEEN 0 HIGHESTMODSEQ 70)\r\n" + done);
    open_with(" CONDSTORE");
    const auto got = page("1 5 8 70 2 0", "Work");
    EXPECT_TRUE(got.unchanged);
    EXPECT_EQ(got.token, "1 5 8 70 2 0");
    EXPECT_THAT(script->commands, ElementsAre(status));
}

TEST_F(PullTest, Qresync) {
    script->reply(
        "STATUS \"INBOX\" (MESSAGES UIDNEXT UIDVALIDITY UNSEEN HIGHESTMODSEQ)",
        "* STATUS INBOX (MESSAGES 3 UIDNEXT 10 UIDVALIDITY 5 UNSEEN 1 HIGHESTMODSEQ 80)\r\n" + done);
    script->reply("SELECT \"INBOX\" (QRESYNC (5 70))",
                  selected(3, 10, 80) +
                      "* VANISHED (EARLIER) 4\r\n* 1 FETCH (UID 3 FLAGS (\\Flagged) MODSEQ (75))\r\n" + done);
    script->reply("UID FETCH 8:* (UID FLAGS RFC822.SIZE INTERNALDATE)", message(3, 9, "") + done);
    open_with(" ENABLE QRESYNC CONDSTORE");
    const auto got = page("1 5 8 70 3 0");
    EXPECT_FALSE(got.full);
    EXPECT_TRUE(got.complete);
    EXPECT_THAT(ids(got, Kind::removed), ElementsAre("5.4"));
    EXPECT_THAT(ids(got, Kind::changed), ElementsAre("5.3"));
    EXPECT_THAT(ids(got, Kind::added), ElementsAre("5.9"));
    EXPECT_EQ(got.token, "1 5 10 80 3 1");
    EXPECT_EQ(script->commands.size(), 3U);
}

TEST_F(PullTest, QresyncAnnouncedButNotEnabled) {
    // gateway.md 4.1: a proxy announces what the server behind it does not know.
    script->reply("ENABLE QRESYNC", done);
    script->reply("SELECT \"INBOX\" (CONDSTORE)", selected(1, 8, 80) + done);
    script->reply("UID FETCH 1:7 (UID FLAGS) (CHANGEDSINCE 70)",
                  "* 1 FETCH (UID 3 FLAGS () MODSEQ (75))\r\n" + done);
    open_with(" ENABLE QRESYNC CONDSTORE");
    const auto got = page("1 5 8 70 1 0");
    EXPECT_THAT(ids(got, Kind::changed), ElementsAre("5.3"));
    EXPECT_EQ(got.token, "1 5 8 80 1 0");
}

TEST_F(PullTest, VanishedThatDoesNotAddUpIsNotBelieved) {
    // More is said to have vanished than is missing: which messages are there is asked for.
    script->reply("SELECT \"INBOX\" (QRESYNC (5 70))",
                  selected(2, 8, 80) + "* VANISHED (EARLIER) 1:7\r\n" + done);
    script->reply("UID SEARCH RETURN (ALL) ALL", "* ESEARCH (TAG \"x\") UID ALL 3,7\r\n" + done);
    open_with(" ENABLE QRESYNC CONDSTORE");
    const auto got = page("1 5 8 70 2 0");
    EXPECT_TRUE(got.full);
    EXPECT_TRUE(got.complete);
    EXPECT_THAT(ids(got, Kind::present), ElementsAre("5.3", "5.7"));
    EXPECT_FALSE(got.items[0].flags);
}

TEST_F(PullTest, CondstoreFindsRemovalsByCounting) {
    script->reply("SELECT \"INBOX\" (CONDSTORE)", selected(2, 9, 80) + done);
    script->reply("UID FETCH 1:7 (UID FLAGS) (CHANGEDSINCE 70)", done);
    script->reply("UID FETCH 8:* (UID FLAGS RFC822.SIZE INTERNALDATE)", message(2, 8, "") + done);
    script->reply("UID SEARCH RETURN (ALL) ALL", "* ESEARCH UID ALL 7:8\r\n" + done);
    open_with(" CONDSTORE");
    const auto got = page("1 5 8 70 2 0");
    EXPECT_TRUE(got.full);
    EXPECT_THAT(ids(got, Kind::present), ElementsAre("5.7", "5.8"));
    EXPECT_EQ(got.items[1].size, 100U);
}

TEST_F(PullTest, NomodseqIsThePlainWay) {
    script->reply("SELECT \"INBOX\" (CONDSTORE)", selected(1, 8) + "* OK [NOMODSEQ] x\r\n" + done);
    script->reply("FETCH 1:* (UID FLAGS RFC822.SIZE INTERNALDATE)", message(1, 3, "\\Seen") + done);
    open_with(" CONDSTORE");
    const auto got = page("1 5 8 70 1 0");
    EXPECT_THAT(ids(got, Kind::changed), ElementsAre("5.3"));
    EXPECT_EQ(got.token, "1 5 8 0 1 0");
}

TEST_F(PullTest, PlainLooksAtTheNewest) {
    script->reply("SELECT \"INBOX\"", selected(601, 702) + done);
    script->reply("UID FETCH 701:* (UID FLAGS RFC822.SIZE INTERNALDATE)", message(601, 701, "") + done);
    script->reply("FETCH 102:* (UID FLAGS RFC822.SIZE INTERNALDATE)",
                  message(600, 700, "\\Seen") + message(601, 701, "") + done);
    open();
    const auto got = page("1 5 701 0 600 0");
    EXPECT_FALSE(got.full);
    EXPECT_THAT(ids(got, Kind::changed), ElementsAre("5.700"));
    EXPECT_THAT(ids(got, Kind::added), ElementsAre("5.701"));
    EXPECT_EQ(got.token, "1 5 702 0 601 0");
}

TEST_F(PullTest, PlainSearchWithoutEsearch) {
    script->capabilities = "IMAP4rev1";
    script->reply("SELECT \"INBOX\"", selected(1, 8) + done);
    script->reply("FETCH 1:* (UID FLAGS RFC822.SIZE INTERNALDATE)", message(1, 7, "") + done);
    script->reply("UID SEARCH ALL", "* SEARCH 7\r\n" + done);
    open();
    const auto got = page("1 5 8 0 2 0");
    EXPECT_TRUE(got.full);
    EXPECT_THAT(ids(got, Kind::present), ElementsAre("5.7"));
}

TEST_F(PullTest, StarGivesTheLastMessageAgain) {
    script->reply("SELECT \"INBOX\"", selected(1, 9) + done);
    script->reply("UID FETCH 8:* (UID FLAGS RFC822.SIZE INTERNALDATE)", message(1, 7, "") + done);
    script->reply("FETCH 1:* (UID FLAGS RFC822.SIZE INTERNALDATE)", message(1, 7, "") + done);
    open();
    const auto got = page("1 5 8 0 1 0");
    EXPECT_THAT(ids(got, Kind::added), ElementsAre());
    EXPECT_THAT(ids(got, Kind::changed), ElementsAre("5.7"));
}

TEST_F(PullTest, RenumberedFolder) {
    script->reply("SELECT \"INBOX\"", selected(1, 2, 0, 6) + done);
    script->reply(all, message(1, 1, "") + done);
    open();
    EXPECT_EQ(pull("1 5 8 0 1 0").error().kind, FaultKind::reset_required);
    EXPECT_TRUE(session->alive());
    EXPECT_THAT(ids(page(), Kind::present), ElementsAre("6.1"));
    EXPECT_EQ(pull("of another connector").error().kind, FaultKind::reset_required);
}

TEST_F(PullTest, FolderThatIsGone) {
    script->reply("SELECT \"x\"", "{tag} NO [NONEXISTENT] no\r\n");
    open();
    EXPECT_EQ(pull("", "x").error().kind, FaultKind::gone);
    EXPECT_TRUE(session->alive());
}

TEST_F(PullTest, NoUidvalidity) {
    script->reply("SELECT \"x\"", "* 0 EXISTS\r\n" + done);
    open();
    EXPECT_EQ(pull("", "x").error().kind, FaultKind::permanent);
}

TEST_F(PullTest, TwiceWithoutChangeIsEmpty) {
    script->reply("SELECT \"INBOX\"", selected(1, 8) + done);
    script->reply(all, message(1, 3, "") + done);
    script->reply("SELECT \"Other\"", selected(0, 1) + done);
    open();
    const auto first = page();
    page("", "Other");
    script->reply("STATUS \"INBOX\" (MESSAGES UIDNEXT UIDVALIDITY UNSEEN)",
                  "* STATUS INBOX (MESSAGES 1 UIDNEXT 8 UIDVALIDITY 5 UNSEEN 0)\r\n" + done);
    script->reply("FETCH 1:* (UID FLAGS RFC822.SIZE INTERNALDATE)", message(1, 3, "") + done);
    // Only flags of what is there; nothing is added and nothing removed.
    const auto second = page(first.token);
    EXPECT_THAT(ids(second, Kind::added), ElementsAre());
    EXPECT_THAT(ids(second, Kind::removed), ElementsAre());
    EXPECT_EQ(second.token, first.token);
}

TEST_F(PullTest, BudgetMakesItIncomplete) {
    script->reply("SELECT \"INBOX\"", selected(2, 8) + done);
    script->reply(all, message(1, 3, "") + message(2, 7, "") + done);
    open();
    gateway::PullRequest wanted;
    wanted.budget = 1;
    auto got = run(session->pull(wanted));
    ASSERT_TRUE(got);
    EXPECT_FALSE(got->complete);
    EXPECT_EQ(got->items.size(), 1U);
    EXPECT_EQ(got->token, "");
}

TEST_F(PullTest, EveryChunkSizeGivesTheSame) {
    script->reply("SELECT \"INBOX\"", selected(2, 8) + done);
    script->reply(all, message(1, 3, "\\Seen") + message(2, 7, "$Work") + done);
    for (const std::size_t chunk : {1U, 2U, 3U, 5U, 7U, 11U, 100U}) {
        script->chunk = chunk;
        open();
        EXPECT_THAT(ids(page(), Kind::present), ElementsAre("5.3", "5.7")) << chunk;
    }
}

}  // namespace
}  // namespace postern::imap_client
