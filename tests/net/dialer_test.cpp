// Outgoing connections that fail say why.
#include "kernel/net/dialer.hpp"

#include <gtest/gtest.h>

#include "tests/net/test_server.hpp"

namespace postern::net {
namespace {

Task<std::string> try_to_reach(DialerImpl* dialer, std::string host, std::uint16_t port) {
    Dialer::Target target;
    target.host = std::move(host);
    target.port = port;
    auto dialled = co_await dialer->dial(target);
    if (!dialled) co_return dialled.error().to_string();
    auto connection = std::move(*dialled);
    connection->set_deadline(std::chrono::seconds(20));
    char data[64];
    auto got = co_await connection->stream().read_some(data);
    if (!got) co_return got.error().to_string();
    co_return connection->peer_address() + " " + std::string(data, *got);
}

class DialerTest : public testing::Test {
protected:
    std::string reach(const std::string& host, std::uint16_t port) {
        return runtime::run_and_wait(server_.kernel.core(1), try_to_reach(&dialer_, host, port));
    }
    TestServer server_{{}};
    DialerImpl dialer_;
};

TEST_F(DialerTest, ByAddressAndByName) {
    EXPECT_EQ(reach("127.0.0.1", server_.port()), "127.0.0.1 hello\r\n");
    EXPECT_EQ(reach("localhost", server_.port()), "127.0.0.1 hello\r\n")
        << "::1 is tried and given up if it comes first";
}

TEST_F(DialerTest, NobodyListens) {
    EXPECT_EQ(reach("127.0.0.1", 1),
              "unavailable: cannot connect to 127.0.0.1 (127.0.0.1:1): Connection refused");
}

TEST_F(DialerTest, ANameThatDoesNotExist) {
    const auto text = reach("no-such-host.invalid", 110);
    EXPECT_EQ(text.find("unavailable: the name no-such-host.invalid c"), 0U) << text;
}

}  // namespace
}  // namespace postern::net
