// Greeting, sign-in, errors of the dialogue, pipelining, limits.
#include "tests/imap/support/fixture.hpp"

namespace postern::imap::test {
namespace {

using SessionTest = ImapFixture;

TEST_F(SessionTest, GreetsWithCapabilities) {
    Client& client = connect();
    EXPECT_EQ(client.take(), "* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] Postern ready\r\n");
}

TEST_F(SessionTest, AnnouncesTlsAndForbidsLoginWhereAnybodyListens) {
    Client& client = connect();
    client.pipe().private_line = false;
    client.pipe().starttls = true;
    client.take();
    EXPECT_EQ(client.command("CAPABILITY").text(), "* CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED\n");
    const Reply login = client.command("LOGIN anna secret");
    EXPECT_TRUE(login.no());
    EXPECT_EQ(login.tagged.code, "PRIVACYREQUIRED");
    EXPECT_EQ(client.command("AUTHENTICATE PLAIN").tagged.code, "PRIVACYREQUIRED");
    client.send("x LOGIN anna {6}\r\n");
    EXPECT_TRUE(client.take().starts_with("x NO [PRIVACYREQUIRED]"));
}

TEST_F(SessionTest, StartTlsDiscardsWhatWasInjected) {
    Client& client = connect();
    client.pipe().starttls = true;
    client.take();
    client.send("a STARTTLS\r\nb LOGIN anna secret\r\n");
    EXPECT_EQ(client.take(), "a OK Begin TLS negotiation now\r\n");
    EXPECT_TRUE(client.pipe().tls_on);
    EXPECT_EQ(client.command("CAPABILITY").text(), "* CAPABILITY IMAP4rev1 AUTH=PLAIN\n");
    EXPECT_TRUE(client.command("STARTTLS").bad());
    EXPECT_TRUE(client.command("LOGIN anna secret").ok());
}

TEST_F(SessionTest, SignsInByLogin) {
    Client& client = connect();
    client.take();
    const Reply wrong = client.command("LOGIN anna wrong");
    EXPECT_TRUE(wrong.no());
    EXPECT_EQ(wrong.tagged.code, "AUTHENTICATIONFAILED");
    const Reply away = client.command("LOGIN nobody-home secret");
    EXPECT_TRUE(away.no());
    EXPECT_EQ(away.tagged.code, "UNAVAILABLE");
    EXPECT_TRUE(client.command("LOGIN anna").bad());
    EXPECT_TRUE(client.command("SELECT INBOX").bad());
    const Reply right = client.command("LOGIN {4}\r\nanna {6}\r\nsecret");
    EXPECT_TRUE(right.ok());
    EXPECT_EQ(right.tagged.code, "CAPABILITY IMAP4rev1");
    EXPECT_TRUE(client.command("LOGIN anna secret").bad());
}

TEST_F(SessionTest, SignsInByPlain) {
    Client& client = connect();
    client.take();
    EXPECT_TRUE(client.command("AUTHENTICATE UNHEARD-OF").no());
    // The initial response is an extension's (RFC 4959).
    EXPECT_TRUE(client.command("AUTHENTICATE PLAIN AGFubmEAc2VjcmV0").bad());
    client.send("x AUTHENTICATE PLAIN\r\n");
    EXPECT_EQ(client.take(), "+ \r\n");
    client.send("*\r\n");
    EXPECT_EQ(client.take(), "x BAD AUTHENTICATE cancelled\r\n");
    client.send("y AUTHENTICATE PLAIN\r\n");
    client.take();
    client.send("AGFubmEAd3Jvbmc=\r\n");
    EXPECT_TRUE(client.take().starts_with("y NO [AUTHENTICATIONFAILED]"));
    client.send("z AUTHENTICATE PLAIN\r\n");
    client.take();
    client.send("AGFubmEAc2VjcmV0\r\n");
    EXPECT_EQ(client.take(), "z OK [CAPABILITY IMAP4rev1] AUTHENTICATE completed\r\n");
}

TEST_F(SessionTest, AnswersBadToWhatItDoesNotKnow) {
    Client& client = sign_in();
    EXPECT_TRUE(client.command("XYZZY").bad());
    EXPECT_TRUE(client.command("UID").bad());
    EXPECT_TRUE(client.command("UID NOOP").bad());
    EXPECT_TRUE(client.command("NOOP now").bad());
    EXPECT_TRUE(client.command("FETCH 1 FLAGS").bad());
    EXPECT_TRUE(client.command("CLOSE").bad());
    EXPECT_TRUE(client.command("NOOP").ok());
    client.send("\r\n");
    EXPECT_TRUE(client.take().starts_with("* BAD"));
}

TEST_F(SessionTest, RunsPipelinedCommandsInOrder) {
    Client& client = sign_in();
    client.send("1 NOOP\r\n2 CAPABILITY\r\n3 NOOP\r\n");
    EXPECT_EQ(client.take(),
              "1 OK NOOP completed\r\n* CAPABILITY IMAP4rev1\r\n2 OK CAPABILITY completed\r\n3 OK NOOP "
              "completed\r\n");
    // All of it in one write.
    EXPECT_GT(client.pipe().largest_write, 80U);
}

TEST_F(SessionTest, TakesCommandsOctetByOctet) {
    Client& client = sign_in();
    for (const char c : std::string_view("1 NOOP\r\n2 NOOP\r\n")) client.send(std::string_view(&c, 1));
    EXPECT_EQ(client.take(), "1 OK NOOP completed\r\n2 OK NOOP completed\r\n");
}

TEST_F(SessionTest, LogsOut) {
    Client& client = sign_in();
    const Reply reply = client.command("LOGOUT");
    EXPECT_TRUE(reply.ok());
    EXPECT_EQ(reply.lines("BYE").size(), 1U);
    EXPECT_TRUE(client.closed());
}

TEST_F(SessionTest, ClosesClientsThatOnlyTalkNonsense) {
    Client& client = connect();
    client.take();
    std::string all;
    for (int i = 0; i < 20 && !client.closed(); ++i) {
        client.send("x GARBAGE\r\n");
        all += client.take();
    }
    EXPECT_TRUE(client.closed());
    EXPECT_NE(all.find("* BYE"), std::string::npos);
}

TEST_F(SessionTest, SaysGoodbyeAfterLinesThatAreNoCommands) {
    Client& client = connect();
    client.take();
    for (int i = 0; i < 20; ++i) client.send("\r\n");
    EXPECT_NE(client.take().find("* BYE"), std::string::npos);
    EXPECT_TRUE(client.closed());
}

TEST_F(SessionTest, BoundsWhatAStrangerMaySend) {
    Client& client = connect();
    client.take();
    client.send("x LOGIN " + std::string(20000, 'a') + "\r\n");
    EXPECT_TRUE(client.take().starts_with("x BAD"));
    client.send("y LOGIN {1000000}\r\n");
    EXPECT_TRUE(client.take().starts_with("y NO [TOOBIG]"));
    EXPECT_TRUE(client.command("NOOP").ok());
}

TEST_F(SessionTest, EndsWhenTheClientIsGone) {
    Client& client = open();
    EXPECT_EQ(account_->session_count(), 1U);
    client.hang_up();
    EXPECT_TRUE(client.closed());
    EXPECT_EQ(account_->session_count(), 0U);
}

}  // namespace
}  // namespace postern::imap::test
