// TLS, server side against OpenSSL's own client, client side against our server.
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <cstdlib>

#include "kernel/net/dialer.hpp"
#include "tests/net/test_server.hpp"

namespace postern::net {
namespace {

using Tls = ListenerInfo::Tls;

TEST(Tls, ImplicitTls) {
    TestServer server({.tls = Tls::implicit});
    Client client(server.port());
    ASSERT_EQ(client.start_tls(), "");
    EXPECT_EQ(client.line(), "hello");
    EXPECT_EQ(client.ask("TLS"), "TLSv1.3 32 localhost");
    EXPECT_EQ(client.ask("ECHO secret"), "secret");
    client.send("BIG 5000000\r\nECHO end\r\n");
    EXPECT_EQ(client.line(), xs(5'000'000, "end"));
    EXPECT_EQ(client.ask("WAIT"), "waiting");
    client.send("ECHO x\r\n");
    EXPECT_EQ(client.line(), "waited");
    EXPECT_EQ(client.line(), "x");
}

TEST(Tls, WhatOpenSslHasReadAlreadyCountsAsReadable) {
    TestServer server({.tls = Tls::implicit});
    Client client(server.port());
    ASSERT_EQ(client.start_tls(), "");
    EXPECT_EQ(client.line(), "hello");
    // The session reads 1024 octets at a time; the rest of the record stays with OpenSSL.
    const std::string fill(1024 - 6, ' ');
    client.send("WAIT\r\n" + fill + "ECHO rest\r\n");
    EXPECT_EQ(client.line(), "waiting");
    EXPECT_EQ(client.line(), "waited");
}

TEST(Tls, StartTlsDiscardsInjectedPlaintext) {
    TestServer server({.tls = Tls::starttls});
    Client client(server.port());
    EXPECT_EQ(client.line(), "hello");
    EXPECT_EQ(client.ask("TLS"), "plain");
    client.send("STARTTLS\r\nECHO injected\r\n");
    EXPECT_EQ(client.line(), "go");
    ASSERT_EQ(client.start_tls(), "");
    EXPECT_EQ(client.ask("ECHO first"), "first");
}

TEST(Tls, ATlsSessionMovesBetweenCores) {
    TestServer server({.tls = Tls::implicit});
    Client client(server.port());
    ASSERT_EQ(client.start_tls(), "");
    EXPECT_EQ(client.line(), "hello");
    const auto before = client.ask("THREAD");
    EXPECT_EQ(client.ask("MOVE"), "moved");
    EXPECT_NE(client.ask("THREAD"), before);
    EXPECT_TRUE(server.stop());
    EXPECT_EQ(client.line(), "bye stopping");
}

TEST(Tls, AnotherProtocolsAlpnIsRefusedOurOwnIsNot) {
    TestServer server({.tls = Tls::implicit});
    Client browser(server.port());
    EXPECT_NE(browser.start_tls("http/1.1"), "");
    Client client(server.port());
    EXPECT_EQ(client.start_tls("line"), "");
    EXPECT_EQ(client.line(), "hello");
}

TEST(Tls, GarbageInsteadOfAHandshakeEndsTheConnection) {
    TestServer server({.tls = Tls::implicit});
    Client client(server.port());
    client.send("a001 LOGIN name password\r\n");
    EXPECT_NE(client.line(), "hello");
    Client other(server.port());
    ASSERT_EQ(other.start_tls(), "");
    EXPECT_EQ(other.line(), "hello");
}

TEST(Tls, ReloadedCertificatesServeNewConnectionsOldOnesGoOn) {
    TestServer server({.tls = Tls::implicit});
    Client old(server.port());
    ASSERT_EQ(old.start_tls(), "");
    EXPECT_EQ(old.tls_subject(), "first");
    server.certificate.renew("second");
    ASSERT_TRUE(server.tls->reload());
    Client fresh(server.port());
    ASSERT_EQ(fresh.start_tls(), "");
    EXPECT_EQ(fresh.tls_subject(), "second");
    EXPECT_EQ(old.line(), "hello");
    EXPECT_EQ(old.ask("ECHO still"), "still");
}

TEST(Tls, ABadCertificateFileIsNamedAndTheOldOneStays) {
    const auto missing = TlsServerContext::load("/nowhere/tls.pem", "/nowhere/tls.key");
    ASSERT_FALSE(missing);
    EXPECT_NE(missing.error().text.find("the certificate /nowhere/tls.pem cannot be used"),
              std::string::npos);
    const TestCertificate one("one");
    const TestCertificate two("two");
    const auto mixed = TlsServerContext::load(one.certificate(), two.key());
    ASSERT_FALSE(mixed);
    EXPECT_NE(mixed.error().text.find("key"), std::string::npos);
}

/// What a connector does: dial, TLS, one exchange.
Task<std::string> converse(DialerImpl* dialer, std::uint16_t port, TlsClientOptions options) {
    Dialer::Target target;
    target.host = "127.0.0.1";
    target.port = port;
    auto dialled = co_await dialer->dial(target);
    if (!dialled) co_return dialled.error().text;
    auto connection = std::move(*dialled);
    connection->set_deadline(std::chrono::seconds(20));
    auto secured = co_await connection->start_tls_client(options);
    if (!secured) co_return secured.error().text;
    char data[64];
    auto got = co_await connection->stream().read_some(data);
    if (!got) co_return got.error().text;
    co_return std::string(data, *got);
}

class TlsClientTest : public testing::Test {
protected:
    TlsClientTest() : server_({.tls = Tls::implicit}) {}
    std::string talk(TlsClientOptions options) {
        DialerImpl dialer;
        return runtime::run_and_wait(server_.kernel.core(0),
                                     converse(&dialer, server_.port(), std::move(options)));
    }
    TestServer server_;
};

TEST_F(TlsClientTest, AnUnknownAuthorityIsRefusedAndNamed) {
    const auto text = talk({.server_name = "localhost"});
    EXPECT_NE(text.find("certificate verify failed: self-signed certificate"), std::string::npos) << text;
}

TEST_F(TlsClientTest, AKnownAuthorityIsAccepted) {
    setenv("SSL_CERT_FILE", server_.certificate.certificate().c_str(), 1);
    EXPECT_EQ(talk({.server_name = "localhost"}), "hello\r\n");
    EXPECT_EQ(talk({.server_name = "127.0.0.1"}), "hello\r\n");
    const auto wrong = talk({.server_name = "mail.example.org"});
    unsetenv("SSL_CERT_FILE");
    EXPECT_NE(wrong.find("hostname mismatch"), std::string::npos) << wrong;
}

TEST_F(TlsClientTest, VerificationCanBeSwitchedOffOrPinned) {
    EXPECT_EQ(talk({.server_name = "x", .verify = false}), "hello\r\n");
    EXPECT_EQ(talk({.server_name = "x", .pinned_spki_sha256 = server_.certificate.pin()}), "hello\r\n");
    const auto wrong = talk({.server_name = "x", .pinned_spki_sha256 = "AAAA"});
    EXPECT_NE(wrong.find("not the pinned one"), std::string::npos) << wrong;
}

}  // namespace
}  // namespace postern::net
