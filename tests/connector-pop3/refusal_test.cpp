#include "connector-pop3/refusal.hpp"

#include <gtest/gtest.h>

namespace postern::pop3 {
namespace {

using gateway::FaultKind;

TEST(Refusal, ByCode) {
    EXPECT_EQ(classify_login_refusal("[IN-USE] Do you have another POP session?").kind,
              FaultKind::rate_limited);
    EXPECT_GT(classify_login_refusal("[in-use] x").retry_after.count(), 0);
    EXPECT_EQ(classify_login_refusal("[LOGIN-DELAY] minimum 300 s").kind, FaultKind::rate_limited);
    EXPECT_EQ(classify_login_refusal("[SYS/TEMP] disk").kind, FaultKind::transient);
    EXPECT_EQ(classify_login_refusal("[SYS/PERM] gone").kind, FaultKind::permanent);
    const auto auth = classify_login_refusal("[AUTH] temporarily? no");
    EXPECT_EQ(auth.kind, FaultKind::auth_failed);
    EXPECT_TRUE(auth.definite);
}

TEST(Refusal, ByWords) {
    EXPECT_EQ(classify_login_refusal("unable to lock maildrop").kind, FaultKind::rate_limited);
    EXPECT_EQ(classify_login_refusal("exceeded the login limit for a 15 minute period").kind,
              FaultKind::rate_limited);
    EXPECT_EQ(classify_login_refusal("Service Unavailable").kind, FaultKind::transient);
    const auto plain = classify_login_refusal("invalid password");
    EXPECT_EQ(plain.kind, FaultKind::auth_failed);
    EXPECT_FALSE(plain.definite);
}

TEST(Refusal, LaterCommandsSayNothingOfThePassword) {
    EXPECT_EQ(classify_refusal("RETR", "[AUTH] x", FaultKind::gone).kind, FaultKind::gone);
    EXPECT_EQ(classify_refusal("RETR", "[SYS/TEMP] x", FaultKind::gone).kind, FaultKind::transient);
}

TEST(Refusal, TextIsFitForALog) {
    EXPECT_EQ(printable("a\r\n\x1b[31m\xff"), "a???[31m?");
    EXPECT_EQ(printable(std::string(10000, 'x')).size(), 200U);
    EXPECT_EQ(response_code("[unterminated"), "");
}

}  // namespace
}  // namespace postern::pop3
