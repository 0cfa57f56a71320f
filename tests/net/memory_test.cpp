// What connections cost while nothing happens on them (design 5: 8 KiB plain, 24 KiB with TLS, for a whole session).
#include <gtest/gtest.h>
#include <malloc.h>

#include "tests/net/test_server.hpp"

namespace postern::net {
namespace {

std::size_t heap_in_use() {
    const auto info = mallinfo2();
    return info.uordblks + info.hblkhd;
}

TEST(Memory, HalfOpenConnectionsAreCheap) {
    constexpr std::size_t count = 400;
    TestServer server({.tls = ListenerInfo::Tls::implicit});
    std::vector<std::unique_ptr<Client>> clients;
    clients.reserve(count);
    const auto before = heap_in_use();
    for (std::size_t i = 0; i < count; ++i) clients.push_back(std::make_unique<Client>(server.port()));
    while (server.limits->count() < count) std::this_thread::yield();
    const auto each = (heap_in_use() - before) / count;
    RecordProperty("octets_per_half_open_connection", static_cast<int>(each));
    EXPECT_LT(each, 4U * 1024);
}

TEST(Memory, IdlePlainConnectionsAreCheap) {
    constexpr std::size_t count = 400;
    TestServer server({});
    std::vector<std::unique_ptr<Client>> clients;
    const auto before = heap_in_use();
    for (std::size_t i = 0; i < count; ++i) {
        clients.push_back(std::make_unique<Client>(server.port()));
        ASSERT_EQ(clients.back()->line(), "hello");
    }
    const auto each = (heap_in_use() - before) / count;
    RecordProperty("octets_per_idle_plain_connection", static_cast<int>(each));
    EXPECT_LT(each, 6U * 1024);
}

TEST(Memory, IdleTlsConnectionsHoldNoBuffers) {
    constexpr std::size_t count = 100;
    TestServer server({.tls = ListenerInfo::Tls::implicit});
    {
        Client warm_up(server.port());
        ASSERT_EQ(warm_up.start_tls(), "");
        ASSERT_EQ(warm_up.line(), "hello");
    }
    std::vector<std::unique_ptr<Client>> clients;
    const auto before = heap_in_use();
    for (std::size_t i = 0; i < count; ++i) {
        clients.push_back(std::make_unique<Client>(server.port()));
        ASSERT_EQ(clients.back()->start_tls(), "");
        ASSERT_EQ(clients.back()->line(), "hello");
        ASSERT_EQ(clients.back()->ask("WAIT"), "waiting");
    }
    // Both ends are in this process, and cost about the same.
    const auto each = (heap_in_use() - before) / count / 2;
    RecordProperty("octets_per_idle_tls_connection", static_cast<int>(each));
    EXPECT_LT(each, 24U * 1024);
}

}  // namespace
}  // namespace postern::net
