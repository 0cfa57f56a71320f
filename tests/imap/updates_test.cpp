// What sessions learn of each other's changes, and when (RFC 3501 sections 5.2, 5.5 and 7.4.1).
#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "tests/imap/support/fixture.hpp"

namespace postern::imap::test {
namespace {

using UpdatesTest = ImapFixture;

TEST_F(UpdatesTest, TellsNewMailAtNoop) {
    Client& client = open();
    deliver("INBOX", 2);
    EXPECT_EQ(client.command("NOOP").text(), "* 2 EXISTS\n* 2 RECENT\n");
    EXPECT_EQ(client.command("NOOP").text(), "");
}

TEST_F(UpdatesTest, HoldsExpungesBackFromCommandsThatUseNumbers) {
    deliver("INBOX", 5);
    Client& client = open();
    Client& other = open();
    EXPECT_TRUE(other.command("STORE 2 +FLAGS.SILENT (\\Deleted)").ok());
    EXPECT_TRUE(other.command("EXPUNGE").ok());
    // The number still means the message it meant; what is gone can still be read.
    EXPECT_EQ(client.command("FETCH 3 UID").lines("EXPUNGE").size(), 0U);
    EXPECT_EQ(client.command("FETCH 2 BODY.PEEK[TEXT]").lines("FETCH").front(),
              "* 2 FETCH (BODY[TEXT] {19}\r\nBody of letter 2.\r\n)");
    EXPECT_EQ(client.command("SEARCH ALL").lines(), std::vector<std::string>{"* SEARCH 1 2 3 4 5"});
    const Reply store = client.command("STORE 2 +FLAGS (\\Seen)");
    EXPECT_TRUE(store.no());
    EXPECT_EQ(store.tagged.code, "EXPUNGEISSUED");
    EXPECT_EQ(store.lines("EXPUNGE").size(), 0U);
    EXPECT_EQ(client.command("UID FETCH 3 UID").text(), "* 3 FETCH (UID 3)\n* 2 EXPUNGE\n* 4 RECENT\n");
    EXPECT_EQ(client.command("FETCH 2 UID").text(), "* 2 FETCH (UID 3)\n");
}

TEST_F(UpdatesTest, TellsFlagsAndKeywords) {
    deliver("INBOX", 2);
    Client& client = open();
    Client& other = open();
    EXPECT_TRUE(other.command("STORE 1 +FLAGS (\\Answered project)").ok());
    const Reply reply = client.command("NOOP");
    EXPECT_EQ(reply.lines("FLAGS").size(), 1U);
    EXPECT_EQ(reply.lines().back(), "* 1 FETCH (FLAGS (\\Answered \\Recent project))");
    EXPECT_EQ(other.command("NOOP").text(), "");
}

TEST_F(UpdatesTest, GivesRecentToOneSession) {
    deliver("INBOX", 1);
    EXPECT_EQ(sign_in().command("SELECT INBOX").lines("RECENT").front(), "* 1 RECENT");
    EXPECT_EQ(sign_in().command("SELECT INBOX").lines("RECENT").front(), "* 0 RECENT");
}

TEST_F(UpdatesTest, TakesNothingOutOfAMailboxThatWasDeleted) {
    deliver("Archive", 1);
    Client& client = open("Archive");
    EXPECT_TRUE(open().command("DELETE Archive").ok());
    // Not TRYCREATE: INBOX is there.
    EXPECT_EQ(client.command("COPY 1 INBOX").tagged.code, "NONEXISTENT");
    EXPECT_EQ(client.command("COPY 1 Nowhere").tagged.code, "TRYCREATE");
}

TEST_F(UpdatesTest, LeavesAMailboxThatWasDeleted) {
    EXPECT_TRUE(sign_in().command("CREATE Work").ok());
    deliver("Work", 2);
    Client& client = open("Work");
    EXPECT_TRUE(sign_in().command("DELETE Work").ok());
    EXPECT_FALSE(client.command("STORE 1 +FLAGS (\\Seen)").ok());
    EXPECT_TRUE(client.command("CLOSE").ok());
    EXPECT_TRUE(client.command("SELECT INBOX").ok());
}

/// The mailbox as it should be.
class Model {
public:
    using Flags = std::set<std::string>;
    void add(std::uint32_t uid, Flags flags) { messages_[uid] = std::move(flags); }
    bool has(std::uint32_t uid) const { return messages_.contains(uid); }
    void store(std::uint32_t uid, int mode, const std::string& flag) {
        const auto found = messages_.find(uid);
        if (found == messages_.end()) return;
        if (mode == 0) found->second.clear();
        if (mode == 2) {
            found->second.erase(flag);
        } else {
            found->second.insert(flag);
        }
    }
    void expunge() {
        std::erase_if(messages_, [](const auto& m) { return m.second.contains("\\Deleted"); });
    }
    const std::map<std::uint32_t, Flags>& messages() const { return messages_; }

private:
    std::map<std::uint32_t, Flags> messages_;
};

Model::Flags names(const Flags& flags) {
    Model::Flags all(flags.keywords.begin(), flags.keywords.end());
    for (const SystemFlag bit : {flag_answered, flag_flagged, flag_deleted, flag_seen, flag_draft}) {
        if (flags.system & bit) all.insert(std::string(system_flag_name(bit)));
    }
    return all;
}

class RandomSessions : public ImapFixture, public ::testing::WithParamInterface<unsigned> {
protected:
    static constexpr std::array<const char*, 5> flags = {"\\Seen", "\\Deleted", "\\Flagged", "$Later",
                                                         "work"};

    std::uint32_t below(std::uint32_t n) { return static_cast<std::uint32_t>(random_() % n); }
    void learn(Client& client) {
        if (client.view.messages.empty()) return;
        EXPECT_TRUE(client.command("FETCH 1:* (UID FLAGS)").ok());
    }
    void step(Client& client);
    void store(Client& client);
    void append(Client& client);
    void check(Client& client);

    std::mt19937 random_{GetParam()};
    Model model_;
    std::uint32_t next_uid_ = 1;
};

void RandomSessions::store(Client& client) {
    if (client.view.messages.empty()) return;
    const std::uint32_t number = below(static_cast<std::uint32_t>(client.view.messages.size())) + 1;
    const std::uint32_t uid = client.view.messages[number - 1].uid;
    if (uid == 0) return;
    const int mode = static_cast<int>(below(3));
    const std::string flag = flags[below(flags.size())];
    const std::string item = std::string(mode == 0 ? "" : mode == 1 ? "+" : "-") + "FLAGS";
    const bool by_uid = below(2) == 0;
    const bool silent = below(3) == 0;
    const Reply reply =
        client.command((by_uid ? "UID STORE " : "STORE ") + std::to_string(by_uid ? uid : number) + " " +
                       item + (silent ? ".SILENT (" : " (") + flag + ")");
    EXPECT_EQ(reply.ok(), model_.has(uid)) << reply.tagged.raw;
    model_.store(uid, mode, flag);
    if (!silent || !reply.ok()) return;
    // After .SILENT the client knows the flags itself.
    if (testkit::ClientMessage* message = client.view.by_uid(uid)) {
        if (mode == 0) message->flags = {};
        const auto bit = parse_system_flag(flag);
        if (mode == 2) {
            if (bit) message->flags.system &= static_cast<std::uint8_t>(~*bit);
            std::erase(message->flags.keywords, flag);
        } else if (bit) {
            message->flags.system |= *bit;
        } else {
            add_keyword(message->flags, flag);
        }
    }
}

void RandomSessions::append(Client& client) {
    const std::string text = letter(next_message_++);
    const std::string flag = flags[below(flags.size())];
    EXPECT_TRUE(
        client.command("APPEND INBOX (" + flag + ") {" + std::to_string(text.size()) + "}\r\n" + text).ok());
    model_.add(next_uid_++, {flag});
}

void RandomSessions::step(Client& client) {
    switch (below(10)) {
        case 0:
        case 1:
            append(client);
            break;
        case 2:
        case 3:
        case 4:
            store(client);
            break;
        case 5:
            EXPECT_TRUE(client.command("EXPUNGE").ok());
            model_.expunge();
            break;
        case 6:
            learn(client);
            break;
        case 7:
            EXPECT_TRUE(client.command("NOOP").ok());
            break;
        case 8:
            EXPECT_TRUE(client.command(below(2) == 0 ? "SEARCH ALL" : "UID SEARCH UNSEEN").ok());
            break;
        default:
            if (below(4) == 0) {
                EXPECT_TRUE(client.command("SELECT INBOX").ok());
                learn(client);
            } else if (!client.view.messages.empty() && client.view.messages.front().uid != 0 &&
                       model_.has(client.view.messages.front().uid)) {
                model_.add(next_uid_++, model_.messages().at(client.view.messages.front().uid));
                EXPECT_TRUE(client.command("COPY 1 INBOX").ok());
            }
    }
}

void RandomSessions::check(Client& client) {
    EXPECT_TRUE(client.command("NOOP").ok());
    ASSERT_EQ(client.view.messages.size(), model_.messages().size());
    auto expected = model_.messages().begin();
    for (const testkit::ClientMessage& message : client.view.messages) {
        if (message.uid != 0) {
            ASSERT_EQ(message.uid, expected->first);
        }
        if (message.flags_known) {
            ASSERT_EQ(names(message.flags), expected->second) << "uid " << message.uid;
        }
        ++expected;
    }
    learn(client);
    expected = model_.messages().begin();
    for (const testkit::ClientMessage& message : client.view.messages) {
        ASSERT_EQ(message.uid, expected->first);
        ASSERT_EQ(names(message.flags), expected->second);
        ++expected;
    }
    EXPECT_TRUE(client.view.violations.empty()) << client.view.violations.front();
}

TEST_P(RandomSessions, EveryClientSeesTheServersView) {
    std::vector<Client*> clients;
    for (int i = 0; i < 3; ++i) clients.push_back(&open());
    for (int round = 0; round < 12 && !HasFatalFailure(); ++round) {
        for (int i = 0; i < 25; ++i) step(*clients[below(3)]);
        for (Client* client : clients) {
            if (!HasFatalFailure()) check(*client);
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomSessions, ::testing::Range(1U, 21U));

}  // namespace
}  // namespace postern::imap::test
