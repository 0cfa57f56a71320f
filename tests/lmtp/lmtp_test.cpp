// Dialogues of LMTP (RFC 2033) and of the extensions it speaks.
#include "delivery/plugin.hpp"
#include "lmtp/plugin.hpp"
#include "tests/support/protocol_fixture.hpp"

namespace postern::lmtp {
namespace {

using test::LineClient;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

const std::string letter = "Subject: Hello\r\n\r\nBody\r\n";

class LmtpTest : public test::ProtocolFixture {
protected:
    LineClient& open(const std::string& settings = "name: mx.example.org") {
        add("delivery", delivery_);
        add("lmtp", lmtp_, settings);
        start();
        LineClient& client = connect("lmtp");
        EXPECT_EQ(client.take(), "220 mx.example.org LMTP Postern ready\r\n");
        return client;
    }
    LineClient& greeted(const std::string& settings = "name: mx.example.org") {
        LineClient& client = open(settings);
        client.say("LHLO client.example");
        return client;
    }
    delivery::DeliveryPlugin delivery_{host_};
    LmtpPlugin lmtp_{host_};
};

TEST_F(LmtpTest, NamesItsExtensions) {
    LineClient& client = open();
    EXPECT_EQ(client.say("LHLO client.example"),
              "250-mx.example.org\r\n250-PIPELINING\r\n250-SIZE "
              "67108864\r\n250-ENHANCEDSTATUSCODES\r\n250-8BITMIME\r\n"
              "250-SMTPUTF8\r\n250-CHUNKING\r\n250-BINARYMIME\r\n250 DSN\r\n");
    // RFC 2033 section 4.1
    EXPECT_THAT(client.say("HELO client.example"), StartsWith("500 5.5.1"));
    EXPECT_THAT(client.say("LHLO"), StartsWith("501 5.5.4"));
}

TEST_F(LmtpTest, AnswersForEachRecipientAfterTheContent) {
    LineClient& client = greeted();
    EXPECT_EQ(client.say("MAIL FROM:<chris@bar.example>"), "250 2.1.0 Sender ok\r\n");
    EXPECT_THAT(client.say("RCPT TO:<anna@foo.example>"), StartsWith("250 2.1.5"));
    EXPECT_THAT(client.say("RCPT TO:<jones@foo.example>"), StartsWith("550 5.1.1 <jones@foo.example>"));
    EXPECT_THAT(client.say("RCPT TO:<ben@example.org>"), StartsWith("250 2.1.5"));
    EXPECT_THAT(client.say("DATA"), StartsWith("354 "));
    client.send(letter + ".\r\n");
    EXPECT_EQ(client.take(),
              "250 2.0.0 <anna@foo.example> Delivered\r\n250 2.0.0 <ben@example.org> Delivered\r\n");
    ASSERT_EQ(contents("anna").size(), 1U);
    ASSERT_EQ(contents("ben@example.org").size(), 1U);
    EXPECT_EQ(client.say("QUIT"), "221 2.0.0 mx.example.org Bye\r\n");
    EXPECT_TRUE(client.closed());
}

TEST_F(LmtpTest, PutsTraceFieldsBeforeTheMessage) {
    LineClient& client = greeted();
    client.send("MAIL FROM:<chris@bar.example>\r\nRCPT TO:<anna@foo.example>\r\nDATA\r\n" + letter + ".\r\n");
    const auto stored = contents("anna");
    ASSERT_EQ(stored.size(), 1U);
    EXPECT_THAT(stored[0], StartsWith("Return-Path: <chris@bar.example>\r\nDelivered-To: anna@foo.example\r\n"
                                      "Received: from client.example ([192.0.2.7])\r\n"
                                      "\tby mx.example.org (Postern) with LMTP id "));
    EXPECT_THAT(stored[0],
                HasSubstr("\r\n\tfor <anna@foo.example>;\r\n\tFri, 15 Jan 2027 08:00:00 +0000\r\n" + letter));
}

TEST_F(LmtpTest, TakesWholeTransactionsInOnePacket) {
    LineClient& client = greeted();
    client.send("MAIL FROM:<>\r\nRCPT TO:<anna>\r\nDATA\r\n" + letter +
                ".\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<nobody>\r\n"
                "DATA\r\nRSET\r\nNOOP\r\nQUIT\r\n");
    EXPECT_EQ(
        client.take(),
        "250 2.1.0 Sender ok\r\n250 2.1.5 <anna> Recipient ok\r\n354 End with a line of one dot\r\n"
        "250 2.0.0 <anna> Delivered\r\n250 2.1.0 Sender ok\r\n550 5.1.1 <nobody> There is no such user\r\n"
        "503 5.5.1 There are no valid recipients\r\n250 2.0.0 Ok\r\n250 2.0.0 Ok\r\n221 2.0.0 mx.example.org "
        "Bye\r\n");
}

TEST_F(LmtpTest, TakesTheSameOctetsOneByOne) {
    LineClient& client = greeted();
    for (const char c :
         "MAIL FROM:<a@b.example>\r\nRCPT TO:<anna>\r\nDATA\r\nA: b\r\n\r\n..\r\n.x\r\n.\r\n" + std::string())
        if (c != '\0') client.send({&c, 1});
    EXPECT_THAT(client.take(), ::testing::EndsWith("250 2.0.0 <anna> Delivered\r\n"));
    EXPECT_THAT(contents("anna").at(0), ::testing::EndsWith("A: b\r\n\r\n.\r\nx\r\n"));
}

TEST_F(LmtpTest, DoesNotEndAMessageAtABareLineFeed) {
    LineClient& client = greeted();
    client.send(
        "MAIL FROM:<a@b.example>\r\nRCPT TO:<anna>\r\nDATA\r\nA: b\r\n\r\nx\n.\nMAIL "
        "FROM:<evil@b.example>\n");
    EXPECT_THAT(client.take(), ::testing::EndsWith("354 End with a line of one dot\r\n"));
    client.send("\n.\r\n\r\n.\r\n");
    EXPECT_THAT(client.take(), ::testing::EndsWith("250 2.0.0 <anna> Delivered\r\n"));
    EXPECT_EQ(contents("anna").size(), 1U);
}

TEST_F(LmtpTest, DeliversIntoTheMailboxOfTheDetail) {
    const auto anna = account("anna");
    ASSERT_TRUE(runtime_.run(anna->create_mailbox("lists", {})));
    LineClient& client = greeted();
    client.send(
        "MAIL FROM:<a@b.example>\r\nRCPT TO:<anna+lists@foo.example>\r\nRCPT "
        "TO:<ANNA+nothere@foo.example>\r\n"
        "RCPT TO:<ben+x@Example.ORG>\r\nDATA\r\n" +
        letter + ".\r\n");
    EXPECT_EQ(contents("anna", "lists").size(), 1U);
    EXPECT_EQ(contents("anna", "INBOX").size(), 1U);
    EXPECT_EQ(contents("ben@example.org").size(), 1U);
    EXPECT_EQ(anna->find_mailbox("nothere"), nullptr);
}

TEST_F(LmtpTest, RefusesMailForAFullMailbox) {
    guard_.kind = mail::GuardedOperation::Kind::deliver;
    LineClient& client = greeted();
    client.send("MAIL FROM:<a@b.example>\r\nRCPT TO:<anna>\r\nDATA\r\n" + letter + ".\r\n");
    EXPECT_THAT(client.take(), ::testing::EndsWith("452 4.2.2 <anna> The mailbox is full\r\n"));
    EXPECT_TRUE(contents("anna").empty());
}

TEST_F(LmtpTest, RefusesMailForAFullMailboxForGoodIfAsked) {
    guard_.kind = mail::GuardedOperation::Kind::deliver;
    LineClient& client = greeted("{name: mx.example.org, over_quota: permanent}");
    client.send("MAIL FROM:<a@b.example>\r\nRCPT TO:<anna>\r\nDATA\r\n" + letter + ".\r\n");
    EXPECT_THAT(client.take(), ::testing::EndsWith("552 5.2.2 <anna> The mailbox is full\r\n"));
}

TEST_F(LmtpTest, AnswersForNowWhenTheStoreIsDown) {
    guard_.kind = mail::GuardedOperation::Kind::deliver;
    guard_.error = Error(Errc::temporary, "the database restarts");
    LineClient& client = greeted();
    client.send("MAIL FROM:<a@b.example>\r\nRCPT TO:<anna>\r\nDATA\r\n" + letter + ".\r\n");
    EXPECT_THAT(client.take(), ::testing::EndsWith("451 4.3.0 <anna> Not now; try again later\r\n"));
    guard_.kind.reset();
    client.send("MAIL FROM:<a@b.example>\r\nRCPT TO:<anna>\r\nDATA\r\n" + letter + ".\r\n");
    EXPECT_EQ(contents("anna").size(), 1U);
}

TEST_F(LmtpTest, RefusesWhatIsTooLarge) {
    LineClient& client = greeted("{name: mx.example.org, size_limit: 100}");
    EXPECT_THAT(client.say("MAIL FROM:<a@b.example> SIZE=101"), StartsWith("552 5.3.4"));
    client.send(
        "MAIL FROM:<a@b.example> SIZE=100\r\nRCPT TO:<anna>\r\nRCPT TO:<ben@example.org>\r\nDATA\r\n" +
        letter + std::string(100, 'x') + "\r\n.\r\n");
    EXPECT_THAT(
        client.take(),
        ::testing::EndsWith("552 5.3.4 The message is too large\r\n552 5.3.4 The message is too large\r\n"));
    EXPECT_TRUE(contents("anna").empty());
    // A transaction that failed leaves nothing behind.
    EXPECT_THAT(client.say("MAIL FROM:<a@b.example>"), StartsWith("250 "));
}

TEST_F(LmtpTest, TakesChunks) {
    LineClient& client = greeted();
    client.say("MAIL FROM:<a@b.example> BODY=BINARYMIME");
    client.say("RCPT TO:<anna>");
    client.say("RCPT TO:<ben@example.org>");
    EXPECT_THAT(client.say("DATA"), StartsWith("503 5.5.1"));
    client.send("BDAT 8\r\nA: b\r\n\r\n");
    EXPECT_EQ(client.take(), "250 2.0.0 8 octets received\r\n");
    EXPECT_THAT(client.say("MAIL FROM:<x@b.example>"), StartsWith("503 5.5.1"));
    client.send(std::string("BDAT 5 LAST\r\n\0.\r\nx", 18));
    EXPECT_EQ(client.take(), "250 2.0.0 <anna> Delivered\r\n250 2.0.0 <ben@example.org> Delivered\r\n");
    EXPECT_THAT(contents("anna").at(0), ::testing::EndsWith(std::string("A: b\r\n\r\n\0.\r\nx", 13)));
}

TEST_F(LmtpTest, PassesOverChunksThatHaveNoRecipient) {
    LineClient& client = greeted();
    client.send("MAIL FROM:<a@b.example>\r\nRCPT TO:<nobody>\r\nBDAT 6\r\nQUIT\r\nBDAT 3 LAST\r\nabc\r\n");
    const std::string said = client.take();
    EXPECT_THAT(
        said,
        HasSubstr("503 5.5.1 There are no valid recipients\r\n503 5.5.1 There are no valid recipients\r\n"));
    EXPECT_THAT(said, Not(HasSubstr("221")));
    EXPECT_THAT(client.say("NOOP"), StartsWith("250"));
    EXPECT_FALSE(client.closed());
}

TEST_F(LmtpTest, RefusesChunksThatAreTooLargeTogether) {
    LineClient& client = greeted("{name: mx.example.org, size_limit: 10}");
    client.send(
        "MAIL FROM:<a@b.example>\r\nRCPT TO:<anna>\r\nBDAT 6\r\nabcdefBDAT 5\r\nabcdeBDAT 1 LAST\r\nx");
    EXPECT_THAT(client.take(),
                ::testing::EndsWith("250 2.0.0 6 octets received\r\n552 5.3.4 The message is too large\r\n"
                                    "552 5.3.4 The message is too large\r\n"));
    EXPECT_TRUE(contents("anna").empty());
}

TEST_F(LmtpTest, TakesParametersOfDeliveryStatusNotifications) {
    LineClient& client = greeted();
    EXPECT_THAT(client.say("MAIL FROM:<a@b.example> RET=HDRS ENVID=QQ314159+2B"), StartsWith("250"));
    EXPECT_THAT(client.say("RCPT TO:<anna> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;anna@foo.example"),
                StartsWith("250"));
    EXPECT_THAT(client.say("RCPT TO:<anna> NOTIFY=NEVER,FAILURE"), StartsWith("501 5.5.4"));
    EXPECT_THAT(client.say("RCPT TO:<anna> FOO=BAR"), StartsWith("555 5.5.4"));
}

TEST_F(LmtpTest, TakesAddressesBeyondAscii) {
    LineClient& client = greeted();
    EXPECT_THAT(client.say("MAIL FROM:<j\xc3\xb6rg@b.example>"), StartsWith("553 5.6.7"));
    EXPECT_THAT(client.say("MAIL FROM:<j\xc3\xb6rg@b.example> SMTPUTF8"), StartsWith("250"));
    EXPECT_THAT(client.say("RCPT TO:<anna@\xc3\xbc.example>"), StartsWith("250"));
    client.send("DATA\r\n" + letter + ".\r\n");
    EXPECT_THAT(contents("anna").at(0), HasSubstr("Return-Path: <j\xc3\xb6rg@b.example>\r\n"));
    EXPECT_THAT(contents("anna").at(0), HasSubstr("with UTF8LMTP id"));
}

TEST_F(LmtpTest, KnowsThePeerOfATrustedPeer) {
    LineClient& client = greeted("{name: mx.example.org, trusted: [192.0.2.7]}");
    EXPECT_THAT(client.say("LHLO relay.example"),
                HasSubstr("250 XCLIENT NAME ADDR PORT PROTO HELO LOGIN DESTADDR DESTPORT\r\n"));
    EXPECT_EQ(client.say("XCLIENT NAME=spike.example ADDR=IPV6:2001:db8::1 HELO=[UNAVAILABLE]"),
              "220 mx.example.org LMTP Postern ready\r\n");
    EXPECT_THAT(client.say("MAIL FROM:<a@b.example>"), StartsWith("503"));
    client.say("LHLO spike");
    client.send("MAIL FROM:<a@b.example>\r\nRCPT TO:<anna>\r\nDATA\r\n" + letter + ".\r\n");
    EXPECT_THAT(contents("anna").at(0),
                HasSubstr("Received: from spike (spike.example [IPv6:2001:db8::1])\r\n"));
}

TEST_F(LmtpTest, RefusesXclientOfOthers) {
    LineClient& client = greeted();
    EXPECT_THAT(client.say("XCLIENT NAME=spike.example"), StartsWith("550 5.7.0"));
}

TEST_F(LmtpTest, ForgetsEverythingAtStartTls) {
    LineClient& client = open();
    client.pipe().starttls = true;
    EXPECT_THAT(client.say("LHLO client.example"), HasSubstr("250 STARTTLS\r\n"));
    client.say("MAIL FROM:<a@b.example>");
    client.send("STARTTLS\r\nMAIL FROM:<injected@b.example>\r\n");
    EXPECT_EQ(client.take(), "220 2.0.0 Begin TLS negotiation now\r\n");
    EXPECT_THAT(client.say("MAIL FROM:<a@b.example>"), StartsWith("503"));
    EXPECT_THAT(client.say("LHLO client.example"), Not(HasSubstr("STARTTLS")));
    client.send("MAIL FROM:<a@b.example>\r\nRCPT TO:<anna>\r\nDATA\r\n" + letter + ".\r\n");
    EXPECT_THAT(contents("anna").at(0), HasSubstr("(using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384)"));
    EXPECT_THAT(contents("anna").at(0), HasSubstr("with LMTPS id"));
}

TEST_F(LmtpTest, RefusesMessagesThatGoRoundInCircles) {
    LineClient& client = greeted();
    client.send(
        "MAIL FROM:<a@b.example>\r\nRCPT TO:<anna@foo.example>\r\nDATA\r\nDelivered-To: "
        "anna@foo.example\r\n" +
        letter + ".\r\n");
    EXPECT_THAT(client.take(), ::testing::EndsWith("554 5.4.6 The message goes round in circles\r\n"));
}

TEST_F(LmtpTest, DropsDuplicatesIfAsked) {
    add("delivery", delivery_, "duplicates: drop");
    add("lmtp", lmtp_, "name: mx.example.org");
    start();
    LineClient& client = connect("lmtp");
    client.say("LHLO client.example");
    const auto send = [&](const std::string& sender, const std::string& id, const std::string& recipient) {
        client.send("MAIL FROM:<" + sender + ">" + id + "\r\nRCPT TO:<" + recipient + ">\r\nDATA\r\n" +
                    letter + ".\r\n");
        EXPECT_THAT(client.take(), ::testing::EndsWith("Delivered\r\n"));
    };
    send("a@b.example", " ENVID=1", "anna");
    send("a@b.example", " ENVID=1", "anna");
    EXPECT_EQ(contents("anna").size(), 1U);
    send("a@b.example", " ENVID=2", "anna");
    send("c@b.example", " ENVID=1", "anna");
    send("a@b.example", "", "anna");
    send("a@b.example", "", "anna");
    send("a@b.example", " ENVID=1", "ben@example.org");
    EXPECT_EQ(contents("anna").size(), 5U);
    EXPECT_EQ(contents("ben@example.org").size(), 1U);
}

TEST_F(LmtpTest, ClosesAfterTooManyErrors) {
    LineClient& client = greeted("{name: mx.example.org, max_errors: 4}");
    for (int i = 0; i < 3; ++i) EXPECT_THAT(client.say("XYZZY"), StartsWith("500 5.5.2"));
    EXPECT_THAT(client.say("XYZZY"), ::testing::EndsWith("421 4.7.0 mx.example.org Too many errors\r\n"));
    EXPECT_TRUE(client.closed());
}

TEST_F(LmtpTest, RefusesLinesThatAreTooLong) {
    LineClient& client = greeted();
    client.send("NOOP " + std::string(20000, 'x'));
    EXPECT_EQ(client.take(), "");
    client.send(std::string(20000, 'x') + "\r\nNOOP\r\n");
    EXPECT_EQ(client.take(), "500 5.5.2 The line is too long\r\n250 2.0.0 Ok\r\n");
}

TEST_F(LmtpTest, BoundsTheRecipients) {
    LineClient& client = greeted("{name: mx.example.org, max_recipients: 1}");
    client.say("MAIL FROM:<a@b.example>");
    EXPECT_THAT(client.say("RCPT TO:<anna>"), StartsWith("250"));
    EXPECT_THAT(client.say("RCPT TO:<ben@example.org>"), StartsWith("452 4.5.3"));
}

}  // namespace
}  // namespace postern::lmtp
