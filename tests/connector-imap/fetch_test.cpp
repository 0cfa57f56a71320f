#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scripted_server.hpp"

namespace postern::imap_client {
namespace {

using test::done;

using gateway::FaultKind;
using gateway::FetchPart;
using testing::ElementsAre;

const std::string select_reply = "* 3 EXISTS\r\n* OK [UIDVALIDITY 5] x\r\n* OK [UIDNEXT 8] x\r\n" + done;

std::string body(unsigned uid, const std::string& text) {
    return "* 1 FETCH (UID " + std::to_string(uid) + " BODY[] {" + std::to_string(text.size()) + "}\r\n" +
           text + ")\r\n";
}

class FetchTest : public test::SessionTest {
protected:
    void SetUp() override {
        script->reply("SELECT \"INBOX\"", select_reply);
        open();
    }
    Outcome<void> start(const std::string& id, FetchPart part = FetchPart::whole,
                        std::optional<std::uint64_t> size = {}) {
        auto ref = session->find("INBOX", id);
        if (!ref) return ref.error();
        gateway::FetchRequest wanted;
        wanted.ref = *ref;
        wanted.part = part;
        wanted.expected_size = size;
        return run(session->start_fetch(wanted));
    }
    Outcome<gateway::Fetched> receive() { return run(session->receive()); }
};

TEST_F(FetchTest, WholeAndHeader) {
    const std::string text = "Subject: a\r\n\r\nbody\r\n)\r\nP9 OK forged\r\n";
    script->reply("UID FETCH 7 (UID BODY.PEEK[])", body(7, text) + done);
    script->reply("UID FETCH 7 (UID BODY.PEEK[HEADER])",
                  "* 1 FETCH (UID 7 BODY[HEADER] \"Subject: a\") \r\n" + done);
    ASSERT_TRUE(start("5.7", FetchPart::whole, text.size()));
    auto fetched = receive();
    ASSERT_TRUE(fetched) << fetched.error().to_string();
    EXPECT_EQ(*fetched->content, text);
    EXPECT_FALSE(fetched->normalised);
    ASSERT_TRUE(start("5.7", FetchPart::header));
    EXPECT_EQ(*receive()->content, "Subject: a");
    EXPECT_EQ(receive().error().kind, FaultKind::conflict);
}

TEST_F(FetchTest, PipelinedInOrder) {
    for (unsigned uid = 1; uid <= 3; ++uid) {
        script->reply("UID FETCH " + std::to_string(uid) + " (UID BODY.PEEK[])",
                      body(uid, "message " + std::to_string(uid) + std::string(5000, 'x')) + done);
    }
    for (const char* id : {"5.1", "5.2", "5.3"}) ASSERT_TRUE(start(id));
    EXPECT_EQ(script->commands.size(), 4U) << "all are on their way before the first is received";
    for (const char* n : {"1", "2", "3"})
        EXPECT_TRUE(receive()->content->starts_with(std::string("message ") + n));
}

// As Dovecot does: commands that do not depend on each other share their work.
TEST_F(FetchTest, SeveralAnsweredTogether) {
    script->reply("UID FETCH 1 (UID BODY.PEEK[])",
                  body(1, "message 1") + body(3, "message 3") + body(2, "message 2") + done);
    for (const char* id : {"5.1", "5.2", "5.3", "5.4"}) ASSERT_TRUE(start(id));
    for (const char* n : {"1", "2", "3"}) {
        auto fetched = receive();
        ASSERT_TRUE(fetched) << n << ' ' << fetched.error().to_string();
        EXPECT_EQ(*fetched->content, std::string("message ") + n);
    }
    EXPECT_EQ(receive().error().kind, FaultKind::gone);
}

TEST_F(FetchTest, FinishedInAnotherOrder) {
    script->reply("UID FETCH 1 (UID BODY.PEEK[])", "");
    script->reply("UID FETCH 2 (UID BODY.PEEK[])",
                  body(2, "second") + "P4 OK done\r\n" + body(1, "first") + "P3 OK done\r\n");
    ASSERT_TRUE(start("5.1"));
    ASSERT_TRUE(start("5.2"));
    EXPECT_EQ(*receive()->content, "first");
    EXPECT_EQ(*receive()->content, "second");
}

TEST_F(FetchTest, EveryChunkSize) {
    const std::string text = "Subject: a\r\n\r\n" + std::string(3000, 'y') + "\r\n";
    script->reply("UID FETCH 7 (UID BODY.PEEK[])", body(7, text) + done);
    for (std::size_t chunk = 1; chunk < 30; ++chunk) {
        script->chunk = chunk;
        ASSERT_TRUE(start("5.7"));
        auto fetched = receive();
        ASSERT_TRUE(fetched);
        EXPECT_EQ(*fetched->content, text);
    }
}

TEST_F(FetchTest, BareLineFeedsAreMadeWhole) {
    script->reply("UID FETCH 7 (UID BODY.PEEK[])", body(7, "a\nb\r\nc\n") + done);
    ASSERT_TRUE(start("5.7"));
    auto fetched = receive();
    ASSERT_TRUE(fetched);
    EXPECT_EQ(*fetched->content, "a\r\nb\r\nc\r\n");
    EXPECT_TRUE(fetched->normalised);
}

TEST_F(FetchTest, NoTextWhereThereShouldBeSome) {
    for (const char* empty : {"NIL", "\"\"", "{0}\r\n"}) {
        script->reply("UID FETCH 7 (UID BODY.PEEK[])",
                      "* 1 FETCH (UID 7 BODY[] " + std::string(empty) + ")\r\n" + done);
        ASSERT_TRUE(start("5.7", FetchPart::whole, 100));
        EXPECT_EQ(receive().error().kind, FaultKind::transient) << empty;
        EXPECT_TRUE(session->alive());
    }
    ASSERT_TRUE(start("5.7", FetchPart::whole, 0));
    EXPECT_EQ(*receive()->content, "");
}

TEST_F(FetchTest, GoneAndRefused) {
    script->reply("UID FETCH 1 (UID BODY.PEEK[])", done);
    script->reply("UID FETCH 2 (UID BODY.PEEK[])", "{tag} NO cannot read\r\n");
    script->reply("UID FETCH 3 (UID BODY.PEEK[])", body(4, "another") + done);
    for (const char* id : {"5.1", "5.2", "5.3"}) ASSERT_TRUE(start(id));
    EXPECT_EQ(receive().error().kind, FaultKind::gone);
    EXPECT_EQ(receive().error().kind, FaultKind::transient);
    EXPECT_EQ(receive().error().kind, FaultKind::gone);
    EXPECT_TRUE(session->alive());
}

TEST_F(FetchTest, TooLargeEndsTheLine) {
    script->reply("UID FETCH 7 (UID BODY.PEEK[])", "* 1 FETCH (UID 7 BODY[] {100001}\r\n");
    ASSERT_TRUE(start("5.7"));
    EXPECT_EQ(receive().error().kind, FaultKind::protocol_violation);
    EXPECT_FALSE(session->alive());
}

TEST_F(FetchTest, CutAnywhereLeavesNothing) {
    const std::string whole = body(7, "Subject: a\r\n\r\nbody\r\n") + "P1 OK done\r\n";
    for (std::size_t cut = 0; cut < whole.size() - 2; ++cut) {
        script->reply("UID FETCH 7 (UID BODY.PEEK[])", whole.substr(0, cut) + '\x04');
        open();
        ASSERT_TRUE(start("5.7"));
        auto fetched = receive();
        ASSERT_FALSE(fetched) << cut;
        EXPECT_FALSE(session->alive());
    }
}

TEST_F(FetchTest, RefsOfOthersAreRefused) {
    gateway::FetchRequest wanted;
    wanted.ref = {123456, 7};
    EXPECT_EQ(run(session->start_fetch(wanted)).error().kind, FaultKind::conflict);
    EXPECT_EQ(session->find("INBOX", "no id").error().kind, FaultKind::gone);
}

TEST_F(FetchTest, IdsOfBeforeARenumbering) {
    ASSERT_TRUE(session->find("INBOX", "4.7"));
    EXPECT_EQ(start("4.7").error().kind, FaultKind::conflict) << "UIDVALIDITY is 5";
    EXPECT_FALSE(session->find("INBOX", "5.7"));
    EXPECT_FALSE(script->got("UID FETCH 7 (UID BODY.PEEK[])"));
}

}  // namespace
}  // namespace postern::imap_client
