// Tokens against an authorization server on loopback.
#include "auth-oauth/bearer_mechanism.hpp"

#include "auth-oauth/plugin.hpp"
#include "kernel/config/yaml_reader.hpp"
#include "kernel/net/dialer.hpp"
#include "postern/encoding/base64.hpp"
#include "tests/auth/support/sasl_world.hpp"
#include "tests/support/http_peer.hpp"

namespace postern::oauth {
namespace {

struct BearerMechanismTest : auth::test::SaslWorld {
    BearerMechanismTest() {
        oauth_settings_.introspection = *http::Url::parse(peer_server_.url("/introspect"));
        oauth_settings_.client_id = "post ern";
        oauth_settings_.client_secret = "s:cret";
        judge_.set_dialer(dialer_);
        services_.mail = &mail_;
        services_.ledger = &service_;
        peer_.is_private = true;
        add_account("anna", "");
    }

    /// Answers refusals as clients do, and keeps them.
    Result<Identity> oauthbearer_with(const std::string& token, const std::string& user = "anna") {
        const std::string authzid = user.empty() ? "" : "a=" + user;
        return run(oauthbearer_, "n," + authzid + ",\1auth=Bearer " + token + "\1\1",
                   {[this](const std::string& challenge) {
                       refusal_ = challenge;
                       return std::string("\1");
                   }});
    }

    std::string body_ = R"({"active":true,"username":"anna","scope":"mail other","aud":["imap","smtp"]})";
    std::string status_ = "200 OK";
    std::string refusal_;
    test::HttpPeer peer_server_{
        runtime_.core(0), [this](const test::HttpQuestion&) { return test::json_answer(body_, status_); }};
    net::DialerImpl dialer_;
    Settings oauth_settings_;
    TokenJudge judge_{oauth_settings_, log_};
    Services services_{oauth_settings_, judge_};
    BearerMechanism oauthbearer_{services_, oauthbearer};
    BearerMechanism xoauth2_{services_, xoauth2};
};

TEST_F(BearerMechanismTest, AGoodTokenSignsIn) {
    const auto identity = oauthbearer_with("good");
    ASSERT_TRUE(identity) << identity.error().text;
    EXPECT_EQ(identity->login, "anna");
    EXPECT_EQ(refusal_, "");
    ASSERT_EQ(peer_server_.questions().size(), 1U);
    const auto& question = peer_server_.questions()[0];
    EXPECT_EQ(question.line, "POST /introspect HTTP/1.1");
    EXPECT_EQ(http::field_of(question.form, "token"), "good");
    EXPECT_NE(question.head.find("Basic " + encode_base64("post%20ern:s%3Acret")), std::string::npos)
        << question.head;
}

TEST_F(BearerMechanismTest, TheTokenMayNameTheUserAlone) {
    EXPECT_TRUE(oauthbearer_with("good", ""));
    EXPECT_TRUE(oauthbearer_with("good", "ANNA"));
    EXPECT_EQ(oauthbearer_with("good", "ben").error().code, Errc::authentication_failed);
}

TEST_F(BearerMechanismTest, XOauth2IsTheSame) {
    EXPECT_TRUE(run(xoauth2_, "user=anna\1auth=Bearer good\1\1", {}));
    body_ = R"({"active":false})";
    std::string refusal;
    const auto result = run(xoauth2_, "user=anna\1auth=Bearer bad\1\1", {[&](const std::string& challenge) {
                                refusal = challenge;
                                return std::string();
                            }});
    EXPECT_EQ(result.error().code, Errc::authentication_failed);
    EXPECT_EQ(refusal, R"({"status":"401","schemes":"bearer","scope":""})");
}

TEST_F(BearerMechanismTest, ARefusalSaysHowToDoBetter) {
    oauth_settings_.scope = "mail";
    oauth_settings_.configuration = "https://auth.example.org/.well-known/openid-configuration";
    body_ = R"({"active":false})";
    EXPECT_EQ(oauthbearer_with("bad").error().code, Errc::authentication_failed);
    EXPECT_EQ(refusal_,
              R"({"status":"invalid_token","scope":"mail",)"
              R"("openid-configuration":"https://auth.example.org/.well-known/openid-configuration"})");
}

TEST_F(BearerMechanismTest, OnlyTokensMeantForUsAreGood) {
    oauth_settings_.scope = "mail";
    oauth_settings_.audience = "imap";
    EXPECT_TRUE(oauthbearer_with("good"));
    oauth_settings_.scope = "files";
    EXPECT_EQ(oauthbearer_with("other-scope").error().code, Errc::authentication_failed);
    oauth_settings_.scope = "mail";
    oauth_settings_.audience = "files";
    EXPECT_EQ(oauthbearer_with("other-audience").error().code, Errc::authentication_failed);
}

TEST_F(BearerMechanismTest, AnExpiredOrNamelessTokenIsNotGood) {
    body_ = R"({"active":true,"username":"anna","exp":1000})";
    EXPECT_EQ(oauthbearer_with("expired").error().code, Errc::authentication_failed);
    body_ = R"({"active":true,"sub":"anna"})";
    EXPECT_EQ(oauthbearer_with("nameless").error().code, Errc::authentication_failed);
    oauth_settings_.login = "sub";
    EXPECT_TRUE(oauthbearer_with("by-subject"));
    body_ = R"({"active":true,"sub":"nobody"})";
    EXPECT_EQ(oauthbearer_with("nobody", "nobody").error().code, Errc::authentication_failed);
}

TEST_F(BearerMechanismTest, AnAnswerHoldsForAWhile) {
    EXPECT_TRUE(oauthbearer_with("good"));
    EXPECT_TRUE(oauthbearer_with("good"));
    EXPECT_EQ(peer_server_.questions().size(), 1U);
    EXPECT_TRUE(oauthbearer_with("another"));
    EXPECT_EQ(peer_server_.questions().size(), 2U);
    oauth_settings_.cache = std::chrono::milliseconds(0);
    EXPECT_TRUE(oauthbearer_with("third"));
    EXPECT_TRUE(oauthbearer_with("third"));
    EXPECT_EQ(peer_server_.questions().size(), 4U);
}

TEST_F(BearerMechanismTest, AServerThatCannotBeAskedSaysNothingAboutTheToken) {
    status_ = "500 Oops";
    EXPECT_EQ(oauthbearer_with("good").error().code, Errc::unavailable);
    status_ = "200 OK";
    body_ = "<html>";
    EXPECT_EQ(oauthbearer_with("good").error().code, Errc::unavailable);
    body_ = R"({"active":true,"username":"anna"})";
    EXPECT_TRUE(oauthbearer_with("good"));
}

TEST_F(BearerMechanismTest, FailuresLockOut) {
    body_ = R"({"active":false})";
    for (int i = 0; i < 3; ++i) EXPECT_FALSE(oauthbearer_with("bad"));
    body_ = R"({"active":true,"username":"anna"})";
    EXPECT_EQ(oauthbearer_with("good").error().code, Errc::unavailable);
    EXPECT_EQ(sign_in("anna", "x").error().code, Errc::unavailable);
}

TEST_F(BearerMechanismTest, NotWhileItCouldBeRead) {
    EXPECT_TRUE(oauthbearer_.available(peer_));
    peer_.is_private = false;
    EXPECT_FALSE(oauthbearer_.available(peer_));
    EXPECT_FALSE(xoauth2_.available(peer_));
}

std::vector<std::string> mistakes(const std::string& text) {
    Diagnostics problems;
    const ConfigNode node = config::read_yaml_text(text, "test.yaml", problems);
    read_settings(node, problems);
    std::vector<std::string> out;
    for (const auto& entry : problems.entries()) out.push_back(entry.text);
    return out;
}

TEST(OauthSettingsTest, MistakesAreFound) {
    EXPECT_TRUE(mistakes("introspection: https://auth.example.org/introspect").empty());
    EXPECT_TRUE(mistakes("introspection: http://127.0.0.1:80/introspect").empty());
    EXPECT_EQ(mistakes("{}").size(), 1U);
    EXPECT_EQ(mistakes("introspection: http://auth.example.org/introspect").size(), 1U);
    EXPECT_EQ(mistakes("introspection: nonsense").size(), 1U);
    EXPECT_EQ(mistakes("{ introspection: https://a.example/, scop: mail }").size(), 1U);
}

}  // namespace
}  // namespace postern::oauth
