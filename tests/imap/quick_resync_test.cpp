// CONDSTORE and QRESYNC (RFC 7162) over the wire, and the property that makes them useful: a client that comes back with
// what it knew ends with what the server has.
#include <map>
#include <random>

#include "tests/imap/support/fixture.hpp"

namespace postern::imap::test {
namespace {

class QuickResync : public ImapFixture {
protected:
    QuickResync() {
        load("imap-enable");
        load("imap-uidplus");
        load("imap-esearch");
        load("imap-condstore");
        load("imap-qresync");
    }
    Client& enabled() {
        Client& client = sign_in();
        EXPECT_EQ(client.command("ENABLE QRESYNC").text(), "* ENABLED QRESYNC\n");
        return client;
    }
    std::string modseq(Client& client, std::uint32_t uid) {
        const Reply reply = client.command("UID FETCH " + std::to_string(uid) + " MODSEQ");
        const std::string line = reply.lines("FETCH").back();
        const auto at = line.find("MODSEQ (") + 8;
        return line.substr(at, line.find(')', at) - at);
    }
};

// Flags may change while the text is read: both are told before it, as they were at one moment.
TEST_F(QuickResync, FlagsAndModseqOfAResponseBelongTogether) {
    deliver("INBOX", 1);
    Client& client = open();
    const std::string told = client.command("FETCH 1 (MODSEQ BODY.PEEK[TEXT] FLAGS)").text();
    const auto modseq = told.find("(MODSEQ (");
    const auto flags = told.find(" FLAGS (");
    const auto text = told.find(" BODY[TEXT] ");
    ASSERT_NE(text, std::string::npos) << told;
    EXPECT_LT(modseq, flags) << told;
    EXPECT_LT(flags, text) << told;
}

TEST_F(QuickResync, TellsModseqOnceAClientAsksForIt) {
    deliver("INBOX", 3);
    Client& client = open();
    Client& other = open();
    EXPECT_TRUE(other.command("STORE 1 +FLAGS (\\Seen)").ok());
    EXPECT_EQ(client.command("NOOP").text().find("MODSEQ"), std::string::npos);
    const Reply first = client.command("FETCH 2 (MODSEQ)");
    EXPECT_NE(first.text().find("* OK [HIGHESTMODSEQ "), std::string::npos);
    EXPECT_EQ(client.command("FETCH 2 (MODSEQ)").text().find("HIGHESTMODSEQ"), std::string::npos);
    EXPECT_TRUE(other.command("STORE 1 +FLAGS (\\Flagged)").ok());
    EXPECT_NE(client.command("NOOP").text().find("MODSEQ ("), std::string::npos);
    EXPECT_NE(client.command("STORE 3 +FLAGS.SILENT (\\Seen)").text().find("* 3 FETCH (UID 3 MODSEQ ("),
              std::string::npos);
}

TEST_F(QuickResync, StoresOnlyWhatIsUnchanged) {
    deliver("INBOX", 4);
    Client& client = open();
    Client& other = open();
    const std::string before = modseq(client, 4);
    EXPECT_TRUE(other.command("STORE 2 +FLAGS (\\Answered)").ok());
    const Reply reply = client.command("STORE 1:4 (UNCHANGEDSINCE " + before + ") +FLAGS.SILENT (\\Deleted)");
    EXPECT_TRUE(reply.ok());
    EXPECT_EQ(reply.tagged.code, "MODIFIED 2");
    EXPECT_EQ(client.command("UID STORE 2 (UNCHANGEDSINCE 0) +FLAGS (a)").tagged.code, "MODIFIED 2");
    EXPECT_EQ(client.command("SEARCH DELETED").text(), "* SEARCH 1 3 4\n");
    EXPECT_TRUE(client.command("STORE 1 (UNCHANGEDSINCE x) +FLAGS (a)").bad());
}

TEST_F(QuickResync, FetchesAndSearchesChanges) {
    deliver("INBOX", 5);
    Client& client = open();
    const std::string before = modseq(client, 5);
    EXPECT_TRUE(client.command("STORE 2,4 +FLAGS.SILENT (\\Seen)").ok());
    EXPECT_EQ(client.command("FETCH 1:* (FLAGS) (CHANGEDSINCE " + before + ")").lines("FETCH").size(), 2U);
    const std::string next = std::to_string(std::stoull(before) + 1);
    const std::string found = client.command("SEARCH MODSEQ " + next).text();
    EXPECT_TRUE(found.starts_with("* SEARCH 2 4 (MODSEQ ")) << found;
    EXPECT_EQ(client.command("SEARCH MODSEQ 999999").text(), "* SEARCH\n");
    EXPECT_NE(client.command("SEARCH RETURN (COUNT) MODSEQ " + next).text().find("COUNT 2 MODSEQ "),
              std::string::npos);
    EXPECT_NE(client.command("STATUS INBOX (HIGHESTMODSEQ)").text().find("HIGHESTMODSEQ "),
              std::string::npos);
}

TEST_F(QuickResync, SpeaksOfUidsThatVanished) {
    deliver("INBOX", 6);
    Client& client = enabled();
    EXPECT_TRUE(client.command("SELECT INBOX").ok());
    EXPECT_TRUE(client.command("STORE 2,5 +FLAGS.SILENT (\\Deleted)").ok());
    const Reply expunged = client.command("EXPUNGE");
    EXPECT_EQ(expunged.lines("VANISHED"), std::vector<std::string>{"* VANISHED 2,5"});
    EXPECT_TRUE(expunged.tagged.code.starts_with("HIGHESTMODSEQ "));
    EXPECT_EQ(client.command("UID FETCH 1:* (FLAGS) (CHANGEDSINCE 1 VANISHED)").lines("VANISHED"),
              std::vector<std::string>{"* VANISHED (EARLIER) 2,5"});
    const Reply other = client.command("SELECT Archive");
    EXPECT_EQ(other.untagged.front().code, "CLOSED");
}

TEST_F(QuickResync, SpeaksOfWhatOthersRemovedOnce) {
    deliver("INBOX", 4);
    Client& client = enabled();
    Client& other = open();
    EXPECT_TRUE(client.command("SELECT INBOX").ok());
    EXPECT_TRUE(other.command("STORE 2:3 +FLAGS.SILENT (\\Deleted)").ok());
    EXPECT_TRUE(other.command("EXPUNGE").ok());
    // Still messages of this client's: they go without EARLIER, and once.
    EXPECT_EQ(client.command("UID FETCH 1:* (FLAGS) (CHANGEDSINCE 1 VANISHED)").lines("VANISHED"),
              std::vector<std::string>{"* VANISHED 2:3"});
    EXPECT_EQ(client.command("UID FETCH 1:* (FLAGS) (CHANGEDSINCE 1 VANISHED)").lines("VANISHED"),
              std::vector<std::string>{"* VANISHED (EARLIER) 2:3"});
}

TEST_F(QuickResync, SpeaksOfTheLastMessagesThatVanishedToo) {
    deliver("INBOX", 4);
    Client& client = enabled();
    EXPECT_TRUE(client.command("SELECT INBOX").ok());
    EXPECT_TRUE(client.command("STORE 3:4 +FLAGS.SILENT (\\Deleted)").ok());
    EXPECT_TRUE(client.command("EXPUNGE").ok());
    EXPECT_EQ(client.command("UID FETCH 1:* (FLAGS) (CHANGEDSINCE 1 VANISHED)").lines("VANISHED"),
              std::vector<std::string>{"* VANISHED (EARLIER) 3:4"});
}

TEST_F(QuickResync, RefusesWhatWasNotEnabled) {
    deliver("INBOX", 2);
    Client& client = open();
    EXPECT_TRUE(client.command("UID FETCH 1:* (FLAGS) (CHANGEDSINCE 1 VANISHED)").bad());
    EXPECT_TRUE(client.command("SELECT INBOX (QRESYNC (1 1))").bad());
    EXPECT_TRUE(client.command("CLOSE").ok());
    EXPECT_TRUE(client.command("ENABLE QRESYNC").ok());
    EXPECT_TRUE(client.command("SELECT INBOX").ok());
    EXPECT_TRUE(client.command("UID FETCH 1:* (FLAGS) (VANISHED)").bad());
    EXPECT_TRUE(client.command("FETCH 1:* (FLAGS) (CHANGEDSINCE 1 VANISHED)").bad());
    EXPECT_TRUE(client.command("SELECT INBOX (QRESYNC (0 1))").bad());
    // Another UIDVALIDITY: nothing is told.
    EXPECT_EQ(client.command("SELECT INBOX (QRESYNC (7 1))").lines("FETCH").size(), 0U);
}

/// What a client keeps on its disk.
struct Kept {
    std::uint64_t modseq = 0;
    std::map<std::uint32_t, std::string> messages;
};

class RandomResync : public QuickResync, public ::testing::WithParamInterface<unsigned> {
protected:
    /// A message that was expunged meanwhile is no fault.
    static void store(Client& client, const std::string& number, const std::string& change) {
        if (number.empty()) return;
        const Reply reply = client.command("STORE " + number + change);
        EXPECT_TRUE(reply.ok() || reply.tagged.code == "EXPUNGEISSUED") << reply.tagged.raw;
    }
};

std::string flags_line(const Flags& flags) {
    Flags sorted = flags;
    sorted.system &= static_cast<std::uint8_t>(~flag_recent);
    std::ranges::sort(sorted.keywords);
    return flags_text(sorted);
}

TEST_P(RandomResync, WhoComesBackEndsWithWhatThereIs) {
    std::mt19937 random(GetParam());
    const auto below = [&](std::uint32_t n) { return static_cast<std::uint32_t>(random() % n); };
    deliver("INBOX", 12);
    Client& worker = open();
    Client& reader = enabled();
    Kept kept;
    for (int round = 0; round < 15; ++round) {
        for (int i = 0; i < 6; ++i) {
            const std::size_t count = worker.view.messages.size();
            const std::string any =
                count == 0 ? "" : std::to_string(below(static_cast<std::uint32_t>(count)) + 1);
            switch (below(5)) {
                case 0:
                    deliver("INBOX", below(3) + 1);
                    break;
                case 1:
                    store(worker, any, " FLAGS (\\Seen x" + any + ")");
                    break;
                case 2:
                    store(worker, any, " +FLAGS.SILENT (\\Deleted)");
                    break;
                case 3:
                    EXPECT_TRUE(worker.command("EXPUNGE").ok());
                    break;
                default:
                    EXPECT_TRUE(worker.command("NOOP").ok());
            }
        }
        const std::string uidvalidity = std::to_string(account_->find_mailbox("INBOX")->uidvalidity);
        EXPECT_TRUE(reader
                        .command("SELECT INBOX" + (kept.modseq == 0 ? std::string()
                                                                    : " (QRESYNC (" + uidvalidity + " " +
                                                                          std::to_string(kept.modseq) + "))"))
                        .ok());
        if (kept.modseq == 0) {
            EXPECT_TRUE(reader.command("UID FETCH 1:* FLAGS").ok());
        }
        for (const std::uint32_t uid : reader.view.vanished_earlier) kept.messages.erase(uid);
        for (const auto& message : reader.view.messages) {
            if (message.uid != 0 && message.flags_known)
                kept.messages[message.uid] = flags_line(message.flags);
        }
        kept.modseq = reader.view.highest_modseq;
        std::map<std::uint32_t, std::string> truth;
        Client& fresh = open();
        if (!fresh.view.messages.empty()) {
            EXPECT_TRUE(fresh.command("FETCH 1:* (UID FLAGS)").ok());
        }
        for (const auto& message : fresh.view.messages) truth[message.uid] = flags_line(message.flags);
        ASSERT_EQ(kept.messages, truth) << "round " << round;
        fresh.hang_up();
        EXPECT_TRUE(reader.command("SELECT Archive").ok());
    }
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomResync, ::testing::Range(1U, 11U));

}  // namespace
}  // namespace postern::imap::test
