#include "kernel/auth/verified_passwords.hpp"

#include <gtest/gtest.h>

namespace postern::auth {
namespace {

struct VerifiedPasswordsTest : testing::Test {
    VerifiedPasswords verified{std::chrono::minutes(10)};
    VerifiedPasswords::Clock::time_point now{};

    VerifiedPasswordsTest() { verified.add("ann", "$v1", "secret", now); }
};

TEST_F(VerifiedPasswordsTest, KnowsThePasswordThatMatched) {
    EXPECT_TRUE(verified.contains("ann", "$v1", "secret", now));
    EXPECT_FALSE(verified.contains("ann", "$v1", "secret2", now));
    EXPECT_FALSE(verified.contains("bob", "$v1", "secret", now));
}

TEST_F(VerifiedPasswordsTest, ForgetsWhenTheVerifierChanged) {
    EXPECT_FALSE(verified.contains("ann", "$v2", "secret", now));
}

TEST_F(VerifiedPasswordsTest, ForgetsAfterItsLifetime) {
    EXPECT_TRUE(verified.contains("ann", "$v1", "secret", now + std::chrono::minutes(9)));
    EXPECT_FALSE(verified.contains("ann", "$v1", "secret", now + std::chrono::minutes(10)));
}

}  // namespace
}  // namespace postern::auth
