// Limits and failures of listeners.
#include "kernel/net/listener.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include "tests/net/test_server.hpp"

namespace postern::net {
namespace {

TEST(Listener, AFullListenerSaysSoAndTakesTheNextWhenOneLeaves) {
    TestServer server({.max_connections = 1});
    auto first = std::make_unique<Client>(server.port());
    EXPECT_EQ(first->line(), "hello");
    Client second(server.port());
    EXPECT_EQ(second.line(), "sorry too many connections");
    EXPECT_EQ(second.line(), "(end)");
    EXPECT_EQ(first->ask("QUIT"), "(end)");
    // The place is free when the server has noticed; a client that is refused tries again.
    std::string got;
    while (got != "hello") got = Client(server.port()).line();
}

TEST(Listener, TheServersLimitCountsToo) {
    TestServer server({.total_connections = 1});
    Client first(server.port());
    EXPECT_EQ(first.line(), "hello");
    EXPECT_EQ(Client(server.port()).line(), "sorry too many connections");
    EXPECT_EQ(server.limits->count(), 1U);
}

TEST(ConnectionLimits, PerAddressButNotForLoopback) {
    auto limits = std::make_shared<ConnectionLimits>(4, 1);
    std::function<void()> one;
    std::function<void()> two;
    std::function<void()> three;
    EXPECT_EQ(limits->admit("192.0.2.1", false, one), "");
    EXPECT_EQ(limits->admit("192.0.2.1", false, two), "too many connections from your address");
    EXPECT_EQ(limits->admit("192.0.2.2", false, two), "");
    EXPECT_EQ(limits->admit("127.0.0.1", true, three), "");
    EXPECT_EQ(limits->admit("127.0.0.1", true, three), "");
    EXPECT_EQ(limits->admit("127.0.0.1", true, three), "too many connections");
    one();
    EXPECT_EQ(limits->admit("192.0.2.1", false, one), "");
    EXPECT_EQ(limits->count(), 4U);
}

TEST(Listener, AnAddressThatIsTakenIsNamed) {
    TestServer server({});
    config::ListenerEntry entry;
    entry.info.protocol = "line";
    entry.endpoint = {"127.0.0.1", server.port()};
    Listener second(entry, *server.protocol, nullptr, server.limits, *server.runtime, server.log);
    const auto opened = second.open();
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().text, "cannot listen on 127.0.0.1:" + std::to_string(server.port()) +
                                       " for line: Address already in use");
}

TEST(Listener, WithoutDescriptorsClientsAreToldAndServiceGoesOnAfterwards) {
    TestServer server({});
    Client before(server.port());
    EXPECT_EQ(before.line(), "hello");
    rlimit old{};
    getrlimit(RLIMIT_NOFILE, &old);
    const int client_descriptor = socket(AF_INET, SOCK_STREAM, 0);
    ASSERT_EQ(close(client_descriptor), 0);
    // Room for the client's own descriptor and not for the server's end of it.
    const rlimit tight{static_cast<rlim_t>(client_descriptor) + 1, old.rlim_max};
    ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &tight), 0);
    {
        Client client(server.port());
        EXPECT_EQ(client.line(), "sorry the server has too many connections");
    }
    EXPECT_EQ(before.ask("ECHO still"), "still");
    setrlimit(RLIMIT_NOFILE, &old);
    Client after(server.port());
    EXPECT_EQ(after.line(), "hello");
}

}  // namespace
}  // namespace postern::net
