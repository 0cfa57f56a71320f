#include "kernel/auth/attempt_limiter.hpp"

#include <gtest/gtest.h>

namespace postern::auth {
namespace {

using std::chrono::minutes;

struct AttemptLimiterTest : testing::Test {
    AttemptLimiter limiter{{.enabled = true, .per_account = 3, .per_address = 5, .window = minutes(10)}};
    AttemptLimiter::Clock::time_point now{};

    void fail(const std::string& login, const std::string& address, int times) {
        for (int i = 0; i < times; ++i) limiter.failed(login, address, now);
    }
};

TEST_F(AttemptLimiterTest, AnAccountIsRefusedFromAnyAddressAfterItsLimit) {
    fail("ann", "192.0.2.1", 2);
    EXPECT_TRUE(limiter.allowed("ann", "192.0.2.1", now));
    fail("ann", "192.0.2.1", 1);
    EXPECT_FALSE(limiter.allowed("ann", "192.0.2.9", now));
    EXPECT_TRUE(limiter.allowed("bob", "192.0.2.9", now));
}

// A token that says nothing about its user.
TEST_F(AttemptLimiterTest, FailuresWithoutANameCountForTheAddressAlone) {
    fail("", "192.0.2.1", 4);
    EXPECT_TRUE(limiter.allowed("", "192.0.2.1", now));
    EXPECT_TRUE(limiter.allowed("", "192.0.2.2", now));
    fail("", "192.0.2.1", 1);
    EXPECT_FALSE(limiter.allowed("", "192.0.2.1", now));
    EXPECT_FALSE(limiter.allowed("ann", "192.0.2.1", now));
    EXPECT_TRUE(limiter.allowed("", "192.0.2.2", now));
}

TEST_F(AttemptLimiterTest, AnAddressIsRefusedForAnyAccountAfterItsLimit) {
    fail("a", "192.0.2.1", 2);
    fail("b", "192.0.2.1", 2);
    fail("c", "192.0.2.1", 1);
    EXPECT_FALSE(limiter.allowed("d", "192.0.2.1", now));
    EXPECT_TRUE(limiter.allowed("d", "192.0.2.2", now));
}

TEST_F(AttemptLimiterTest, FailuresAreForgottenWhenTheWindowHasPassed) {
    fail("ann", "192.0.2.1", 3);
    now += minutes(10);
    EXPECT_FALSE(limiter.allowed("ann", "192.0.2.1", now));
    now += std::chrono::milliseconds(1);
    EXPECT_TRUE(limiter.allowed("ann", "192.0.2.1", now));
    fail("ann", "192.0.2.1", 1);
    EXPECT_TRUE(limiter.allowed("ann", "192.0.2.1", now));
}

TEST_F(AttemptLimiterTest, SuccessClearsTheAccountButNotTheAddress) {
    fail("ann", "192.0.2.1", 2);
    limiter.succeeded("ann");
    fail("ann", "192.0.2.1", 2);
    EXPECT_TRUE(limiter.allowed("ann", "192.0.2.1", now));
    fail("eve", "192.0.2.1", 1);
    EXPECT_FALSE(limiter.allowed("bob", "192.0.2.1", now));
}

TEST_F(AttemptLimiterTest, SwitchedOffItAllowsEverything) {
    AttemptLimiter off({.enabled = false, .per_account = 1, .per_address = 1, .window = minutes(1)});
    for (int i = 0; i < 100; ++i) off.failed("ann", "192.0.2.1", now);
    EXPECT_TRUE(off.allowed("ann", "192.0.2.1", now));
}

}  // namespace
}  // namespace postern::auth
