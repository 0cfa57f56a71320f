// OAuth sources (gateway.md 3, model D): when tokens are asked for, what is on disk when, and what ends a source's polling.
#include <boost/asio/co_spawn.hpp>

#include "gateway/lent_credentials.hpp"
#include "kernel/net/dialer.hpp"
#include "tests/gateway/support/world.hpp"
#include "tests/support/http_peer.hpp"

namespace postern::gateway {
namespace {

using postern::test::HttpPeer;
using postern::test::HttpQuestion;
using postern::test::json_answer;
using test::mail_text;

Task<Result<void>> forgotten(LentCredentials* lent, AccountId account, ProviderCredential credential) {
    co_await lent->refused(account, std::move(credential));
    co_return Result<void>{};
}

/// An authorization server that hands out a new refresh token each time and takes only the last one.
class TokenSource : public test::World {
protected:
    void SetUp() override { begin(""); }
    void TearDown() override {
        peer_.reset();
        World::TearDown();
    }

    void begin(const std::string& more) {
        peer_.reset();
        reset();
        provider_.tokens = {"none"};
        configure("oauth: fake" + more,
                  "oauth: { fake: { token: \"http://127.0.0.1:1/\", device: \"http://127.0.0.1:1/\", "
                  "client_id: postern } }");
        provision();
        auto rows = must(node_->runtime.run(node_->service.list_sources(account_)));
        auto source = Source::of(rows.at(0), settings_);
        source->config.linked = true;
        source->config.credential = CredentialKind::oauth_token;
        source->row.sealed_credential = source->seal_secret("r0", node_->sealer);
        must(node_->runtime.run(node_->service.put_source(source->packed())));
        restart();
    }

    /// A new process; the authorization server goes on in its loop, with what it knows.
    void restart() {
        peer_.reset();
        start();
        node_->engine.use(dialer_);
        peer_ = std::make_unique<HttpPeer>(node_->runtime.core(0),
                                           [this](const HttpQuestion& q) { return answer(q); });
        auto oauth = std::make_shared<OAuthProvider>();
        oauth->token_endpoint = peer_->url("/token");
        oauth->client_id = "postern";
        oauth->scopes = "POP.AccessAsUser.All";
        authorization_ = *settings_.find_domain("*");
        authorization_.oauth = std::move(oauth);
        node_->worker->source()->provider = &authorization_;
    }

    std::string answer(const HttpQuestion& question) {
        ++questions_;
        if (!trouble_.empty()) return trouble_;
        if (http::field_of(question.form, "refresh_token") != "r" + std::to_string(grant_)) {
            return json_answer(R"({"error":"invalid_grant"})", "400 Bad Request");
        }
        const std::string access = "a" + std::to_string(questions_);
        provider_.tokens = {access};
        std::string body = "{\"access_token\":\"" + access + "\",\"expires_in\":3600";
        if (rotates_) body += ",\"refresh_token\":\"r" + std::to_string(++grant_) + '"';
        if (crash_after_answer_) hooks_.step = [] { throw test::Crash(); };
        return json_answer(body + '}');
    }

    std::string stored_grant() {
        auto rows = must(node_->runtime.run(node_->service.list_sources(account_)));
        return must(Source::of(rows.at(0), settings_)->open_secret(node_->sealer));
    }

    net::DialerImpl dialer_;
    std::unique_ptr<HttpPeer> peer_;
    Provider authorization_;
    int questions_ = 0;
    int grant_ = 0;
    bool rotates_ = true;
    bool crash_after_answer_ = false;
    std::string trouble_;
};

TEST_F(TokenSource, CollectsWithATokenAndKeepsItForFourFifthsOfItsLife) {
    provider_.add(mail_text(1));
    EXPECT_TRUE(poll().end);
    EXPECT_EQ(contents().size(), 1U);
    EXPECT_EQ(questions_, 1);
    EXPECT_TRUE(poll(2700).end);
    EXPECT_EQ(questions_, 1);
    EXPECT_TRUE(poll(200).end);  // 2880 seconds are 80 %
    EXPECT_EQ(questions_, 2);
    EXPECT_EQ(stored_grant(), "r2");
}

TEST_F(TokenSource, ANewRefreshTokenIsOnDiskBeforeTheSessionBegins) {
    std::string at_login;
    provider_.on_login = [this, &at_login] {
        auto rows = folder_->store().connect();
        auto listed = (*rows)->list_sources(account_);
        at_login = must(Source::of(listed->at(0), settings_)->open_secret(node_->sealer));
    };
    EXPECT_TRUE(poll().end);
    EXPECT_EQ(at_login, "r1");
}

TEST_F(TokenSource, TwentyWaitersOneQuestion) {  // D10
    int good = 0;
    const auto source = node_->worker->source();
    for (int i = 0; i < 20; ++i) {
        boost::asio::co_spawn(
            node_->runtime.core(0), node_->engine.tokens().get(source),
            [&good](std::exception_ptr, Outcome<AccessToken> token) { good += token ? 1 : 0; });
    }
    auto last = node_->runtime.run(node_->engine.tokens().get(source));
    EXPECT_TRUE(last);
    while (good < 20) node_->runtime.settle();
    EXPECT_EQ(questions_, 1);
}

// For sending through the provider: the same token, by the same one request.
TEST_F(TokenSource, ATokenIsLentToWhoSends) {  // A24
    LentCredentials lent;
    lent.open(node_->engine);
    auto rows = must(node_->runtime.run(node_->service.list_sources(account_)));
    const auto worker = node_->engine.worker_of(rows.at(0));
    worker->source()->provider = &authorization_;
    int good = 0;
    for (int i = 0; i < 20; ++i) {
        boost::asio::co_spawn(node_->runtime.core(0), lent.credential_of(account_, "USER@example.net"),
                              [&good](std::exception_ptr, Result<ProviderCredential> found) {
                                  good += found && found->credential.secret == "a1" ? 1 : 0;
                              });
    }
    auto found = node_->runtime.run(lent.credential_of(account_, "user@example.net"));
    ASSERT_TRUE(found);
    EXPECT_EQ(found->credential.login, "user@example.net");
    EXPECT_EQ(found->credential.kind, CredentialKind::oauth_token);
    EXPECT_EQ(found->scopes, "POP.AccessAsUser.All") << "those asked for, where the server names none";
    while (good < 20) node_->runtime.settle();
    EXPECT_EQ(questions_, 1);
    // Refused: another one.
    clock_ += 1;
    must(node_->runtime.run(forgotten(&lent, account_, *found)));
    found = node_->runtime.run(lent.credential_of(account_, "anna"));
    ASSERT_TRUE(found);
    EXPECT_EQ(found->credential.secret, "a2");
    EXPECT_TRUE(found->fresh);
    grant_ = 7;
    must(node_->runtime.run(forgotten(&lent, account_, *found)));
    EXPECT_EQ(node_->runtime.run(lent.credential_of(account_, "anna")).error().code,
              Errc::authentication_failed);
    EXPECT_EQ(node_->runtime.run(lent.credential_of(AccountId{99}, "anna")).error().code, Errc::not_found);
}

TEST_F(TokenSource, ARefreshTokenThatIsNotOnDiskIsNotUsed) {
    hooks_.refuse_sources = Error(Errc::temporary, "the database went away");
    EXPECT_FALSE(poll().end);
    EXPECT_EQ(provider_.opens, 0) << "nothing is used that came with it";
    hooks_.refuse_sources.reset();
    EXPECT_TRUE(poll().end);
    EXPECT_EQ(questions_, 1) << "the token itself was not lost";
    EXPECT_EQ(stored_grant(), "r1");
}

TEST_F(TokenSource, AMasterKeyThatRetiresWhileATokenIsWritten) {
    int writes = 0;
    hooks_.writing_source = [&] {
        if (++writes == 1) ++node_->sealer.key;
    };
    EXPECT_TRUE(poll().end);
    auto rows = must(node_->runtime.run(node_->service.list_sources(account_)));
    EXPECT_TRUE(node_->sealer.is_current(rows.at(0).sealed_credential));
    EXPECT_EQ(stored_grant(), "r1");
}

TEST_F(TokenSource, CrashBetweenAnswerAndCommit) {
    crash_after_answer_ = true;
    bool crashed = false;
    try {
        poll();
    } catch (const test::Crash&) {
        crashed = true;
    }
    ASSERT_TRUE(crashed);
    hooks_.step = nullptr;
    crash_after_answer_ = false;
    restart();
    EXPECT_EQ(stored_grant(), "r0");
    // A server that takes the old one again until the new one was used:
    grant_ = 0;
    EXPECT_TRUE(poll().end);
    EXPECT_EQ(stored_grant(), "r1");
}

TEST_F(TokenSource, InvalidGrantNeedsConsentAndIsNotRetried) {  // E8
    begin(", notices: true");
    EXPECT_TRUE(poll().end);
    provider_.tokens = {"none"};
    grant_ = 99;
    const int before = questions_;
    const auto report = poll();
    ASSERT_FALSE(report.end);
    EXPECT_EQ(report.end.error().kind, FaultKind::auth_failed);
    EXPECT_EQ(questions_, before + 1);
    const auto source = node_->worker->source();
    EXPECT_EQ(source->facts.auth, SourceFacts::Auth::refused);
    EXPECT_GT(source->row.next_poll_at, clock_ + 300LL * seconds_per_day);
    EXPECT_TRUE(credential_is_refused(source->packed().facts));
    ASSERT_EQ(contents().size(), 1U);
    EXPECT_NE(contents()[0].find("Subject: Your mail provider asks for your consent again"),
              std::string::npos);
    // posternctl source authorize
    store::SourceRow row = source->packed();
    grant_ = 7;
    row.sealed_credential = source->seal_secret("r7", node_->sealer);
    row.facts = facts_after_new_credential(row.facts);
    row.next_poll_at = 0;
    must(node_->runtime.run(node_->service.put_source(row)));
    node_->worker->note_row(row);
    EXPECT_TRUE(poll().end);
    EXPECT_EQ(stored_grant(), "r8");
    EXPECT_TRUE(contents().empty()) << "the notice went away";
}

TEST_F(TokenSource, OtherTroubleIsTriedAgain) {
    for (const auto& trouble :
         {json_answer("{}", "503 Unavailable"), json_answer(R"({"error":"server_error"})", "400 Bad Request"),
          std::string("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\ncut"),
          std::string("no HTTP at all\r\n\r\n")}) {
        trouble_ = trouble;
        const auto report = poll();
        ASSERT_FALSE(report.end) << trouble;
        EXPECT_EQ(node_->worker->source()->facts.auth, SourceFacts::Auth::ok) << trouble;
        EXPECT_LT(node_->worker->source()->row.next_poll_at, clock_ + 3600) << trouble;
        EXPECT_EQ(stored_grant(), "r0") << trouble;
    }
    trouble_.clear();
    EXPECT_TRUE(poll().end);
}

TEST_F(TokenSource, ATokenThatStillLivesIsUsedWhileTheServerIsInTrouble) {
    EXPECT_TRUE(poll().end);
    trouble_ = json_answer("{}", "503 Unavailable");
    EXPECT_TRUE(poll(3000).end);
    EXPECT_FALSE(poll(3000).end);
}

TEST_F(TokenSource, AWithdrawnTokenIsReplacedAtOnce) {
    EXPECT_TRUE(poll().end);
    provider_.tokens = {"none"};
    EXPECT_TRUE(poll().end);
    EXPECT_EQ(questions_, 2);
}

TEST_F(TokenSource, AProviderThatRefusesNewTokensIsAskedThreeTimesOverHalfAnHour) {
    EXPECT_TRUE(poll().end);
    provider_.refuses_tokens = true;
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(node_->worker->source()->facts.auth == SourceFacts::Auth::refused, false) << i;
        EXPECT_FALSE(poll(1000).end);
    }
    EXPECT_EQ(node_->worker->source()->facts.auth, SourceFacts::Auth::refused);
}

TEST_F(TokenSource, NobodySignsInWithAPasswordOfTheProvider) {
    Credentials credentials;
    credentials.login = "user@example.net";
    credentials.password = "secret";
    auto identity = node_->runtime.run(node_->sign_in.verify(credentials));
    ASSERT_FALSE(identity);
    EXPECT_EQ(identity.error().code, Errc::not_found);
    EXPECT_EQ(provider_.opens, 0);
}

TEST_F(TokenSource, NothingButSealedTokensInTheStore) {  // E9
    EXPECT_TRUE(poll().end);
    auto rows = must(node_->runtime.run(node_->service.list_sources(account_)));
    for (const auto& text : {rows[0].config, rows[0].facts}) {
        EXPECT_EQ(text.find("r1"), std::string::npos);
        EXPECT_EQ(text.find("a1"), std::string::npos);
    }
}

}  // namespace
}  // namespace postern::gateway
