// Sending through an account's provider with what opens the account there: a password or an access token (gateway.md 4.2).
#include <deque>

#include "postern/encoding/base64.hpp"
#include "relay/service.hpp"
#include "tests/support/protocol_fixture.hpp"

namespace postern::relay {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// Lines to smart hosts that have said everything before they are asked.
class ScriptedDialer final : public Dialer {
public:
    explicit ScriptedDialer(Executor core) : core_(std::move(core)) {}
    Task<Result<std::unique_ptr<Connection>>> dial(Target target) override {
        targets.push_back(target.host + ':' + std::to_string(target.port));
        auto pipe = std::make_shared<test::Pipe>(core_);
        pipe->to_server = answers.front();
        answers.pop_front();
        pipes.push_back(pipe);
        std::unique_ptr<Connection> connection = std::make_unique<test::PipeConnection>(pipe);
        co_return connection;
    }
    std::deque<std::string> answers;
    std::vector<std::string> targets;
    std::vector<std::shared_ptr<test::Pipe>> pipes;

private:
    Executor core_;
};

/// What the gateway would lend: tokens t1, t2, ..., of which the first is not new.
class Lender final : public gateway::ProviderCredentials {
public:
    Task<Result<gateway::ProviderCredential>> credential_of(AccountId, std::string) override {
        if (failure) co_return *failure;
        gateway::ProviderCredential out;
        out.credential = gateway::RemoteCredential("anna@example.net", secret + std::to_string(number));
        out.credential.kind = kind;
        out.scopes = scopes;
        out.fresh = number > 1;
        co_return out;
    }
    Task<void> refused(AccountId, gateway::ProviderCredential credential) override {
        refusals.push_back(credential.credential.secret);
        ++number;
        co_return;
    }
    std::optional<Error> failure;
    gateway::CredentialKind kind = gateway::CredentialKind::oauth_token;
    std::string secret = "t";
    std::string scopes =
        "https://outlook.office.com/POP.AccessAsUser.All https://outlook.office.com/SMTP.Send";
    int number = 1;
    std::vector<std::string> refusals;
};

class ThroughTheProvider : public test::ProtocolFixture {
protected:
    ThroughTheProvider() {
        registry_.provide<Dialer>(dialer_, "");
        registry_.provide<gateway::ProviderCredentials>(lender_, "gateway");
        SmartHost host;
        host.host = "smtp.example.net";
        host.tls = SmartHost::Tls::none;
        host.scope = "SMTP.Send";
        settings_.hosts["*"] = host;
        settings_.name = "me.example";
    }
    Result<std::unique_ptr<mail::RelayLine>> open(const std::string& login = "anna") {
        service_.set_settings(settings_);
        EXPECT_TRUE(service_.resolve(registry_));
        return runtime_.run(service_.open(AccountId{1}, login));
    }
    /// What the smart host was told on the line of that number.
    std::string said(std::size_t line = 0) { return dialer_.pipes.at(line)->to_client; }

    ScriptedDialer dialer_{runtime_.core(0)};
    Lender lender_;
    Settings settings_;
    Service service_{host_};
};

const std::string bearer_host = "220 hi\r\n250-x\r\n250 AUTH PLAIN XOAUTH2 OAUTHBEARER\r\n";
const std::string old_host = "220 hi\r\n250-x\r\n250 AUTH PLAIN XOAUTH2\r\n";

TEST_F(ThroughTheProvider, ATokenAsOauthbearer) {  // RFC 7628
    dialer_.answers = {bearer_host + "235 ok\r\n"};
    ASSERT_TRUE(open());
    EXPECT_EQ(said(), "EHLO me.example\r\nAUTH OAUTHBEARER " +
                          encode_base64("n,a=anna@example.net,\x01host=smtp.example.net\x01port=587\x01"
                                        "auth=Bearer t1\x01\x01") +
                          "\r\n");
    EXPECT_THAT(dialer_.targets, ElementsAre("smtp.example.net:587"));
}

TEST_F(ThroughTheProvider, ATokenAsXoauth2) {
    dialer_.answers = {old_host + "235 ok\r\n"};
    ASSERT_TRUE(open());
    EXPECT_EQ(said(), "EHLO me.example\r\nAUTH XOAUTH2 " +
                          encode_base64("user=anna@example.net\x01"
                                        "auth=Bearer t1\x01\x01") +
                          "\r\n");
}

TEST_F(ThroughTheProvider, ALongTokenTakesTwoSteps) {  // RFC 4954 section 4
    lender_.secret = std::string(600, 'x');
    dialer_.answers = {old_host + "334 \r\n235 ok\r\n"};
    ASSERT_TRUE(open());
    EXPECT_THAT(said(), HasSubstr("AUTH XOAUTH2\r\n" + encode_base64("user=anna")));
}

TEST_F(ThroughTheProvider, AWithdrawnTokenIsReplacedOnce) {
    const std::string refused = bearer_host + "334 eyJzdGF0dXMiOiI0MDEifQ==\r\n535 5.7.3 no\r\n";
    dialer_.answers = {refused, bearer_host + "235 ok\r\n"};
    ASSERT_TRUE(open());
    EXPECT_THAT(said(0), HasSubstr("\r\nAQ==\r\n"));
    EXPECT_THAT(lender_.refusals, ElementsAre("t1"));
    EXPECT_THAT(said(1), HasSubstr("AUTH OAUTHBEARER"));
    dialer_.answers = {refused, refused};
    lender_.number = 1;
    EXPECT_EQ(open().error().code, Errc::authentication_failed);
    EXPECT_TRUE(dialer_.answers.empty());
}

TEST_F(ThroughTheProvider, AConsentThatDoesNotCoverSendingIsRefusedHere) {
    lender_.scopes = "https://outlook.office.com/POP.AccessAsUser.All offline_access";
    EXPECT_EQ(open().error().code, Errc::permission_denied);
    EXPECT_THAT(dialer_.targets, IsEmpty()) << "the provider is not asked";
}

TEST_F(ThroughTheProvider, AConsentThatHasEnded) {
    lender_.failure = Error(Errc::authentication_failed, "invalid_grant");
    EXPECT_EQ(open().error().code, Errc::authentication_failed);
    lender_.failure = Error(Errc::unavailable, "the authorization server is away");
    EXPECT_EQ(open().error().code, Errc::unavailable);
}

TEST_F(ThroughTheProvider, ATokenIsNotGivenToWhoTakesNone) {
    dialer_.answers = {"220 hi\r\n250-x\r\n250 AUTH PLAIN LOGIN\r\n"};
    EXPECT_EQ(open().error().code, Errc::unsupported);
    EXPECT_EQ(said(), "EHLO me.example\r\n");
}

TEST_F(ThroughTheProvider, APasswordUnderTheNameOfItsSource) {
    lender_.kind = gateway::CredentialKind::password;
    lender_.scopes.clear();
    dialer_.answers = {bearer_host + "235 ok\r\n", bearer_host + "235 ok\r\n"};
    ASSERT_TRUE(open("anna"));
    std::string plain(1, '\0');
    plain += "anna@example.net";
    plain += '\0';
    plain += "t1";
    EXPECT_THAT(said(0), HasSubstr("AUTH PLAIN " + encode_base64(plain) + "\r\n"));
    settings_.hosts["*"].local_part_only = true;
    ASSERT_TRUE(open("anna"));
    plain = std::string(1, '\0') + "anna" + '\0' + "t1";
    EXPECT_THAT(said(1), HasSubstr("AUTH PLAIN " + encode_base64(plain) + "\r\n"));
}

TEST_F(ThroughTheProvider, NothingThatCollects) {
    plugin::RegistryTable bare;
    bare.provide<Dialer>(dialer_, "");
    Service alone(host_);
    alone.set_settings(settings_);
    ASSERT_TRUE(alone.resolve(bare));
    EXPECT_EQ(runtime_.run(alone.open(AccountId{1}, "anna")).error().code, Errc::authentication_failed);
}

TEST(Scopes, ByNameOrLastPart) {
    EXPECT_TRUE(has_scope("a https://outlook.office.com/SMTP.Send b", "smtp.send"));
    EXPECT_TRUE(has_scope("https://mail.google.com/", "https://mail.google.com/"));
    EXPECT_TRUE(has_scope("mail-w", "mail-w"));
    EXPECT_FALSE(has_scope("https://outlook.office.com/SMTP.SendAs", "SMTP.Send"));
    EXPECT_FALSE(has_scope("", "SMTP.Send"));
}

}  // namespace
}  // namespace postern::relay
