// Dialogues of submission (RFC 6409), with a smart host that is a script, and SMTP as the smart host sees it.
#include "delivery/plugin.hpp"
#include "postern/imap/access_keys.hpp"
#include "postern/imap/url_token.hpp"
#include "relay/client.hpp"
#include "relay/service.hpp"
#include "submission/content.hpp"
#include "submission/plugin.hpp"
#include "tests/submission/fake_host.hpp"
#include "tests/support/protocol_fixture.hpp"

namespace postern::submission {
namespace {

using smtp::Reply;
using test::LineClient;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

class SubmissionTest : public test::ProtocolFixture {
protected:
    LineClient& open(const std::string& settings = "name: mx.example.org") {
        add_object<mail::RelayLines>("", host_line_);
        add("delivery", delivery_, "domains: [example.org]");
        add("submission", submission_, settings);
        start();
        LineClient& client = connect("submission");
        EXPECT_EQ(client.take(), "220 mx.example.org ESMTP Postern ready\r\n");
        client.say("EHLO client.example");
        return client;
    }
    LineClient& signed_in(const std::string& settings = "name: mx.example.org") {
        LineClient& client = open(settings);
        EXPECT_THAT(client.say("AUTH PLAIN AGFubmEAc2VjcmV0"), StartsWith("235 2.7.0"));
        return client;
    }
    FakeHost host_line_;
    delivery::DeliveryPlugin delivery_{host_};
    SubmissionPlugin submission_{host_};
};

TEST_F(SubmissionTest, NamesItsExtensions) {
    LineClient& client = open();
    EXPECT_EQ(
        client.say("EHLO client.example"),
        "250-mx.example.org\r\n250-PIPELINING\r\n250-SIZE "
        "67108864\r\n250-ENHANCEDSTATUSCODES\r\n250-8BITMIME\r\n"
        "250-SMTPUTF8\r\n250-CHUNKING\r\n250-BINARYMIME\r\n250-DSN\r\n250-AUTH PLAIN LOGIN\r\n250 BURL\r\n");
    client.say("AUTH PLAIN AGFubmEAc2VjcmV0");
    const std::string after = client.say("EHLO client.example");
    EXPECT_THAT(after, EndsWith("250 BURL imap\r\n"));
    EXPECT_THAT(after, Not(HasSubstr("AUTH")));
}

TEST_F(SubmissionTest, NeedsASignIn) {
    LineClient& client = open();
    EXPECT_THAT(client.say("MAIL FROM:<anna@example.org>"), StartsWith("530 5.7.0"));
    EXPECT_THAT(client.say("AUTH PLAIN AGFubmEAd3Jvbmc="), StartsWith("535 5.7.8"));
    EXPECT_THAT(client.say("AUTH PLAIN AG5vYm9keS1ob21lAHg="), StartsWith("454 4.7.0"));
    EXPECT_THAT(client.say("AUTH X-UNHEARD-OF"), StartsWith("504 5.5.4"));
    EXPECT_THAT(client.say("AUTH PLAIN ="), StartsWith("501 5.5.2"));
    EXPECT_THAT(client.say("AUTH PLAIN %"), StartsWith("501 5.5.2"));
    EXPECT_EQ(client.say("AUTH LOGIN"), "334 VXNlcm5hbWU6\r\n");
    EXPECT_THAT(client.say("*"), StartsWith("501 5.7.0"));
    EXPECT_EQ(client.say("AUTH LOGIN YW5uYQ=="), "334 UGFzc3dvcmQ6\r\n");
    EXPECT_THAT(client.say("c2VjcmV0"), StartsWith("235 2.7.0"));
    EXPECT_THAT(client.say("AUTH PLAIN AGFubmEAc2VjcmV0"), StartsWith("503 5.5.1"));
    client.pipe().private_line = false;
}

TEST_F(SubmissionTest, TakesNoPasswordWhereAnybodyListens) {
    LineClient& client = open();
    client.pipe().private_line = false;
    EXPECT_THAT(client.say("EHLO x"), Not(HasSubstr("AUTH")));
    EXPECT_THAT(client.say("AUTH PLAIN AGFubmEAc2VjcmV0"), StartsWith("538 5.7.11"));
}

TEST_F(SubmissionTest, HandsBackWhatTheSmartHostSays) {
    LineClient& client = signed_in();
    EXPECT_THAT(client.say("MAIL FROM:<anna@example.org>"), StartsWith("250"));
    EXPECT_EQ(client.say("RCPT TO:<nobody@far.example>"), "550 5.1.1 Who?\r\n");
    EXPECT_EQ(client.say("RCPT TO:<bob@far.example>"), "250 2.0.0 Ok\r\n");
    client.send("DATA\r\n" + letter + ".\r\n");
    EXPECT_THAT(client.take(), EndsWith("250 2.0.0 queued as 42\r\n"));
    EXPECT_THAT(host_line_.said,
                ElementsAre("MAIL anna@example.org", "RCPT nobody@far.example", "RCPT bob@far.example"));
    EXPECT_THAT(
        host_line_.content(),
        StartsWith(
            "Received: from client.example ([192.0.2.7])\r\n\tby mx.example.org (Postern) with ESMTPA id "));
    EXPECT_THAT(host_line_.content(), EndsWith("\r\n" + letter));
    EXPECT_EQ(host_line_.closed, 1);
    EXPECT_THAT(contents("anna", "Sent"), ElementsAre(host_line_.content()));
}

TEST_F(SubmissionTest, KeepsNoCopyOfWhatDidNotLeave) {
    LineClient& client = signed_in();
    host_line_.on_content = Reply{554, "5.7.1", "5.7.1 Spam"};
    client.send("MAIL FROM:<anna@example.org>\r\nRCPT TO:<bob@far.example>\r\nDATA\r\n" + letter + ".\r\n");
    EXPECT_THAT(client.take(), EndsWith("554 5.7.1 Spam\r\n"));
    host_line_.on_content = Error(Errc::unavailable, "gone");
    client.send("MAIL FROM:<anna@example.org>\r\nRCPT TO:<bob@far.example>\r\nDATA\r\n" + letter + ".\r\n");
    EXPECT_THAT(client.take(), EndsWith("451 4.4.1 The smart host cannot be reached; try again later\r\n"));
    EXPECT_THAT(contents("anna", "Sent"), IsEmpty());
}

TEST_F(SubmissionTest, SaysWhenTheSmartHostIsAway) {
    LineClient& client = signed_in();
    host_line_.failure = Error(Errc::unavailable, "refused");
    EXPECT_THAT(client.say("MAIL FROM:<anna@example.org>"), StartsWith("451 4.4.1"));
    host_line_.failure = Error(Errc::authentication_failed, "refused");
    EXPECT_THAT(client.say("MAIL FROM:<anna@example.org>"), StartsWith("451 4.7.8"));
    host_line_.failure = Error(Errc::permission_denied, "no SMTP.Send");
    EXPECT_THAT(client.say("MAIL FROM:<anna@example.org>"), StartsWith("550 5.7.0"));
    host_line_.failure = Error(Errc::internal);
    host_line_.on_sender = Reply{452, "4.3.1", "4.3.1 Full"};
    EXPECT_EQ(client.say("MAIL FROM:<anna@example.org>"), "452 4.3.1 Full\r\n");
    EXPECT_THAT(client.say("RCPT TO:<bob@far.example>"), StartsWith("503"));
}

TEST_F(SubmissionTest, LetsNobodySendInAnothersName) {
    LineClient& client = signed_in("{name: mx.example.org, senders: {anna: [Info@shop.example]}}");
    EXPECT_THAT(client.say("MAIL FROM:<ben@example.org>"), StartsWith("550 5.7.1"));
    EXPECT_THAT(client.say("MAIL FROM:<anna@elsewhere.example>"), StartsWith("550 5.7.1"));
    EXPECT_THAT(client.say("MAIL FROM:<anna+list@EXAMPLE.org>"), StartsWith("250"));
    client.say("RSET");
    EXPECT_THAT(client.say("MAIL FROM:<Info@SHOP.example>"), StartsWith("250"));
    client.say("RSET");
    EXPECT_THAT(client.say("MAIL FROM:<>"), StartsWith("250"));
}

TEST_F(SubmissionTest, RemembersTheCopyForTheClientsOwn) {
    LineClient& client = signed_in();
    client.send("MAIL FROM:<anna@example.org>\r\nRCPT TO:<bob@far.example>\r\nDATA\r\n" + letter + ".\r\n");
    client.take();
    const auto* copies = static_cast<const Lookup&>(registry_).find<mail::ExistingCopies>("submission");
    const AccountId anna = auth_.accounts["anna"];
    const MailboxId sent = account("anna")->find_mailbox("Sent")->id;
    EXPECT_EQ(copies->find_copy(anna, sent, "<1@example.org>"), 1U);
    EXPECT_EQ(copies->find_copy(anna, sent, "<2@example.org>"), std::nullopt);
    EXPECT_EQ(copies->find_copy(auth_.accounts["ben@example.org"], sent, "<1@example.org>"), std::nullopt);
}

TEST_F(SubmissionTest, DeliversHereWithoutASmartHost) {
    host_line_.there = false;
    LineClient& client = signed_in();
    client.say("MAIL FROM:<anna@example.org>");
    EXPECT_THAT(client.say("RCPT TO:<bob@far.example>"), StartsWith("550 5.7.1"));
    EXPECT_THAT(client.say("RCPT TO:<ben@example.org>"), StartsWith("250 2.1.5"));
    client.send("DATA\r\n" + letter + ".\r\n");
    EXPECT_THAT(client.take(), EndsWith("250 2.0.0 Delivered\r\n"));
    EXPECT_EQ(contents("ben@example.org").size(), 1U);
    EXPECT_EQ(contents("anna", "Sent").size(), 1U);
}

TEST_F(SubmissionTest, SendsWhatAUrlLeadsTo) {
    store("anna", "Drafts", letter);
    const auto anna = account("anna");
    const MailboxId drafts = anna->find_mailbox("Drafts")->id;
    const std::string key = *runtime_.run(imap::need_access_key(anna.get(), drafts, {}));
    const auto authorised = [&](const std::string& rump) {
        return rump + ":internal:" + imap::make_token(key, rump);
    };
    LineClient& client = signed_in();
    client.say("MAIL FROM:<anna@example.org>");
    client.say("RCPT TO:<bob@far.example>");
    const std::string url = authorised("imap://anna@mx.example.org/Drafts/;UID=1;URLAUTH=submit+anna");
    EXPECT_THAT(client.say("BURL " + url + " LAST"), StartsWith("250 2.0.0 queued as 42"));
    EXPECT_THAT(host_line_.content(), EndsWith("\r\n" + letter));
    // In pieces, with octets between them (RFC 4468 section 3.6).
    client.say("MAIL FROM:<anna@example.org>");
    client.say("RCPT TO:<bob@far.example>");
    EXPECT_EQ(client.say("BURL " +
                         authorised("imap://anna@x.example/Drafts/;UID=1/;SECTION=HEADER;URLAUTH=user+anna")),
              "250 2.5.0 Ok\r\n");
    client.send("BDAT 7 LAST\r\nOther\r\n");
    EXPECT_THAT(client.take(), StartsWith("250 2.0.0 queued"));
    EXPECT_THAT(host_line_.content(), EndsWith("\r\nMessage-ID: <1@example.org>\r\n\r\nOther\r\n"));
}

TEST_F(SubmissionTest, RefusesUrlsThatAreNotForTheUser) {
    store("anna", "Drafts", letter);
    const auto anna = account("anna");
    const std::string key =
        *runtime_.run(imap::need_access_key(anna.get(), anna->find_mailbox("Drafts")->id, {}));
    LineClient& client = signed_in();
    const auto burl = [&](const std::string& rump, const std::string& key_used) {
        client.say("MAIL FROM:<anna@example.org>");
        client.say("RCPT TO:<bob@far.example>");
        return client.say("BURL " + rump + ":internal:" + imap::make_token(key_used, rump) + " LAST")
            .substr(0, 9);
    };
    EXPECT_EQ(burl("imap://anna@x.example/Drafts/;UID=1;URLAUTH=submit+ben", key), "554 5.7.0");
    EXPECT_EQ(
        burl("imap://anna@x.example/Drafts/;UID=1;EXPIRE=2001-01-01T00:00:00Z;URLAUTH=submit+anna", key),
        "554 5.7.0");
    EXPECT_EQ(burl("imap://anna@x.example/Drafts/;UID=1;URLAUTH=submit+anna", std::string(64, '1')),
              "554 5.6.6");
    EXPECT_EQ(burl("imap://anna@x.example/Drafts/;UID=9;URLAUTH=submit+anna", key), "554 5.6.6");
    EXPECT_EQ(burl("imap://zoe@x.example/Drafts/;UID=1;URLAUTH=submit+anna", key), "554 5.6.6");
    client.say("MAIL FROM:<anna@example.org>");
    client.say("RCPT TO:<bob@far.example>");
    EXPECT_THAT(client.say("BURL http://x.example/ LAST"), StartsWith("501 5.5.4"));
    EXPECT_THAT(client.say("MAIL FROM:<anna@example.org>"), StartsWith("250"));
}

TEST(ContentTest, IsCompletedOnce) {
    mail::Envelope envelope;
    envelope.peer.server = "mx.example";
    const std::string whole = complete("Subject: x\n\nBody\n", envelope, "7f", 0);
    EXPECT_THAT(whole, EndsWith("Message-ID: <7f@mx.example>\r\nDate: Thu, 1 Jan 1970 00:00:00 "
                                "+0000\r\nSubject: x\r\n\r\nBody\r\n"));
    EXPECT_EQ(message_id_of(whole), "<7f@mx.example>");
    const std::string again = complete(whole, envelope, "80", 0);
    EXPECT_EQ(again.find("Message-ID"), again.rfind("Message-ID"));
    envelope.body = mail::BodyKind::binary;
    EXPECT_THAT(complete("A: b\n", envelope, "7f", 0), EndsWith("A: b\n"));
}

}  // namespace
}  // namespace postern::submission

namespace postern::relay {
namespace {

using ::testing::StartsWith;

TEST(SmartHostTest, IsFoundByTheLoginsDomain) {
    Settings settings;
    settings.hosts["example.org"].host = "a";
    EXPECT_EQ(settings.find("anna@Example.ORG")->host, "a");
    EXPECT_EQ(settings.find("anna@example.com"), nullptr);
    EXPECT_EQ(settings.find("anna"), nullptr);
    settings.hosts["*"].host = "b";
    EXPECT_EQ(settings.find("anna")->host, "b");
}

TEST(SmartHostTest, IsToldOnlyWhatItKnows) {
    const Extensions all = parse_extensions(
        "mx.example\nSIZE 1000\nsmtputf8\n8BITMIME\nDSN\nCHUNKING\nBINARYMIME\nSTARTTLS\nAUTH LOGIN PLAIN");
    EXPECT_TRUE(all.plain && all.login && all.starttls && all.chunking && all.binary);
    EXPECT_EQ(all.max_size, 1000U);
    mail::OutgoingMail mail;
    mail.sender = "a@b.example";
    mail.body = mail::BodyKind::eight_bit;
    mail.smtputf8 = true;
    mail.ret = mail::DsnReturn::headers;
    mail.id = "x y";
    EXPECT_EQ(mail_command(mail, 10, all),
              "MAIL FROM:<a@b.example> SIZE=10 BODY=8BITMIME SMTPUTF8 RET=HDRS ENVID=x+20y");
    EXPECT_EQ(mail_command(mail, 10, parse_extensions("mx.example")), "MAIL FROM:<a@b.example>");
    mail::EnvelopeRecipient to{"c@d.example", "rfc822;x=y", mail::notify_success | mail::notify_delay};
    EXPECT_EQ(recipient_command(to, all), "RCPT TO:<c@d.example> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;x+3Dy");
    EXPECT_EQ(recipient_command(to, parse_extensions("mx.example")), "RCPT TO:<c@d.example>");
}

TEST(RatesTest, BoundAnHour) {
    Rates rates;
    const auto now = Rates::Clock::now();
    EXPECT_TRUE(rates.take(AccountId{1}, 2, now));
    EXPECT_TRUE(rates.take(AccountId{1}, 2, now));
    EXPECT_FALSE(rates.take(AccountId{1}, 2, now));
    EXPECT_TRUE(rates.take(AccountId{2}, 2, now));
    EXPECT_TRUE(rates.take(AccountId{1}, 2, now + std::chrono::minutes(61)));
}

class ClientTest : public test::ProtocolFixture {
protected:
    ClientTest() : client_(std::make_unique<test::PipeConnection>(pipe_), std::chrono::seconds(5)) {
        host_setting_.tls = SmartHost::Tls::none;
    }
    /// Runs `task`; the server has said everything before.
    template <class T>
    T talk(const std::string& server, Task<T> task) {
        pipe_->to_server += server;
        pipe_->notify();
        return runtime_.run(std::move(task));
    }
    std::string said() { return std::exchange(pipe_->to_client, {}); }
    Result<void> begin(const std::string& server) {
        auto credential = std::make_shared<Credential>();
        credential->user = "anna";
        credential->password = "secret";
        return talk(server, client_.begin(&host_setting_, "me.example",
                                          std::shared_ptr<const Credential>(credential)));
    }
    std::shared_ptr<test::Pipe> pipe_ = std::make_shared<test::Pipe>(runtime_.core(0));
    SmartHost host_setting_;
    Client client_;
};

TEST_F(ClientTest, SignsInAndSends) {
    ASSERT_TRUE(begin("220 hi\r\n250-x\r\n250 AUTH PLAIN\r\n235 ok\r\n"));
    EXPECT_EQ(said(), "EHLO me.example\r\nAUTH PLAIN AGFubmEAc2VjcmV0\r\n");
    mail::OutgoingMail mail;
    mail.sender = "a@b.example";
    EXPECT_EQ(talk("250 2.1.0 fine\r\n", client_.sender(mail, 0))->code, 250U);
    EXPECT_EQ(talk("550-5.1.1 no\r\n550 5.1.1 one\r\n", client_.recipient({}))->text, "5.1.1 no\n5.1.1 one");
    said();
    auto reply =
        talk("354 go\r\n250 queued\r\n", client_.content(std::make_shared<const std::string>("a\n.b\r\n")));
    EXPECT_EQ(reply->text, "queued");
    EXPECT_EQ(said(), "DATA\r\na\r\n..b\r\n.\r\n");
    runtime_.run(client_.close());
    EXPECT_EQ(said(), "QUIT\r\n");
}

TEST_F(ClientTest, UsesChunksWhereItCan) {
    ASSERT_TRUE(begin("220 hi\r\n250-x\r\n250-CHUNKING\r\n250 AUTH LOGIN\r\n334 x\r\n334 y\r\n235 ok\r\n"));
    EXPECT_EQ(said(), "EHLO me.example\r\nAUTH LOGIN\r\nYW5uYQ==\r\nc2VjcmV0\r\n");
    talk("250 ok\r\n", client_.content(std::make_shared<const std::string>(".\r\n")));
    EXPECT_EQ(said(), "BDAT 3 LAST\r\n.\r\n");
}

TEST_F(ClientTest, TellsWhyItCannotBegin) {
    EXPECT_EQ(begin("421 busy\r\n").error().code, Errc::unavailable);
    EXPECT_EQ(begin("220 hi\r\n250-x\r\n250 AUTH PLAIN\r\n535 no\r\n").error().code,
              Errc::authentication_failed);
    EXPECT_EQ(begin("220 hi\r\n250-x\r\n250 AUTH PLAIN\r\n454 later\r\n").error().code, Errc::unavailable);
    EXPECT_EQ(begin("220 hi\r\n250 x\r\n").error().code, Errc::authentication_failed);
    EXPECT_EQ(begin("hello\r\n").error().code, Errc::unavailable);
}

TEST_F(ClientTest, GivesNoPasswordAwayWithoutTls) {
    host_setting_.tls = SmartHost::Tls::starttls;
    EXPECT_EQ(begin("220 hi\r\n250-x\r\n250 AUTH PLAIN\r\n").error().code, Errc::unavailable);
    EXPECT_EQ(said(), "EHLO me.example\r\n");
}

TEST_F(ClientTest, RefusesWhatTheServerCannotTake) {
    ASSERT_TRUE(begin("220 hi\r\n250-x\r\n250-SIZE 10\r\n250 AUTH PLAIN\r\n235 ok\r\n"));
    said();
    mail::OutgoingMail mail;
    mail.smtputf8 = true;
    EXPECT_EQ(talk("", client_.sender(mail, 0))->status, "5.6.7");
    mail.smtputf8 = false;
    mail.body = mail::BodyKind::binary;
    EXPECT_EQ(talk("", client_.sender(mail, 0))->status, "5.6.1");
    mail.body = mail::BodyKind::eight_bit;
    EXPECT_EQ(talk("", client_.sender(mail, 11))->status, "5.3.4");
    EXPECT_EQ(said(), "");
}

}  // namespace
}  // namespace postern::relay
