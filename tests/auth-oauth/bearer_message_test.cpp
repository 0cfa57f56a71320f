#include "auth-oauth/bearer_message.hpp"

#include <gtest/gtest.h>

#include "postern/auth/token_introspection.hpp"

namespace postern::oauth {
namespace {

using namespace std::string_literals;

// RFC 7628 section 4.1.
TEST(BearerMessageTest, ReadsTheExample) {
    const auto read = parse_oauthbearer(
        "n,a=user@example.com,\1host=server.example.com\1port=143\1"
        "auth=Bearer vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==\1\1");
    ASSERT_TRUE(read) << read.error().text;
    EXPECT_EQ(read->user, "user@example.com");
    EXPECT_EQ(read->token, "vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==");
}

TEST(BearerMessageTest, ReadsWhatIsOptional) {
    const auto read = parse_oauthbearer("y,,\1x=\1auth=bEaReR  t\1\1");
    ASSERT_TRUE(read);
    EXPECT_EQ(read->user, "");
    EXPECT_EQ(read->token, "t");
    EXPECT_EQ(parse_oauthbearer("n,a=a=2Cb=3D,\1auth=Bearer t\1\1")->user, "a,b=");
}

TEST(BearerMessageTest, RefusesWhatIsMalformed) {
    for (const std::string& message : {""s,
                                       "\1"s,
                                       "n,,"s,
                                       "n,,\1"s,
                                       "n,,\1\1"s,
                                       "n,,\1auth=Bearer t\1"s,
                                       "n,,\1auth=Bearer t"s,
                                       "n,,auth=Bearer t\1\1"s,
                                       "n,,\1auth=Bearer \1\1"s,
                                       "n,,\1auth=Basic t\1\1"s,
                                       "n,,\1auth=Bearer a b\1\1"s,
                                       "n,,\1auth=Bearer t\1auth=Bearer t\1\1"s,
                                       "n,,\1=x\1auth=Bearer t\1\1"s,
                                       "n,,\1novalue\1auth=Bearer t\1\1"s,
                                       "n,,\1auth=Bearer t\1\1x"s,
                                       "n,a=,\1auth=Bearer t\1\1"s,
                                       "n,b=x,\1auth=Bearer t\1\1"s,
                                       "n,a=x=,\1auth=Bearer t\1\1"s,
                                       "p=tls-exporter,,\1auth=Bearer t\1\1"s,
                                       "n,,\1auth=Bearer t\x80\1\1"s,
                                       "n,,\1auth=Bearer "s + std::string(20'000, 't') + "\1\1"}) {
        const auto read = parse_oauthbearer(message);
        ASSERT_FALSE(read) << message;
        EXPECT_EQ(read.error().code, Errc::protocol_violation);
    }
}

TEST(BearerMessageTest, ReadsTheOldForm) {
    const auto read =
        parse_xoauth2("user=someuser@example.com\1auth=Bearer ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGE\1\1");
    ASSERT_TRUE(read);
    EXPECT_EQ(read->user, "someuser@example.com");
    EXPECT_EQ(read->token, "ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGE");
    for (const std::string& message : {""s, "user=a\1\1"s, "auth=Bearer t\1"s,
                                       "user=a\1user=b\1auth=Bearer t\1\1"s, "n,a=a,\1auth=Bearer t\1\1x"s})
        EXPECT_FALSE(parse_xoauth2(message)) << message;
}

// RFC 7662 section 2.2.
TEST(TokenIntrospectionTest, ReadsTheExample) {
    const auto facts = parse_introspection(R"({
      "active": true,
      "client_id": "l238j323ds-23ij4",
      "username": "jdoe",
      "scope": "read write dolphin",
      "sub": "Z5O3upPC88QrAjx00dis",
      "aud": "https://protected.example.net/resource",
      "iss": "https://server.example.com/",
      "exp": 1419356238,
      "iat": 1419350238,
      "extension_field": "twenty-seven"
     })");
    ASSERT_TRUE(facts);
    EXPECT_TRUE(facts->active);
    EXPECT_EQ(facts->member("username"), "jdoe");
    EXPECT_EQ(facts->member("sub"), "Z5O3upPC88QrAjx00dis");
    EXPECT_EQ(facts->member("iat"), "");
    EXPECT_EQ(facts->scopes, (std::vector<std::string>{"read", "write", "dolphin"}));
    EXPECT_EQ(facts->audiences, std::vector<std::string>{"https://protected.example.net/resource"});
    EXPECT_EQ(facts->expires, 1419356238);
}

TEST(TokenIntrospectionTest, ReadsOtherForms) {
    EXPECT_FALSE(parse_introspection(R"({"active":false})")->active);
    const auto facts =
        parse_introspection(R"({"active":true,"aud":["a",1,"b"],"scope":["c d","e"],"exp":1e3})");
    ASSERT_TRUE(facts);
    EXPECT_EQ(facts->audiences, (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ(facts->scopes, (std::vector<std::string>{"c", "d", "e"}));
    EXPECT_EQ(facts->expires, 1000);
    EXPECT_EQ(parse_introspection(R"({"active":true,"exp":"soon"})")->expires, 0);
    for (const char* body : {"", "[]", "{}", R"({"active":"true"})", R"({"active":1})", R"({"active":true)"})
        EXPECT_FALSE(parse_introspection(body)) << body;
}

}  // namespace
}  // namespace postern::oauth
