// OAuth as a client: answers, flows, what must never be mixed up.
#include "postern/gateway/oauth.hpp"

#include <gtest/gtest.h>

#include "kernel/config/yaml_reader.hpp"
#include "kernel/net/dialer.hpp"
#include "tests/mail/support/loop_runtime.hpp"
#include "tests/support/http_peer.hpp"

namespace postern::gateway {
namespace {

using postern::test::HttpPeer;
using postern::test::HttpQuestion;
using postern::test::json_answer;
using std::chrono::seconds;

http::Response response(unsigned status, std::string body) {
    http::Response out;
    out.status = status;
    out.body = std::move(body);
    return out;
}

TEST(TokenAnswer, Tokens) {
    const auto answer = parse_token_answer(
        response(200, R"({"access_token":"a","refresh_token":"r","expires_in":1200,"token_type":"Bearer"})"));
    ASSERT_TRUE(answer) << answer.error().to_string();
    EXPECT_EQ(answer->access_token, "a");
    EXPECT_EQ(answer->refresh_token, "r");
    EXPECT_EQ(answer->lifetime, seconds(1200));
    EXPECT_EQ(parse_token_answer(response(200, R"({"access_token":"a"})"))->lifetime, seconds(3600));
    EXPECT_EQ(parse_token_answer(response(200, R"({"access_token":"a"})"))->refresh_token, "");
    EXPECT_EQ(parse_token_answer(response(200, R"({"access_token":"a","expires_in":"60"})"))->lifetime,
              seconds(60));
    EXPECT_EQ(parse_token_answer(response(200, R"({"access_token":"a","expires_in":-5})"))->lifetime,
              seconds(0));
}

TEST(TokenAnswer, Refusals) {
    const auto kind_of = [](unsigned status, const std::string& body) {
        const auto answer = parse_token_answer(response(status, body));
        return answer ? FaultKind::gone : answer.error().kind;
    };
    EXPECT_EQ(kind_of(400, R"({"error":"invalid_grant","error_description":"expired"})"),
              FaultKind::auth_failed);
    EXPECT_EQ(kind_of(200, R"({"error":"invalid_grant"})"), FaultKind::auth_failed);
    EXPECT_EQ(kind_of(401, R"({"error":"invalid_client"})"), FaultKind::permanent);
    EXPECT_EQ(kind_of(400, R"({"error":"invalid_scope"})"), FaultKind::permanent);
    EXPECT_EQ(kind_of(404, "<html>"), FaultKind::permanent);
    EXPECT_EQ(kind_of(400, R"({"error":"temporarily_unavailable"})"), FaultKind::transient);
    EXPECT_EQ(kind_of(503, "<html>"), FaultKind::transient);
    EXPECT_EQ(kind_of(302, ""), FaultKind::transient);
    EXPECT_EQ(kind_of(429, ""), FaultKind::rate_limited);
    const auto told =
        parse_token_answer(response(400, R"({"error":"invalid_grant","error_description":"a\nb"})"));
    EXPECT_TRUE(told.error().definite);
    EXPECT_EQ(told.error().text, "the authorization server answers invalid_grant: a?b");
    EXPECT_FALSE(parse_token_answer(response(401, R"({"error":"invalid_client"})")).error().definite);
}

TEST(TokenAnswer, WhatIsNoAnswerIsTriedAgain) {
    for (const auto* body :
         {"", "{", "[]", "null", "{}", R"({"access_token":7})", R"({"access_token":""})",
          R"({"access_token":"a\u0001b"})", R"({"access_token":"a","refresh_token":"\r\n"})",
          R"({"access_token":"\u00e4"})"}) {
        const auto answer = parse_token_answer(response(200, body));
        ASSERT_FALSE(answer) << body;
        EXPECT_EQ(answer.error().kind, FaultKind::transient) << body;
    }
    EXPECT_FALSE(parse_token_answer(response(200, std::string(100'000, '['))));
}

TEST(Pkce, ChallengeOfTheStandard) {  // RFC 7636 appendix B
    EXPECT_EQ(pkce_challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
              "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
}

OAuthProvider provider_at(const HttpPeer& peer) {
    OAuthProvider provider;
    provider.token_endpoint = peer.url("/token");
    provider.device_endpoint = peer.url("/device");
    provider.authorize_endpoint = "https://login.example.net/authorize?prompt=consent";
    provider.client_id = "postern";
    provider.scopes = "mail offline_access";
    return provider;
}

class OAuth : public testing::Test {
protected:
    mail::test::LoopRuntime loop_;
    net::DialerImpl dialer_;
    std::vector<std::string> answers_;
    HttpPeer peer_{loop_.core(0), [this](const HttpQuestion&) {
                       const std::string answer = answers_.at(0);
                       answers_.erase(answers_.begin());
                       return answer;
                   }};
    OAuthProvider provider_ = provider_at(peer_);

    std::string asked(const std::string& name) { return http::field_of(peer_.questions().back().form, name); }
};

TEST_F(OAuth, RefreshSaysWhoAndWhat) {
    answers_ = {json_answer(R"({"access_token":"a2","refresh_token":"r2"})")};
    auto answer = loop_.run(refresh_tokens(&dialer_, provider_, "r1"));
    ASSERT_TRUE(answer) << answer.error().to_string();
    EXPECT_EQ(answer->access_token, "a2");
    EXPECT_EQ(asked("grant_type"), "refresh_token");
    EXPECT_EQ(asked("refresh_token"), "r1");
    EXPECT_EQ(asked("client_id"), "postern");
    EXPECT_EQ(asked("client_secret"), "");
    EXPECT_EQ(peer_.questions().back().line, "POST /token HTTP/1.1");
}

TEST_F(OAuth, AServerThatIsNotThere) {
    provider_.token_endpoint = "http://127.0.0.1:1/";
    EXPECT_EQ(loop_.run(refresh_tokens(&dialer_, provider_, "r1")).error().kind, FaultKind::offline);
}

TEST_F(OAuth, DeviceFlow) {  // RFC 8628
    answers_ = {
        json_answer(
            R"({"device_code":"d","user_code":"ABCD","verification_uri":"https://x/","expires_in":60,"interval":2})"),
        json_answer(R"({"error":"authorization_pending"})", "400 Bad Request"),
        json_answer(R"({"error":"slow_down"})", "400 Bad Request"),
        json_answer(R"({"access_token":"a","refresh_token":"r"})")};
    auto code = loop_.run(ask_device_code(&dialer_, provider_));
    ASSERT_TRUE(code) << code.error().to_string();
    EXPECT_EQ(asked("scope"), "mail offline_access");
    EXPECT_EQ(code->user_code, "ABCD");
    EXPECT_EQ(code->interval, seconds(2));
    auto first = loop_.run(poll_device_code(&dialer_, provider_, &*code));
    ASSERT_TRUE(first);
    EXPECT_FALSE(*first);
    EXPECT_EQ(asked("device_code"), "d");
    EXPECT_EQ(asked("grant_type"), "urn:ietf:params:oauth:grant-type:device_code");
    auto second = loop_.run(poll_device_code(&dialer_, provider_, &*code));
    ASSERT_TRUE(second);
    EXPECT_FALSE(*second);
    EXPECT_EQ(code->interval, seconds(7));
    auto third = loop_.run(poll_device_code(&dialer_, provider_, &*code));
    ASSERT_TRUE(third && *third);
    EXPECT_EQ((*third)->refresh_token, "r");
}

TEST_F(OAuth, DeviceFlowThatTheUserRefuses) {
    DeviceCode code;
    code.device_code = "d";
    for (const auto* error : {"access_denied", "expired_token"}) {
        answers_ = {json_answer(std::string("{\"error\":\"") + error + "\"}", "400 Bad Request")};
        auto asked = loop_.run(poll_device_code(&dialer_, provider_, &code));
        ASSERT_FALSE(asked);
        EXPECT_EQ(asked.error().kind, FaultKind::auth_failed);
    }
}

TEST_F(OAuth, CodeFlow) {  // RFC 7636, RFC 8252
    const auto request = make_code_request(provider_, "http://127.0.0.1:5/");
    const std::string start = "https://login.example.net/authorize?prompt=consent&";
    ASSERT_TRUE(request.address.starts_with(start));
    const auto fields = http::form_decode(std::string_view(request.address).substr(start.size()));
    EXPECT_EQ(http::field_of(fields, "response_type"), "code");
    EXPECT_EQ(http::field_of(fields, "redirect_uri"), "http://127.0.0.1:5/");
    EXPECT_EQ(http::field_of(fields, "code_challenge"), pkce_challenge(request.verifier));
    EXPECT_EQ(http::field_of(fields, "code_challenge_method"), "S256");
    EXPECT_EQ(http::field_of(fields, "state"), request.state);
    EXPECT_EQ(request.address.find(request.verifier), std::string::npos);
    EXPECT_GE(request.verifier.size(), 43U);
    EXPECT_NE(make_code_request(provider_, "x").state, request.state);

    const auto code = code_of_redirection(request, "/?code=c%2Fd&state=" + request.state);
    ASSERT_TRUE(code);
    EXPECT_EQ(*code, "c/d");
    answers_ = {json_answer(R"({"access_token":"a","refresh_token":"r"})")};
    auto answer = loop_.run(exchange_code(&dialer_, provider_, request, *code));
    ASSERT_TRUE(answer);
    EXPECT_EQ(asked("grant_type"), "authorization_code");
    EXPECT_EQ(asked("code"), "c/d");
    EXPECT_EQ(asked("code_verifier"), request.verifier);
    EXPECT_EQ(asked("redirect_uri"), "http://127.0.0.1:5/");
}

TEST_F(OAuth, RedirectionsOfOthersAreNotTaken) {
    const auto request = make_code_request(provider_, "http://127.0.0.1:5/");
    EXPECT_FALSE(code_of_redirection(request, "/?code=c&state=other"));
    EXPECT_FALSE(code_of_redirection(request, "/?code=c"));
    EXPECT_FALSE(code_of_redirection(request, "/favicon.ico"));
    EXPECT_FALSE(code_of_redirection(request, "/?state=" + request.state));
    const auto denied = code_of_redirection(request, "/?error=access_denied&state=" + request.state);
    ASSERT_FALSE(denied);
    EXPECT_NE(denied.error().text.find("access_denied"), std::string::npos);
}

TEST(OAuthSettings, MistakesAreFound) {
    const auto mistakes = [](const std::string& text) {
        Diagnostics problems;
        OAuthProvider::read("x", config::read_yaml_text(text, "test", problems), problems);
        return problems.has_errors();
    };
    EXPECT_FALSE(mistakes("{ token: \"https://a/t\", device: \"https://a/d\", client_id: c }"));
    EXPECT_FALSE(mistakes("{ token: \"http://127.0.0.1:1/t\", authorize: \"https://a/d\", client_id: c }"));
    EXPECT_TRUE(mistakes("{ token: \"http://a/t\", device: \"https://a/d\", client_id: c }"));
    EXPECT_TRUE(mistakes("{ device: \"https://a/d\", client_id: c }"));
    EXPECT_TRUE(mistakes("{ token: \"https://a/t\", client_id: c }"));
    EXPECT_TRUE(mistakes("{ token: \"https://a/t\", device: \"https://a/d\" }"));
    EXPECT_TRUE(mistakes("{ token: \"https://a/t\", device: \"https://a/d\", client_id: c, scope: x }"));
}

}  // namespace
}  // namespace postern::gateway
