// Plain connections over real sockets: watchdog, cancel, slow readers, cores.
#include <gtest/gtest.h>

#include "tests/net/test_server.hpp"

namespace postern::net {
namespace {

TEST(Connection, LinesGoThereAndBack) {
    TestServer server({});
    Client client(server.port());
    EXPECT_EQ(client.line(), "hello");
    EXPECT_EQ(client.ask("ECHO a b"), "a b");
    client.send("ECHO 1\r\nECHO 2\r\n");
    EXPECT_EQ(client.line(), "1");
    EXPECT_EQ(client.line(), "2");
    client.send("QUIT\r\n");
    EXPECT_EQ(client.line(), "(end)");
}

TEST(Connection, ManyPipelinedLinesAreAllAnswered) {
    TestServer server({});
    Client client(server.port());
    EXPECT_EQ(client.line(), "hello");
    for (int i = 0; i < 500; ++i) client.send("ECHO " + std::to_string(i) + "\r\n");
    for (int i = 0; i < 500; ++i) ASSERT_EQ(client.line(), std::to_string(i));
}

TEST(Connection, TheWatchdogEndsAReadAndAllowsAGoodbye) {
    TestServer server({});
    Client client(server.port());
    EXPECT_EQ(client.line(), "hello");
    EXPECT_EQ(client.ask("DEADLINE 0"), "ok");
    EXPECT_EQ(client.line(), "bye deadline");
    EXPECT_EQ(client.line(), "(end)");
}

TEST(Connection, ADeadlineCanBeMovedLater) {
    TestServer server({});
    Client client(server.port());
    EXPECT_EQ(client.line(), "hello");
    EXPECT_EQ(client.ask("DEADLINE 1"), "ok");
    EXPECT_EQ(client.ask("DEADLINE 1000"), "ok");
    Client other(server.port());
    EXPECT_EQ(other.line(), "hello");
    EXPECT_EQ(other.ask("DEADLINE 2"), "ok");
    EXPECT_EQ(other.line(), "bye deadline");  // later than the first client's first deadline would have been
    EXPECT_EQ(client.ask("ECHO still here"), "still here");
}

TEST(Connection, ADeadlineCanBeMovedEarlier) {
    TestServer server({});
    Client client(server.port());
    EXPECT_EQ(client.line(), "hello");
    EXPECT_EQ(client.ask("DEADLINE 5000"), "ok");
    EXPECT_EQ(client.ask("DEADLINE 0"), "ok");
    EXPECT_EQ(client.line(), "bye deadline");
}

TEST(Connection, CancelEndsReadsAndAllowsAGoodbye) {
    TestServer server({});
    Client client(server.port());
    EXPECT_EQ(client.line(), "hello");
    EXPECT_EQ(client.ask("CANCEL"), "bye cancelled");
    EXPECT_EQ(client.line(), "(end)");
}

TEST(Connection, AClientThatDoesNotReadIsEndedByTheWatchdogAndOthersGoOn) {
    TestServer server({});
    Client slow(server.port());
    EXPECT_EQ(slow.line(), "hello");
    EXPECT_EQ(slow.ask("DEADLINE 1"), "ok");
    slow.send("BIG 100000000\r\n");
    Client other(server.port());
    EXPECT_EQ(other.line(), "hello");
    EXPECT_EQ(other.ask("ECHO quick"), "quick");
    slow.send("ECHO x\r\n");
    while (server.protocol->failed_writes == 0) EXPECT_EQ(other.ask("ECHO quick"), "quick");
}

TEST(Connection, AReaderThatIsSlowGetsEverything) {
    TestServer server({});
    Client client(server.port());
    EXPECT_EQ(client.line(), "hello");
    client.send("BIG 20000000\r\nECHO end\r\n");
    EXPECT_EQ(client.line(), xs(20'000'000, "end"));
}

TEST(Connection, MovesToAnotherCoreWithWhatItHasRead) {
    TestServer server({});
    Client client(server.port());
    EXPECT_EQ(client.line(), "hello");
    const auto before = client.ask("THREAD");
    client.send("MOVE\r\nTHREAD\r\n");
    EXPECT_EQ(client.line(), "moved");
    EXPECT_NE(client.line(), before);
    EXPECT_EQ(client.ask("DEADLINE 1000"), "ok");
    EXPECT_EQ(client.ask("MOVE"), "moved");
    EXPECT_EQ(client.ask("THREAD"), before);
    EXPECT_EQ(client.ask("DEADLINE 0"), "ok");
    EXPECT_EQ(client.line(), "bye deadline") << "the watchdog works on the core it came to";
}

TEST(Connection, EveryClientGetsAGoodbyeWhenTheServerStops) {
    TestServer server({});
    std::vector<std::unique_ptr<Client>> clients;
    for (int i = 0; i < 20; ++i) {
        clients.push_back(std::make_unique<Client>(server.port()));
        EXPECT_EQ(clients.back()->line(), "hello");
        if (i % 2 == 0) {
            EXPECT_EQ(clients.back()->ask("MOVE"), "moved");
        }
    }
    EXPECT_TRUE(server.stop());
    for (auto& client : clients) {
        EXPECT_EQ(client->line(), "bye stopping");
        EXPECT_EQ(client->line(), "(end)");
    }
}

TEST(Connection, AWriteUnderWayIsNotCutWhenTheServerStops) {
    TestServer server({});
    Client client(server.port());
    EXPECT_EQ(client.line(), "hello");
    client.send("BIG 8000000\r\n");
    char first = 0;
    ASSERT_EQ(recv(client.descriptor(), &first, 1, 0), 1) << "the write has begun";
    std::thread stopper([&] { EXPECT_TRUE(server.stop()); });
    EXPECT_EQ(client.line(), xs(8'000'000 - 1, "bye stopping"));
    stopper.join();
}

TEST(Connection, WaitingForInputWithoutReadingIt) {
    TestServer server({});
    Client client(server.port());
    EXPECT_EQ(client.line(), "hello");
    EXPECT_EQ(client.ask("WAIT"), "waiting");
    client.send("ECHO after\r\n");
    EXPECT_EQ(client.line(), "waited");
    EXPECT_EQ(client.line(), "after");
}

}  // namespace
}  // namespace postern::net
