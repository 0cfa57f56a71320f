// How long a line in IDLE may be silent: learned between bounds, and any data begins the silence anew.
#include "plugins/imap-idle/keepalive.hpp"

#include <gtest/gtest.h>

namespace postern::imap {
namespace {

using namespace std::chrono_literals;

constexpr Silence::Clock::time_point begin{};

TEST(Keepalive, LinesThatDieShrinkTheIntervalToTheLeast) {
    KeepalivePace pace;
    EXPECT_EQ(pace.interval("a"), 9min);
    pace.died("a");
    EXPECT_EQ(pace.interval("a"), 7min);
    for (int i = 0; i < 10; ++i) pace.died("a");
    EXPECT_EQ(pace.interval("a"), 4min);
    EXPECT_EQ(pace.interval("b"), 9min) << "others are not concerned";
}

TEST(Keepalive, LinesThatLiveLetItGrowToTheMost) {
    KeepalivePace pace;
    pace.survived("a");
    pace.survived("a");
    EXPECT_EQ(pace.interval("a"), 9min);
    pace.survived("a");
    EXPECT_EQ(pace.interval("a"), 11min);
    pace.survived("a");
    pace.survived("a");
    pace.died("a");
    EXPECT_EQ(pace.interval("a"), 9min);
    pace.survived("a");
    EXPECT_EQ(pace.interval("a"), 9min) << "what went well before does not count any more";
    for (int i = 0; i < 100; ++i) pace.survived("a");
    EXPECT_EQ(pace.interval("a"), 28min);
}

TEST(Keepalive, OneIntervalIsKept) {
    KeepalivePace pace;
    pace.set_bounds({120s, 120s, 120s});
    pace.died("a");
    for (int i = 0; i < 5; ++i) pace.survived("a");
    EXPECT_EQ(pace.interval("a"), 120s);
}

TEST(Keepalive, LinesAreOfAnAccountAndANetwork) {
    EXPECT_EQ(KeepalivePace::line_of(7, "192.0.2.17"), KeepalivePace::line_of(7, "192.0.2.200"));
    EXPECT_NE(KeepalivePace::line_of(7, "192.0.2.17"), KeepalivePace::line_of(7, "192.0.3.17"));
    EXPECT_NE(KeepalivePace::line_of(7, "192.0.2.17"), KeepalivePace::line_of(8, "192.0.2.17"));
    EXPECT_EQ(KeepalivePace::line_of(7, "2001:db8:1:2::3"), KeepalivePace::line_of(7, "2001:db8:1:9::4"));
    EXPECT_NE(KeepalivePace::line_of(7, "2001:db8:1:2::3"), KeepalivePace::line_of(7, "2001:db8:2:2::3"));
    EXPECT_EQ(KeepalivePace::line_of(7, "::1"), KeepalivePace::line_of(7, "::1"));
}

TEST(Keepalive, AnyDataBeginsTheSilenceAnew) {
    Silence silence(600s, 10, begin);
    EXPECT_EQ(silence.left(begin), 600s);
    EXPECT_EQ(silence.left(begin + 599s), 1s);
    EXPECT_FALSE(silence.is_over(begin + 599s));
    silence.broken(begin + 599s);
    EXPECT_FALSE(silence.is_over(begin + 600s));
    EXPECT_EQ(silence.left(begin + 600s), 599s);
    EXPECT_TRUE(silence.is_over(begin + 1199s));
    EXPECT_EQ(silence.left(begin + 1300s), 1s);
}

TEST(Keepalive, UpToATenthApart) {
    auto shortest = 600s;
    auto longest = 600s;
    for (unsigned chance = 0; chance < 100; ++chance) {
        const auto left = Silence(600s, chance, begin).left(begin);
        shortest = std::min(shortest, left);
        longest = std::max(longest, left);
    }
    EXPECT_EQ(shortest, 540s);
    EXPECT_EQ(longest, 660s);
}

}  // namespace
}  // namespace postern::imap
