#include "connector-pop3/session.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "connector-pop3/connector.hpp"
#include "scripted_server.hpp"

namespace postern::pop3 {
namespace {

using gateway::FaultKind;
using gateway::RemoteSession;
using testing::ElementsAre;

class Session : public testing::Test {
protected:
    void SetUp() override {
        limits.message_octets = 10000;
        for (int i = 1; i <= 3; ++i) {
            const std::string n = std::to_string(i);
            script->maildrop.push_back(
                {"id" + n, "Subject: " + n + "\r\n\r\n.dot\r\n" + n + "\r\n", {}, false});
        }
    }
    void open() {
        Pop3Connector connector;
        test::ScriptedDialer dialer(script);
        connector.use(dialer);
        gateway::OpenRequest request;
        request.server.tls = gateway::RemoteTls::none;
        request.credential = gateway::RemoteCredential("user", "secret");
        request.limits = limits;
        auto opened = test::run(loop, connector.open(request));
        ASSERT_TRUE(opened) << opened.error().to_string();
        session = std::move(*opened);
        script->commands.clear();
    }
    Outcome<gateway::PullPage> pull(std::string token = "") {
        gateway::PullRequest request;
        request.token = std::move(token);
        return test::run(loop, session->pull(request));
    }
    void start(const gateway::RemoteItem& item, gateway::FetchPart part = gateway::FetchPart::whole) {
        gateway::FetchRequest request;
        request.ref = item.ref;
        request.part = part;
        request.expected_size = item.size;
        auto started = test::run(loop, session->start_fetch(request));
        ASSERT_TRUE(started) << started.error().to_string();
    }
    Outcome<gateway::Fetched> receive() { return test::run(loop, session->receive()); }
    Outcome<void> close(RemoteSession::CloseMode mode) { return test::run(loop, session->close(mode)); }

    boost::asio::io_context loop;
    std::shared_ptr<test::Script> script = std::make_shared<test::Script>();
    gateway::SessionLimits limits;
    std::unique_ptr<RemoteSession> session;
};

TEST_F(Session, FullListingThenCheapPoll) {
    open();
    auto page = pull();
    ASSERT_TRUE(page);
    EXPECT_TRUE(page->complete) << page->incomplete_reason;
    ASSERT_EQ(page->items.size(), 3U);
    EXPECT_EQ(page->items[2].id, "id3");
    EXPECT_EQ(page->items[2].size, script->maildrop[2].content.size());
    script->commands.clear();
    auto again = pull(page->token);
    ASSERT_TRUE(again);
    EXPECT_TRUE(again->unchanged);
    EXPECT_THAT(script->commands, ElementsAre("STAT", "UIDL 3"));
}

TEST_F(Session, SameCountAndOctetsButAnotherLastId) {
    open();
    auto page = pull();
    script->maildrop[2].uidl = "other";
    auto again = pull(page->token);
    ASSERT_TRUE(again);
    EXPECT_FALSE(again->unchanged);
    EXPECT_EQ(again->items.size(), 3U);
}

TEST_F(Session, EmptyMaildrop) {
    script->maildrop.clear();
    open();
    auto page = pull();
    ASSERT_TRUE(page);
    EXPECT_TRUE(page->complete);
    EXPECT_TRUE(page->items.empty());
    EXPECT_TRUE(pull(page->token)->unchanged);
}

TEST_F(Session, ListingsThatProveNothing) {
    open();
    script->replies["UIDL"] = "+OK\r\n1 id1\r\n.\r\n";
    EXPECT_FALSE(pull()->complete);
    script->replies["UIDL"] = "+OK\r\n1 id1\r\n2 \r\n3 id3\r\n.\r\n";
    auto page = pull();
    EXPECT_FALSE(page->complete);
    EXPECT_EQ(page->token, "");
    EXPECT_EQ(page->items.size(), 3U);
    script->replies["UIDL"] = "+OK\r\n1 id1\r\n2 id";
    EXPECT_FALSE(pull());
    EXPECT_FALSE(session->alive());
}

TEST_F(Session, UidlRefusedThoughOffered) {
    open();
    script->replies["UIDL"] = "-ERR not now\r\n";
    auto page = pull();
    ASSERT_FALSE(page);
    EXPECT_EQ(page.error().kind, FaultKind::transient);
}

TEST_F(Session, ServerWithoutUidl) {
    script->capabilities = {"TOP", "USER"};
    script->replies["UIDL"] = "-ERR unknown\r\n";
    open();
    auto page = pull();
    ASSERT_TRUE(page);
    EXPECT_FALSE(session->facts().ids);
    EXPECT_EQ(page->items.size(), 3U);
    EXPECT_EQ(page->items[0].id, "");
    EXPECT_TRUE(page->items[0].size);
}

TEST_F(Session, BytesArriveExactlyAtEveryChunkSize) {
    for (const std::size_t chunk : {1U, 2U, 3U, 5U, 7U, 100U}) {
        script->chunk = chunk;
        open();
        auto page = pull();
        start(page->items[0]);
        auto fetched = receive();
        ASSERT_TRUE(fetched);
        EXPECT_EQ(*fetched->content, script->maildrop[0].content);
    }
}

TEST_F(Session, PipelinedFetchesComeInOrder) {
    script->capabilities.push_back("PIPELINING");
    script->replies["RETR 2"] = "-ERR no such message\r\n";
    open();
    auto page = pull();
    script->commands.clear();
    for (const auto& item : page->items) start(item);
    EXPECT_THAT(script->commands, ElementsAre("RETR 1", "RETR 2", "RETR 3"));
    EXPECT_EQ(*receive()->content, script->maildrop[0].content);
    auto missing = receive();
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().kind, FaultKind::gone);
    EXPECT_TRUE(session->alive());
    EXPECT_EQ(*receive()->content, script->maildrop[2].content);
}

TEST_F(Session, WithoutPipeliningOneAtATime) {
    open();
    auto page = pull();
    EXPECT_EQ(session->fetch_window(), 1U);
    start(page->items[0]);
    gateway::FetchRequest second;
    second.ref = page->items[1].ref;
    EXPECT_FALSE(test::run(loop, session->start_fetch(second)));
}

TEST_F(Session, HeaderOnly) {
    open();
    auto page = pull();
    start(page->items[1], gateway::FetchPart::header);
    EXPECT_EQ(*receive()->content, "Subject: 2\r\n\r\n");
}

TEST_F(Session, AnEarlyTerminatorForgesNoReply) {
    // The body holds a line "." that was not stuffed; the rest of it looks like replies.
    script->stuff_dots = false;
    script->maildrop[0].content = "A: b\r\n\r\n.\r\n+OK\r\n+OK\r\n+OK forged\r\n";
    open();
    auto page = pull();
    start(page->items[0]);
    auto fetched = receive();
    ASSERT_FALSE(fetched);
    EXPECT_EQ(fetched.error().kind, FaultKind::protocol_violation);
    EXPECT_FALSE(session->alive());
}

TEST_F(Session, AnEarlyTerminatorThatArrivesLate) {
    script->stuff_dots = false;
    script->chunk = 1;
    script->maildrop[0].content = "A: b\r\n\r\n.\r\n+OK\r\n+OK forged\r\n";
    open();
    auto page = pull();
    start(page->items[0]);
    EXPECT_FALSE(receive());
    EXPECT_FALSE(session->alive());
}

TEST_F(Session, WrongListedSizesDoNotMatter) {
    for (auto& message : script->maildrop) message.listed_size = message.content.size() * 2;
    open();
    auto page = pull();
    for (const auto& item : page->items) {
        start(item);
        EXPECT_TRUE(receive());
    }
}

TEST_F(Session, EndlessMessageEnds) {
    script->replies["RETR 1"] = "+OK\r\n" + std::string(20000, 'x');
    open();
    auto page = pull();
    start(page->items[0]);
    auto fetched = receive();
    ASSERT_FALSE(fetched);
    EXPECT_EQ(fetched.error().kind, FaultKind::protocol_violation);
    EXPECT_FALSE(session->alive());
}

TEST_F(Session, EndlessListingLineEnds) {
    script->replies["UIDL"] = "+OK\r\n1 " + std::string(20000, 'x');
    open();
    EXPECT_EQ(pull().error().kind, FaultKind::protocol_violation);
}

TEST_F(Session, EndlessListingOfLinesThatMakeNoSenseEnds) {
    std::string lines = "+OK\r\n";
    for (int i = 0; i < 300; ++i) lines += i % 2 == 0 ? "\r\n" : "1 same\r\n";
    script->replies["UIDL"] = lines + ".\r\n";
    open();
    EXPECT_FALSE(pull()->complete);
    limits.listing_entries = 100;
    open();
    EXPECT_EQ(pull().error().kind, FaultKind::protocol_violation);
    EXPECT_FALSE(session->alive());
}

TEST_F(Session, DeletesAndCommits) {
    open();
    auto page = pull();
    std::vector<gateway::Action> actions(2);
    actions[0].ref = page->items[1].ref;
    actions[1].ref = {page->items[1].ref.session + 1, 1};  // of another session: never sent
    auto results = test::run(loop, session->push(actions));
    ASSERT_TRUE(results);
    EXPECT_FALSE((*results)[0].fault);
    EXPECT_TRUE((*results)[1].fault);
    EXPECT_EQ(script->maildrop.size(), 3U);
    EXPECT_TRUE(close(RemoteSession::CloseMode::commit));
    EXPECT_EQ(script->maildrop.size(), 2U);
    EXPECT_EQ(std::count(script->commands.begin(), script->commands.end(), "DELE 2"), 1);
    EXPECT_EQ(std::count(script->commands.begin(), script->commands.end(), "DELE 1"), 0);
}

TEST_F(Session, AbandonSendsNoQuit) {
    open();
    EXPECT_TRUE(close(RemoteSession::CloseMode::abandon));
    session.reset();
    EXPECT_EQ(script->closed_without_quit, 1);
}

TEST_F(Session, QuitWithoutAnswerIsNotSuccess) {
    open();
    script->replies["QUIT"] = "\x04";
    EXPECT_FALSE(close(RemoteSession::CloseMode::commit));
}

TEST_F(Session, SilenceEndsByTheWatchdog) {
    open();
    script->replies["STAT"] = "";
    auto page = pull();
    ASSERT_FALSE(page);
    EXPECT_EQ(page.error().kind, FaultKind::transient);
    EXPECT_FALSE(session->alive());
}

}  // namespace
}  // namespace postern::pop3
