#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "connector-pop3/connector.hpp"
#include "postern/gateway/sasl.hpp"
#include "scripted_server.hpp"

namespace postern::pop3 {
namespace {

using gateway::FaultKind;
using gateway::RemoteTls;
using testing::ElementsAre;

class Login : public testing::Test {
protected:
    gateway::Outcome<std::unique_ptr<gateway::RemoteSession>> open() {
        Pop3Connector connector;
        test::ScriptedDialer dialer(script);
        connector.use(dialer);
        return test::run(loop, connector.open(request));
    }
    void SetUp() override {
        request.server.host = "pop.example.net";
        request.server.tls = RemoteTls::none;
        request.credential = gateway::RemoteCredential("user", "secret");
    }

    boost::asio::io_context loop;
    std::shared_ptr<test::Script> script = std::make_shared<test::Script>();
    gateway::OpenRequest request;
};

TEST_F(Login, CapabilitiesBeforeAndAfter) {
    script->capabilities = {"USER"};
    script->capabilities_after_login = {"USER", "UIDL", "TOP", "PIPELINING", "LOGIN-DELAY 60", "EXPIRE 0"};
    auto session = open();
    ASSERT_TRUE(session) << session.error().to_string();
    EXPECT_THAT(script->commands, ElementsAre("CAPA", "USER user", "PASS secret", "CAPA"));
    EXPECT_EQ((*session)->facts().login_delay, std::chrono::seconds(60));
    EXPECT_TRUE((*session)->facts().retrieval_deletes);
    EXPECT_TRUE((*session)->facts().header_fetch);
    EXPECT_GT((*session)->fetch_window(), 1U);
}

TEST_F(Login, RefusalsAreTold) {
    request.credential.secret = "wrong";
    auto refused = open();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, FaultKind::auth_failed);
    EXPECT_TRUE(refused.error().definite);
    EXPECT_EQ(refused.error().to_string().find("wrong"), std::string::npos);

    script->greeting = "-ERR go away\r\n";
    EXPECT_EQ(open().error().kind, FaultKind::transient);
    script->greeting = "";
    EXPECT_EQ(open().error().kind, FaultKind::transient);
    script->greeting = "220 smtp\r\n";
    EXPECT_EQ(open().error().kind, FaultKind::protocol_violation);
}

TEST_F(Login, NoCommandCanBeSmuggledIntoACredential) {
    request.credential.secret = "x\r\nDELE 1";
    auto refused = open();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, FaultKind::auth_failed);
    EXPECT_THAT(script->commands, ElementsAre("CAPA"));
}

TEST_F(Login, SaslPlainWhereUserIsNotOffered) {
    script->capabilities = {"SASL PLAIN", "UIDL"};
    script->replies["AUTH PLAIN AHVzZXIAc2VjcmV0"] = "+OK\r\n";
    EXPECT_TRUE(open());
    script->capabilities = {"SASL PLAIN", "USER"};
    script->commands.clear();
    EXPECT_TRUE(open());
    EXPECT_THAT(script->commands, ElementsAre("CAPA", "USER user", "PASS secret", "CAPA"));
}

TEST_F(Login, LongSaslPlainTakesTwoSteps) {
    script->capabilities = {"SASL PLAIN"};
    request.credential.secret = std::string(250, 'p');
    script->replies["AUTH PLAIN"] = "+ \r\n";
    auto outcome = open();
    EXPECT_THAT(script->commands[1], "AUTH PLAIN");
    EXPECT_GT(script->commands[2].size(), 253U);
}

TEST_F(Login, TokensInOneLine) {
    request.credential.kind = gateway::CredentialKind::oauth_token;
    const std::string xoauth2 = "AUTH XOAUTH2 " + gateway::base64("user=user\1auth=Bearer secret\1\1");
    script->capabilities = {"SASL PLAIN XOAUTH2", "USER"};
    script->replies[xoauth2] = "+OK\r\n";
    EXPECT_TRUE(open());
    script->commands.clear();
    script->capabilities = {"SASL XOAUTH2 OAUTHBEARER", "USER"};
    const std::string bearer =
        "AUTH OAUTHBEARER " +
        gateway::base64("n,a=user,\1host=pop.example.net\1port=995\1auth=Bearer secret\1\1");
    request.server.port = 995;
    script->replies[bearer] = "+OK\r\n";
    EXPECT_TRUE(open());
    EXPECT_THAT(script->commands, ElementsAre("CAPA", bearer, "CAPA"));
}

TEST_F(Login, LongTokensTakeTwoSteps) {
    request.credential.kind = gateway::CredentialKind::oauth_token;
    request.credential.secret = std::string(1500, 't');
    const std::string message = gateway::base64(gateway::sasl_xoauth2(request.credential));
    script->capabilities = {"SASL XOAUTH2"};
    script->replies["AUTH XOAUTH2"] = "+ \r\n";
    script->replies[message] = "+OK\r\n";
    EXPECT_TRUE(open());
    EXPECT_THAT(script->commands, ElementsAre("CAPA", "AUTH XOAUTH2", message, "CAPA"));
}

TEST_F(Login, ARefusedTokenEndsItsExchange) {
    request.credential.kind = gateway::CredentialKind::oauth_token;
    script->capabilities = {"SASL XOAUTH2"};
    const std::string command = "AUTH XOAUTH2 " + gateway::base64("user=user\1auth=Bearer secret\1\1");
    script->replies[command] = "+ eyJzdGF0dXMiOiI0MDEifQ==\r\n";
    script->replies[""] = "-ERR [AUTH] no\r\n";
    auto refused = open();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, FaultKind::auth_expired) << refused.error().to_string();
    EXPECT_THAT(script->commands, ElementsAre("CAPA", command, ""));

    script->capabilities = {"SASL OAUTHBEARER"};
    request.server.port = 995;
    script->replies["AUTH OAUTHBEARER " +
                    gateway::base64("n,a=user,\1host=pop.example.net\1port=995\1auth=Bearer secret\1\1")] =
        "+ eyJzdGF0dXMiOiI0MDEifQ==\r\n";
    script->replies["AQ=="] = "-ERR [AUTH] no\r\n";
    EXPECT_EQ(open().error().kind, FaultKind::auth_expired);
    EXPECT_EQ(script->commands.back(), "AQ==");

    script->replies["AQ=="] = "-ERR [SYS/TEMP] later\r\n";
    EXPECT_EQ(open().error().kind, FaultKind::transient) << "says nothing of the token";
}

TEST_F(Login, NoTokenForAServerThatTakesNone) {
    request.credential.kind = gateway::CredentialKind::oauth_token;
    script->capabilities = {"SASL PLAIN", "USER"};
    EXPECT_EQ(open().error().kind, FaultKind::permanent);
    EXPECT_THAT(script->commands, ElementsAre("CAPA"));
}

TEST_F(Login, StlsIsMandatoryWhenConfigured) {
    request.server.tls = RemoteTls::starttls;
    auto absent = open();
    ASSERT_FALSE(absent);
    EXPECT_EQ(absent.error().kind, FaultKind::permanent);
    EXPECT_THAT(script->commands, ElementsAre("CAPA"));
}

TEST_F(Login, StlsDiscardsInjectedPlainTextAndAsksAgain) {
    request.server.tls = RemoteTls::starttls;
    script->capabilities = {"STLS", "USER", "UIDL"};
    script->replies["STLS"] = "+OK\r\n+OK injected\r\nEXPIRE 0\r\n.\r\n";
    auto session = open();
    ASSERT_TRUE(session) << session.error().to_string();
    EXPECT_THAT(script->secured, ElementsAre("CAPA", "USER user", "PASS secret", "CAPA"));
    EXPECT_FALSE((*session)->facts().retrieval_deletes);
}

TEST_F(Login, ImplicitTlsComesFirst) {
    request.server.tls = RemoteTls::implicit;
    ASSERT_TRUE(open());
    EXPECT_EQ(script->secured, script->commands);
}

TEST_F(Login, ServerThatHangsUpOnCapa) {
    script->replies["CAPA"] = "\x04";
    ASSERT_TRUE(open());
    EXPECT_EQ(script->connections, 2);
    EXPECT_THAT(script->commands, ElementsAre("CAPA", "USER user", "PASS secret"));
}

TEST_F(Login, ServerWithoutCapa) {
    script->replies["CAPA"] = "-ERR unknown\r\n";
    auto session = open();
    ASSERT_TRUE(session);
    EXPECT_TRUE((*session)->facts().header_fetch);  // to be tried
    EXPECT_EQ((*session)->fetch_window(), 1U);
}

TEST_F(Login, EndlessCapabilitiesEnd) {
    std::string endless = "+OK\r\n";
    for (int i = 0; i < 10000; ++i) endless += "X-MORE\r\n";
    script->replies["CAPA"] = endless;
    auto outcome = open();
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().kind, FaultKind::protocol_violation);
}

}  // namespace
}  // namespace postern::pop3
