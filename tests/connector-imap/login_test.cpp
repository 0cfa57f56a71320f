#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "postern/gateway/sasl.hpp"
#include "scripted_server.hpp"

namespace postern::imap_client {
namespace {

using gateway::CredentialKind;
using gateway::FaultKind;
using gateway::RemoteTls;
using testing::ElementsAre;

class Login : public test::SessionTest {
protected:
    void expect_fault(FaultKind kind) {
        auto opened = try_open();
        ASSERT_FALSE(opened);
        EXPECT_EQ(opened.error().kind, kind) << opened.error().to_string();
    }
    std::string plain = gateway::base64(std::string("\0user\0secret", 12));
};

TEST_F(Login, PlainWithInitialResponse) {
    ASSERT_TRUE(try_open());
    EXPECT_THAT(script->commands, ElementsAre("AUTHENTICATE PLAIN " + plain));
}

TEST_F(Login, PlainWithoutInitialResponse) {
    script->greeting = "* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] ready\r\n";
    script->reply("AUTHENTICATE PLAIN", "+ \r\n");
    ASSERT_TRUE(try_open());
    EXPECT_THAT(script->commands, ElementsAre("AUTHENTICATE PLAIN", plain, "CAPABILITY"));
}

TEST_F(Login, LoginWhereThereIsNoMechanism) {
    script->greeting = "* OK ready\r\n";
    script->replies["CAPABILITY"] = {"* CAPABILITY IMAP4rev1\r\n{tag} OK\r\n"};
    request.credential.secret = "se\"c\\ret";
    ASSERT_TRUE(try_open());
    EXPECT_THAT(script->commands, ElementsAre("CAPABILITY", "LOGIN \"user\" \"se\\\"c\\\\ret\""));
}

TEST_F(Login, NoWayIn) {
    script->greeting = "* OK [CAPABILITY IMAP4rev1 LOGINDISABLED] ready\r\n";
    expect_fault(FaultKind::permanent);
    EXPECT_TRUE(script->commands.empty());
}

TEST_F(Login, LineBreaksInThePasswordAreNotSent) {
    request.credential.secret = "x\r\nP2 DELETE INBOX";
    expect_fault(FaultKind::auth_failed);
    EXPECT_TRUE(script->commands.empty());
}

TEST_F(Login, Tokens) {
    request.credential.kind = CredentialKind::oauth_token;
    script->greeting = "* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=XOAUTH2] ready\r\n";
    ASSERT_TRUE(try_open());
    EXPECT_EQ(script->commands[0],
              "AUTHENTICATE XOAUTH2 " + gateway::base64("user=user\1auth=Bearer secret\1\1"));
    script->commands.clear();
    script->greeting = "* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=XOAUTH2 AUTH=OAUTHBEARER] ready\r\n";
    ASSERT_TRUE(try_open());
    EXPECT_EQ(script->commands[0],
              "AUTHENTICATE OAUTHBEARER " +
                  gateway::base64("n,a=user,\1host=imap.example.net\1port=993\1auth=Bearer secret\1\1"));
}

TEST_F(Login, AnExpiredTokenEndsItsExchange) {
    request.credential.kind = CredentialKind::oauth_token;
    script->greeting = "* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=OAUTHBEARER] ready\r\n";
    const std::string command =
        "AUTHENTICATE OAUTHBEARER " +
        gateway::base64("n,a=user,\1host=imap.example.net\1port=993\1auth=Bearer secret\1\1");
    script->reply(command, "+ eyJzdGF0dXMiOiI0MDAifQ==\r\n");
    script->reply("AQ==", "{tag} NO [AUTHENTICATIONFAILED] no\r\n");
    expect_fault(FaultKind::auth_expired);
    EXPECT_THAT(script->commands, ElementsAre(command, "AQ=="));
}

TEST_F(Login, WrongPassword) {
    script->reply("AUTHENTICATE PLAIN " + plain, "{tag} NO [AUTHENTICATIONFAILED] no\r\n");
    auto opened = try_open();
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().kind, FaultKind::auth_failed);
    EXPECT_TRUE(opened.error().definite);
    EXPECT_EQ(opened.error().to_string().find("secret"), std::string::npos);
}

TEST_F(Login, Greetings) {
    script->greeting = "* BYE [UNAVAILABLE] full\r\n";
    expect_fault(FaultKind::transient);
    script->greeting = "* BYE go away\r\n";
    expect_fault(FaultKind::transient);
    script->greeting = "220 smtp.example.net ESMTP\r\n";
    expect_fault(FaultKind::protocol_violation);
    script->greeting = "";
    expect_fault(FaultKind::transient);
    script->greeting = "* PREAUTH [CAPABILITY IMAP4rev1] hello\r\n";
    EXPECT_TRUE(try_open());
}

TEST_F(Login, StartTls) {
    request.server.tls = RemoteTls::starttls;
    script->greeting = "* OK [CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED] ready\r\n";
    script->replies["CAPABILITY"] = {"* CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR\r\n{tag} OK\r\n"};
    ASSERT_TRUE(try_open());
    EXPECT_THAT(script->commands, ElementsAre("STARTTLS", "CAPABILITY", "AUTHENTICATE PLAIN " + plain));
    EXPECT_THAT(script->secured, ElementsAre("CAPABILITY", "AUTHENTICATE PLAIN " + plain));
}

TEST_F(Login, StartTlsIsRequiredOnceConfigured) {
    request.server.tls = RemoteTls::starttls;
    script->greeting = "* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR] ready\r\n";
    expect_fault(FaultKind::permanent);
    script->greeting = "* PREAUTH [CAPABILITY IMAP4rev1 STARTTLS] ready\r\n";
    expect_fault(FaultKind::permanent);
    EXPECT_TRUE(script->commands.empty());
}

TEST_F(Login, WhatWasInjectedBeforeTlsIsThrownAway) {
    request.server.tls = RemoteTls::starttls;
    script->greeting = "* OK [CAPABILITY IMAP4rev1 STARTTLS] ready\r\n";
    script->reply("STARTTLS", "{tag} OK go\r\n* CAPABILITY IMAP4rev1\r\nP2 OK forged\r\n");
    script->replies["CAPABILITY"] = {"* CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR\r\n{tag} OK\r\n"};
    EXPECT_TRUE(try_open());
}

TEST_F(Login, ACertificateThatDoesNotVerifyIsForAHuman) {
    request.server.tls = RemoteTls::implicit;
    script->break_tls = true;
    expect_fault(FaultKind::permanent);
}

TEST_F(Login, WhatMakesASessionBetter) {
    script->capabilities = "IMAP4rev1 ID ENABLE QRESYNC CONDSTORE NAMESPACE";
    script->reply("ID (\"name\" \"Postern\")", "* ID (\"name\" \"Cyrus\")\r\n{tag} OK\r\n");
    auto opened = try_open();
    ASSERT_TRUE(opened);
    EXPECT_THAT(script->commands, ElementsAre("AUTHENTICATE PLAIN " + plain, "ID (\"name\" \"Postern\")",
                                              "ENABLE QRESYNC", "NAMESPACE"));
    EXPECT_EQ((*opened)->facts().implementation, "(\"name\" \"Cyrus\")");
}

TEST_F(Login, EveryCutOfTheAnswers) {
    for (std::size_t chunk = 1; chunk < 40; ++chunk) {
        script->chunk = chunk;
        EXPECT_TRUE(try_open()) << chunk;
    }
}

}  // namespace
}  // namespace postern::imap_client
