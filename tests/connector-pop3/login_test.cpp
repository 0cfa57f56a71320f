#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "connector-pop3/connector.hpp"
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
