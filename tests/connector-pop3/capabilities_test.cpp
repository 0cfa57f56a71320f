#include "connector-pop3/capabilities.hpp"

#include <gtest/gtest.h>

namespace postern::pop3 {
namespace {

Capabilities parse(std::initializer_list<std::string_view> lines) {
    Capabilities capabilities;
    for (const auto line : lines) capabilities.add_line(line);
    return capabilities;
}

TEST(Capabilities, ExampleOfRfc2449) {
    const auto c = parse({"TOP", "USER", "SASL CRAM-MD5 plain", "RESP-CODES", "LOGIN-DELAY 900", "PIPELINING",
                          "EXPIRE 60", "UIDL", "IMPLEMENTATION Shlemazle-Plotz-v302"});
    EXPECT_TRUE(c.known && c.top && c.user && c.response_codes && c.pipelining && c.uidl);
    EXPECT_FALSE(c.stls);
    EXPECT_TRUE(c.has_mechanism("PLAIN"));
    EXPECT_FALSE(c.has_mechanism("LOGIN"));
    EXPECT_EQ(c.login_delay, std::chrono::seconds(900));
    EXPECT_EQ(c.expire_days, 60);
    EXPECT_EQ(c.implementation, "Shlemazle-Plotz-v302");
}

TEST(Capabilities, CaseUserTokensAndNever) {
    const auto c = parse({"uidl", "login-delay 120 USER", "EXPIRE NEVER USER", "stls"});
    EXPECT_TRUE(c.uidl && c.stls);
    EXPECT_EQ(c.login_delay, std::chrono::seconds(120));
    EXPECT_EQ(c.expire_days, std::nullopt);
    EXPECT_EQ(parse({"EXPIRE 0"}).expire_days, 0);
}

TEST(Capabilities, NonsenseIsPassedOver) {
    const auto c =
        parse({"", "   ", "LOGIN-DELAY soon", "LOGIN-DELAY -5", "EXPIRE 99999999999999", "X-ODD \xff"});
    EXPECT_TRUE(c.known);
    EXPECT_EQ(c.login_delay, std::nullopt);
    EXPECT_EQ(c.expire_days, std::nullopt);
}

}  // namespace
}  // namespace postern::pop3
