// Dialogues of POP3 (RFC 1939) and of the extensions it speaks.
#include "pop3/plugin.hpp"
#include "tests/support/protocol_fixture.hpp"

namespace postern::pop3 {
namespace {

using test::LineClient;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

const std::string first = "Subject: One\r\n\r\nBody\r\n.dot\r\nlast\r\n";
const std::string second = "Subject: Two\r\n\r\nNo end";

class Pop3Test : public test::ProtocolFixture {
protected:
    LineClient& open(const std::string& settings = {}) {
        if (!std::exchange(started_, true)) {
            add("pop3", pop3_, settings);
            start();
        }
        LineClient& client = connect("pop3");
        EXPECT_EQ(client.take(), "+OK Postern ready\r\n");
        return client;
    }
    LineClient& signed_in(const std::string& settings = {}) {
        LineClient& client = open(settings);
        client.say("USER anna");
        EXPECT_THAT(client.say("PASS secret"), StartsWith("+OK "));
        return client;
    }
    void fill() {
        store("anna", "INBOX", first);
        store("anna", "INBOX", second);
    }
    Pop3Plugin pop3_{host_};
    bool started_ = false;
};

TEST_F(Pop3Test, ListsAndSendsMessages) {
    fill();
    LineClient& client = open();
    EXPECT_EQ(client.say("USER anna"), "+OK Say PASS\r\n");
    EXPECT_EQ(client.say("PASS secret"), "+OK 2 messages (56 octets)\r\n");
    EXPECT_EQ(client.say("STAT"), "+OK 2 56\r\n");
    EXPECT_EQ(client.say("LIST"), "+OK 2 messages (56 octets)\r\n1 34\r\n2 22\r\n.\r\n");
    EXPECT_EQ(client.say("LIST 2"), "+OK 2 22\r\n");
    EXPECT_EQ(client.say("LIST 3"), "-ERR There is no such message\r\n");
    EXPECT_EQ(client.say("RETR 1"), "+OK 34 octets\r\nSubject: One\r\n\r\nBody\r\n..dot\r\nlast\r\n.\r\n");
    EXPECT_EQ(client.say("RETR 2"), "+OK 22 octets\r\nSubject: Two\r\n\r\nNo end\r\n.\r\n");
    EXPECT_EQ(client.say("RETR 0"), "-ERR There is no such message\r\n");
    EXPECT_EQ(client.say("TOP 1 0"), "+OK The top follows\r\nSubject: One\r\n\r\n.\r\n");
    EXPECT_EQ(client.say("TOP 1 2"), "+OK The top follows\r\nSubject: One\r\n\r\nBody\r\n..dot\r\n.\r\n");
    EXPECT_EQ(client.say("TOP 2 9"), "+OK The top follows\r\nSubject: Two\r\n\r\nNo end\r\n.\r\n");
    EXPECT_THAT(client.say("TOP 1"), StartsWith("-ERR"));
    EXPECT_EQ(client.say("QUIT"), "+OK Bye\r\n");
    EXPECT_TRUE(client.closed());
    EXPECT_EQ(contents("anna").size(), 2U);
}

TEST_F(Pop3Test, SendsLongMessagesWhole) {
    std::string message = "Subject: long\r\n\r\n";
    while (message.size() < 700'000) message += ".line " + std::to_string(message.size()) + "\r\n";
    store("anna", "INBOX", message);
    LineClient& client = signed_in();
    std::string got = client.say("RETR 1");
    got.erase(0, got.find("\r\n") + 2);
    for (auto at = got.find("\r\n..line"); at != std::string::npos; at = got.find("\r\n..line", at + 1))
        got.erase(at + 2, 1);
    EXPECT_EQ(got, message + ".\r\n");
    EXPECT_THAT(client.say("TOP 1 60000"), EndsWith(message.substr(message.rfind(".line")) + ".\r\n"));
}

TEST_F(Pop3Test, AnswersPipelinedCommandsInOrder) {
    fill();
    LineClient& client = open();
    client.send("USER anna\r\nPASS secret\r\nSTAT\r\nDELE 1\r\nSTAT\r\nQUIT\r\n");
    EXPECT_EQ(client.take(),
              "+OK Say PASS\r\n+OK 2 messages (56 octets)\r\n+OK 2 56\r\n+OK Message 1 deleted\r\n+OK 1 "
              "22\r\n+OK Bye\r\n");
    EXPECT_THAT(contents("anna"), ElementsAre(second));
}

TEST_F(Pop3Test, DeletesAtQuitOnly) {
    fill();
    LineClient& client = signed_in();
    client.say("DELE 1");
    EXPECT_EQ(client.say("DELE 1"), "-ERR There is no such message\r\n");
    EXPECT_EQ(client.say("RETR 1"), "-ERR There is no such message\r\n");
    EXPECT_EQ(client.say("LIST"), "+OK 1 messages (22 octets)\r\n2 22\r\n.\r\n");
    EXPECT_EQ(client.say("RSET"), "+OK 2 messages (56 octets)\r\n");
    client.say("DELE 2");
    client.hang_up();
    EXPECT_EQ(contents("anna").size(), 2U);
}

TEST_F(Pop3Test, SaysWhenDeletedMessagesAreNotRemoved) {
    fill();
    LineClient& client = signed_in();
    client.say("DELE 1");
    guard_.kind = mail::GuardedOperation::Kind::expunge;
    guard_.error = Error(Errc::temporary, "no");
    EXPECT_THAT(client.say("QUIT"), StartsWith("-ERR [SYS/TEMP]"));
    EXPECT_TRUE(client.closed());
    EXPECT_EQ(contents("anna").size(), 2U);
}

TEST_F(Pop3Test, DoesNotSeeWhatComesMeanwhile) {
    fill();
    LineClient& client = signed_in();
    store("anna", "INBOX", first);
    EXPECT_EQ(client.say("STAT"), "+OK 2 56\r\n");
}

TEST_F(Pop3Test, MarksWhatWasRead) {
    fill();
    LineClient& client = signed_in();
    client.say("RETR 2");
    client.say("TOP 1 1");
    client.hang_up();
    const auto anna = account("anna");
    const auto inbox = *runtime_.run(anna->open_mailbox(anna->find_mailbox("INBOX")->id));
    EXPECT_EQ(inbox->columns().flags[0], 0);
    EXPECT_EQ(inbox->columns().flags[1], mail::seen);
}

TEST_F(Pop3Test, LocksTheMaildrop) {
    LineClient& client = signed_in();
    LineClient& other = open();
    other.say("USER anna");
    EXPECT_EQ(other.say("PASS secret"), "-ERR [IN-USE] Another session has this maildrop\r\n");
    client.say("QUIT");
    other.say("USER anna");
    EXPECT_THAT(other.say("PASS secret"), StartsWith("+OK"));
    // A session that ends without QUIT frees it too.
    other.hang_up();
    signed_in();
}

TEST_F(Pop3Test, SharesTheMaildropIfAsked) {
    fill();
    LineClient& one = signed_in("lock: shared");
    LineClient& two = signed_in();
    one.say("DELE 1");
    EXPECT_EQ(one.say("QUIT"), "+OK Bye\r\n");
    EXPECT_EQ(two.say("STAT"), "+OK 2 56\r\n");
    // Both delete it; once is enough.
    two.say("DELE 1");
    EXPECT_EQ(two.say("QUIT"), "+OK Bye\r\n");
    EXPECT_THAT(contents("anna"), ElementsAre(second));
}

TEST_F(Pop3Test, NamesItsCapabilities) {
    LineClient& client = open("login_delay: 60s");
    client.pipe().starttls = true;
    EXPECT_EQ(
        client.say("CAPA"),
        "+OK Capability list follows\r\nTOP\r\nUSER\r\nSASL PLAIN LOGIN\r\nRESP-CODES\r\nAUTH-RESP-CODE\r\n"
        "LOGIN-DELAY 60\r\nPIPELINING\r\nEXPIRE NEVER\r\nUIDL\r\nSTLS\r\nUTF8 USER\r\nLANG\r\nIMPLEMENTATION "
        "Postern\r\n.\r\n");
    client.pipe().private_line = false;
    const std::string open_line = client.say("CAPA");
    EXPECT_THAT(open_line, Not(HasSubstr("USER\r\nSASL")));
    EXPECT_THAT(open_line, Not(HasSubstr("SASL")));
}

TEST_F(Pop3Test, EnforcesTheLoginDelay) {
    LineClient& client = signed_in("login_delay: 1h");
    client.say("QUIT");
    LineClient& other = open();
    other.say("USER anna");
    EXPECT_THAT(other.say("PASS secret"), StartsWith("-ERR [LOGIN-DELAY]"));
    EXPECT_THAT(other.say("STAT"), StartsWith("-ERR Sign in first"));
}

TEST_F(Pop3Test, TellsErrorsOfSignInApart) {
    LineClient& client = open();
    EXPECT_THAT(client.say("PASS secret"), StartsWith("-ERR Say USER first"));
    client.say("USER anna");
    EXPECT_EQ(client.say("PASS wrong one"), "-ERR [AUTH] Wrong name or password\r\n");
    EXPECT_EQ(auth_.last.password, "wrong one");
    EXPECT_EQ(client.say("USER nobody"), "+OK Say PASS\r\n");
    EXPECT_EQ(client.say("PASS x"), "-ERR [AUTH] Wrong name or password\r\n");
    client.say("USER nobody-home");
    EXPECT_THAT(client.say("PASS x"), StartsWith("-ERR [SYS/TEMP]"));
    EXPECT_THAT(client.say("XYZZY"), StartsWith("-ERR"));
    EXPECT_THAT(client.say("STAT"), StartsWith("-ERR"));
}

TEST_F(Pop3Test, SignsInBySasl) {
    LineClient& client = open();
    EXPECT_EQ(client.say("AUTH"), "+OK Mechanisms follow\r\nPLAIN\r\nLOGIN\r\n.\r\n");
    EXPECT_EQ(client.say("AUTH PLAIN"), "+ \r\n");
    EXPECT_EQ(client.say("*"), "-ERR Cancelled\r\n");
    EXPECT_THAT(client.say("AUTH PLAIN AGFubmEAd3Jvbmc="), StartsWith("-ERR [AUTH]"));
    EXPECT_THAT(client.say("AUTH PLAIN x"), StartsWith("-ERR"));
    EXPECT_THAT(client.say("AUTH KERBEROS_V4"), StartsWith("-ERR"));
    EXPECT_EQ(client.say("AUTH LOGIN"), "+ VXNlcm5hbWU6\r\n");
    EXPECT_EQ(client.say("YW5uYQ=="), "+ UGFzc3dvcmQ6\r\n");
    EXPECT_EQ(client.say("c2VjcmV0"), "+OK 0 messages (0 octets)\r\n");
    EXPECT_THAT(client.say("AUTH PLAIN"), StartsWith("-ERR You are signed in"));
    LineClient& other = open();
    EXPECT_THAT(other.say("AUTH PLAIN AGJlbkBleGFtcGxlLm9yZwBzZWNyZXQ="), StartsWith("+OK"));
}

TEST_F(Pop3Test, RefusesPasswordsWhereAnybodyListens) {
    LineClient& client = open();
    client.pipe().private_line = false;
    EXPECT_THAT(client.say("USER anna"), StartsWith("-ERR [AUTH]"));
    EXPECT_THAT(client.say("AUTH PLAIN AGFubmEAc2VjcmV0"), StartsWith("-ERR [AUTH]"));
}

TEST_F(Pop3Test, StartTlsDiscardsWhatWasInjected) {
    LineClient& client = open();
    client.pipe().starttls = true;
    client.send("STLS\r\nUSER anna\r\n");
    EXPECT_EQ(client.take(), "+OK Begin TLS negotiation now\r\n");
    EXPECT_TRUE(client.pipe().tls_on);
    EXPECT_THAT(client.say("STLS"), StartsWith("-ERR"));
    EXPECT_THAT(client.say("PASS secret"), StartsWith("-ERR Say USER first"));
}

TEST_F(Pop3Test, GivesUniqueIdsThatStay) {
    fill();
    LineClient& client = signed_in();
    const std::string list = client.say("UIDL");
    EXPECT_THAT(list,
                ::testing::MatchesRegex(
                    "\\+OK Unique ids follow\r\n1 [0-9a-f]{8}00000001\r\n2 [0-9a-f]{8}00000002\r\n\\.\r\n"));
    EXPECT_EQ(client.say("UIDL 2"), "+OK " + list.substr(list.find("2 ")).substr(0, 20));
    client.say("DELE 1");
    EXPECT_THAT(client.say("UIDL"), Not(HasSubstr("\r\n1 ")));
    client.say("QUIT");
    LineClient& later = signed_in();
    EXPECT_EQ(later.say("UIDL 1").substr(5), list.substr(list.find("\r\n2 ") + 3).substr(0, 19));
}

class GatewayMaildropTest : public Pop3Test {
protected:
    /// A message of the account's source, as the gateway stores it.
    void collect(const std::string& uidl, const std::string& content) {
        const auto anna = account("anna");
        mail::DeliveryRequest request;
        request.mailbox = anna->find_mailbox("INBOX")->id;
        mail::NewMail mail;
        mail.content = std::make_shared<const std::string>(content);
        store::ReceiptWrite receipt;
        receipt.receipt.source = SourceId{5};
        receipt.receipt.uidl = uidl;
        receipt.receipt.state = store::ReceiptState::stored;
        mail.receipt = receipt;
        request.messages.push_back(std::move(mail));
        EXPECT_TRUE(runtime_.run(anna->deliver(std::move(request))));
    }
    void add_source() {
        store::SourceRow source;
        source.account = auth_.accounts["anna"];
        source.id = SourceId{5};
        EXPECT_TRUE(runtime_.run(service_.put_source(source)));
    }
};

TEST_F(GatewayMaildropTest, GivesTheProvidersIds) {
    add_source();
    collect("prov-1", first);
    collect("not valid", second);
    store("anna", "INBOX", "Subject: own\r\n\r\n");
    LineClient& client = signed_in();
    EXPECT_THAT(client.say("UIDL"),
                ::testing::MatchesRegex(
                    "\\+OK Unique ids follow\r\n1 prov-1\r\n2 [0-9a-f]{16}\r\n3 [0-9a-f]{16}\r\n\\.\r\n"));
}

TEST_F(GatewayMaildropTest, KeepsTheIdsThatWereGiven) {
    add_source();
    collect("prov-1", first);
    LineClient& client = signed_in();
    client.say("UIDL");
    client.say("QUIT");
    // The provider has changed, and everything it knew is gone.
    EXPECT_TRUE(runtime_.run(service_.delete_source(auth_.accounts["anna"], SourceId{5})));
    LineClient& later = signed_in();
    EXPECT_THAT(later.say("UIDL"), HasSubstr("\r\n1 prov-1\r\n"));
}

TEST_F(Pop3Test, NeedsUtf8ForHeadersThatHaveIt) {
    store("anna", "INBOX", "Subject: \xc3\xb6\r\n\r\nx\r\n");
    store("anna", "INBOX", "Subject: \xf6\r\n\r\nx\r\n");
    store("anna", "INBOX", "Subject: o\r\n\r\n\xc3\xb6\r\n");
    LineClient& client = signed_in();
    EXPECT_THAT(client.say("RETR 1"), StartsWith("-ERR [UTF8]"));
    EXPECT_THAT(client.say("TOP 1 0"), StartsWith("-ERR [UTF8]"));
    EXPECT_THAT(client.say("RETR 2"), StartsWith("+OK"));
    EXPECT_THAT(client.say("RETR 3"), StartsWith("+OK"));
    EXPECT_THAT(client.say("UTF8"), StartsWith("-ERR"));
    client.say("QUIT");
    LineClient& modern = open();
    modern.pipe().starttls = true;
    EXPECT_THAT(modern.say("UTF8"), StartsWith("+OK"));
    EXPECT_THAT(modern.say("STLS"), StartsWith("-ERR"));
    modern.say("USER anna");
    modern.say("PASS secret");
    EXPECT_THAT(modern.say("RETR 1"), HasSubstr("Subject: \xc3\xb6\r\n"));
}

TEST_F(Pop3Test, SpeaksOneLanguage) {
    LineClient& client = open();
    EXPECT_EQ(client.say("LANG"), "+OK Language listing follows:\r\nen English\r\n.\r\n");
    EXPECT_THAT(client.say("LANG *"), StartsWith("+OK en "));
    EXPECT_THAT(client.say("LANG EN"), StartsWith("+OK en "));
    EXPECT_THAT(client.say("LANG MUL"), StartsWith("-ERR"));
}

TEST_F(Pop3Test, ClosesAfterTooManyErrors) {
    LineClient& client = open("max_errors: 4");
    for (int i = 0; i < 4; ++i) EXPECT_THAT(client.say("XYZZY"), StartsWith("-ERR"));
    EXPECT_TRUE(client.closed());
}

}  // namespace
}  // namespace postern::pop3
