#include "connector-imap/refusal.hpp"

#include <gtest/gtest.h>

namespace postern::imap_client {
namespace {

using gateway::FaultKind;

FaultKind login(const char* text) {
    return classify_login_refusal(*parse_status(text)).kind;
}

TEST(Refusal, SignIn) {
    EXPECT_EQ(login("NO [AUTHENTICATIONFAILED] x"), FaultKind::auth_failed);
    EXPECT_TRUE(classify_login_refusal(*parse_status("NO [AUTHENTICATIONFAILED] x")).definite);
    EXPECT_EQ(login("NO [UNAVAILABLE] x"), FaultKind::transient);
    EXPECT_EQ(login("NO [INUSE] x"), FaultKind::rate_limited);
    EXPECT_EQ(login("NO [LIMIT] x"), FaultKind::rate_limited);
    EXPECT_EQ(login("NO [PRIVACYREQUIRED] x"), FaultKind::permanent);
    EXPECT_EQ(login("NO Invalid credentials"), FaultKind::auth_failed);
    EXPECT_FALSE(classify_login_refusal(*parse_status("NO Invalid credentials")).definite);
    EXPECT_EQ(login("NO Too many simultaneous connections"), FaultKind::rate_limited);
    EXPECT_EQ(login("NO Temporary problem, please try again later"), FaultKind::transient);
    EXPECT_EQ(login("BAD what"), FaultKind::transient);
}

TEST(Refusal, LaterCommands) {
    const auto kind = [](const char* text) {
        return classify_refusal("X", *parse_status(text), FaultKind::transient).kind;
    };
    EXPECT_EQ(kind("NO x"), FaultKind::transient);
    EXPECT_EQ(kind("BAD x"), FaultKind::unsupported);
    EXPECT_EQ(kind("NO [NONEXISTENT] x"), FaultKind::gone);
    EXPECT_EQ(kind("NO [TRYCREATE] x"), FaultKind::gone);
    EXPECT_EQ(kind("NO [OVERQUOTA] x"), FaultKind::permanent);
    EXPECT_EQ(kind("NO [AUTHENTICATIONFAILED] x"), FaultKind::permanent);
    EXPECT_EQ(classify_refusal("X", *parse_status("NO [A] \x1b"), FaultKind::gone).to_string(),
              "gone: X: [A] ?");
}

}  // namespace
}  // namespace postern::imap_client
