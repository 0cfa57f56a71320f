// Pass-through sign-in (gateway.md 3, model B).
#include <boost/asio/co_spawn.hpp>

#include "tests/gateway/support/world.hpp"

namespace postern::gateway {
namespace {

using test::mail_text;

class Entrance : public test::World {
protected:
    void SetUp() override { start(); }
    Result<postern::Identity> sign_in(const std::string& password,
                                      const std::string& login = "user@example.net") {
        Credentials credentials;
        credentials.login = login;
        credentials.password = password;
        return node_->runtime.run(node_->sign_in.verify(credentials));
    }
    std::shared_ptr<Source> source_of(AccountId account) {
        auto rows = must(node_->runtime.run(node_->service.list_sources(account)));
        return Source::of(rows.at(0), settings_);
    }
};

TEST_F(Entrance, TheFirstSignInMakesAccountAndSource) {
    provider_.add(mail_text(1));
    auto identity = sign_in("secret");
    ASSERT_TRUE(identity) << identity.error().to_string();
    EXPECT_EQ(identity->login, "user@example.net");
    EXPECT_EQ(provider_.opens, 1);
    auto account = must(node_->runtime.run(node_->service.open(identity->account)));
    for (const auto* name : {"INBOX", "Drafts", "Sent", "Trash", "Junk", "Archive"}) {
        EXPECT_NE(account->find_mailbox(name), nullptr) << name;
    }
    EXPECT_EQ(account->find_mailbox("INBOX")->total, 0U);  // sign-in does not wait for mail
    // The session that proved the password collects.
    while (account->find_mailbox("INBOX")->total == 0) node_->runtime.settle();
    EXPECT_EQ(provider_.opens, 1);
}

TEST_F(Entrance, AWrongPasswordMakesNothing) {
    auto identity = sign_in("wrong");
    ASSERT_FALSE(identity);
    EXPECT_EQ(identity.error().code, Errc::authentication_failed);
    EXPECT_FALSE(node_->runtime.run(node_->service.find_account("user@example.net")));
}

TEST_F(Entrance, TheSameWrongPasswordIsNotSentTwice) {  // E7
    EXPECT_FALSE(sign_in("wrong"));
    EXPECT_EQ(sign_in("wrong").error().code, Errc::authentication_failed);
    EXPECT_EQ(provider_.opens, 1);
    for (int i = 0; i < 10; ++i) EXPECT_FALSE(sign_in("wrong" + std::to_string(i)));
    EXPECT_EQ(provider_.opens, 5);
    EXPECT_EQ(sign_in("secret").error().code, Errc::unavailable);
    clock_ += 3700;
    EXPECT_TRUE(sign_in("secret"));
}

TEST_F(Entrance, LaterSignInsAskNobody) {
    EXPECT_TRUE(sign_in("secret"));
    node_->runtime.settle();
    const int opens = provider_.opens;
    for (int i = 0; i < 5; ++i) EXPECT_TRUE(sign_in("secret"));
    EXPECT_EQ(provider_.opens, opens);
    EXPECT_EQ(node_->hasher.checks, 1);
    EXPECT_TRUE(sign_in("secret", "USER@Example.NET"));  // the same mailbox
}

TEST_F(Entrance, ParallelSignInsShareOneQuestion) {  // E3
    int good = 0;
    for (int i = 0; i < 6; ++i) {
        Credentials credentials;
        credentials.login = "user@example.net";
        credentials.password = "secret";
        boost::asio::co_spawn(
            node_->runtime.core(0), node_->sign_in.verify(credentials),
            [&good](std::exception_ptr, Result<postern::Identity> result) { good += result ? 1 : 0; });
    }
    while (good < 6) node_->runtime.settle();
    EXPECT_EQ(provider_.opens, 1);
}

TEST_F(Entrance, ProviderDown) {  // E4, E6
    auto identity = sign_in("secret");
    node_->runtime.settle();
    provider_.open_fault = Fault(FaultKind::offline, "down");
    EXPECT_TRUE(sign_in("secret"));
    EXPECT_EQ(sign_in("other").error().code, Errc::unavailable);
    for (int i = 0; i < 10; ++i) {
        EXPECT_EQ(sign_in("secret", "new@example.net").error().code, Errc::unavailable);
    }
    clock_ += 15 * 86400;
    EXPECT_EQ(sign_in("secret").error().code, Errc::unavailable);
    // Nobody is kept waiting for tries that the provider never saw.
    provider_.open_fault.reset();
    EXPECT_TRUE(sign_in("secret"));
    EXPECT_TRUE(sign_in("secret", "new@example.net"));
}

TEST_F(Entrance, PasswordChangedThere) {  // E5
    auto identity = sign_in("secret");
    ASSERT_TRUE(identity);
    node_->runtime.settle();
    provider_.password = "changed";
    EXPECT_TRUE(sign_in("changed"));
    const auto source = source_of(identity->account);
    EXPECT_EQ(must(source->credential(node_->sealer)).secret, "changed");
    clock_ += 700;
    EXPECT_EQ(sign_in("secret").error().code, Errc::authentication_failed);
}

TEST_F(Entrance, ARestartKnowsThePassword) {
    auto identity = sign_in("secret");
    start();
    const int opens = provider_.opens;
    EXPECT_TRUE(sign_in("secret"));
    EXPECT_EQ(provider_.opens, opens);
}

// The rotation looks at every row, and then this one is written, with what was sealed before.
TEST_F(Entrance, AMasterKeyThatRetiresDuringASignIn) {
    int writes = 0;
    hooks_.writing_source = [&] {
        if (++writes == 1) ++node_->sealer.key;
    };
    const auto identity = sign_in("secret");
    ASSERT_TRUE(identity);
    EXPECT_EQ(writes, 2);
    EXPECT_TRUE(node_->sealer.is_current(source_of(identity->account)->row.sealed_credential));
    EXPECT_EQ(must(source_of(identity->account)->credential(node_->sealer)).secret, "secret");
    node_->runtime.settle();
    // The same with a new password; and what its session writes is not what was sealed at first.
    provider_.password = "changed";
    provider_.add(mail_text(1));
    writes = 0;
    ASSERT_TRUE(sign_in("changed"));
    auto account = must(node_->runtime.run(node_->service.open(identity->account)));
    while (account->find_mailbox("INBOX")->total == 0) node_->runtime.settle();
    node_->runtime.settle();
    EXPECT_TRUE(node_->sealer.is_current(source_of(identity->account)->row.sealed_credential));
    EXPECT_EQ(must(source_of(identity->account)->credential(node_->sealer)).secret, "changed");
}

TEST_F(Entrance, NoPasswordInTheStoreOrTheErrors) {  // E9, with a real sealer the sealed text is opaque
    ASSERT_TRUE(sign_in("secret"));
    EXPECT_EQ(sign_in("hush").error().to_string().find("hush"), std::string::npos);
}

class NothingKept : public Entrance {
protected:
    void SetUp() override {
        configure("keep_password: false, poll: 1s");
        start();
    }
    store::SourceRow row_of(AccountId account) {
        return must(node_->runtime.run(node_->service.list_sources(account))).at(0);
    }
    bool working(AccountId account) {
        return node_->engine.find_worker(account, row_of(account).id) != nullptr;
    }
    void expect_nothing_at_rest(AccountId account) {
        const auto row = row_of(account);
        EXPECT_EQ(row.sealed_credential, "");
        EXPECT_EQ(SourceConfig::parse(row.config).verifier, "");
        EXPECT_EQ(row.next_poll_at, not_by_itself);
    }
};

TEST_F(NothingKept, ThePasswordIsInMemoryWhileItsUserIsHere) {
    provider_.add(mail_text(1));
    auto identity = sign_in("secret");
    ASSERT_TRUE(identity) << identity.error().to_string();
    expect_nothing_at_rest(identity->account);
    EXPECT_EQ(node_->hasher.checks, 0);
    auto account = must(node_->runtime.run(node_->service.open(identity->account)));
    while (account->find_mailbox("INBOX")->total == 0) node_->runtime.settle();
    // A phone's other lines ask nobody; another password asks the provider.
    const int opens = provider_.opens;
    EXPECT_TRUE(sign_in("secret"));
    EXPECT_TRUE(sign_in("secret"));
    EXPECT_EQ(provider_.opens, opens);
    EXPECT_EQ(sign_in("wrong").error().code, Errc::authentication_failed);
    expect_nothing_at_rest(identity->account);
}

TEST_F(NothingKept, PollingEndsWithTheLastSession) {
    auto identity = sign_in("secret");
    ASSERT_TRUE(identity);
    clock_ += 300;
    while (working(identity->account)) node_->runtime.settle();
    const int opens = provider_.opens;
    EXPECT_TRUE(must(node_->runtime.run(node_->service.due_sources(clock_ + 365LL * 86400, 10))).empty());
    provider_.password = "changed";
    EXPECT_EQ(sign_in("secret").error().code, Errc::authentication_failed)
        << "nothing here knows it any more";
    EXPECT_TRUE(sign_in("changed"));
    EXPECT_EQ(provider_.opens, opens + 2);
}

TEST_F(NothingKept, ARestartKnowsNothing) {
    auto identity = sign_in("secret");
    ASSERT_TRUE(identity);
    start();
    expect_nothing_at_rest(identity->account);
    const int opens = provider_.opens;
    EXPECT_TRUE(sign_in("secret"));
    EXPECT_EQ(provider_.opens, opens + 1);
}

TEST_F(NothingKept, ThePasswordChangesThere) {
    auto identity = sign_in("secret");
    ASSERT_TRUE(identity);
    node_->runtime.settle();
    provider_.password = "changed";
    EXPECT_TRUE(sign_in("changed"));
    const auto worker = node_->engine.find_worker(identity->account, row_of(identity->account).id);
    ASSERT_NE(worker, nullptr);
    EXPECT_EQ(worker->source()->held->secret, "changed");
    expect_nothing_at_rest(identity->account);
}

TEST_F(NothingKept, WhatWasKeptBeforeIsForgotten) {
    configure("");
    auto identity = sign_in("secret");
    ASSERT_TRUE(identity);
    EXPECT_NE(row_of(identity->account).sealed_credential, "");
    configure("keep_password: false");
    clock_ += 3600;
    node_->engine.start();
    while (!row_of(identity->account).sealed_credential.empty()) node_->runtime.settle();
    expect_nothing_at_rest(identity->account);
    EXPECT_FALSE(working(identity->account));
}

TEST_F(Entrance, LocalAccountsAreNotOurs) {
    mail::NewAccount local;
    local.login = "local@example.net";
    local.secret = "$argon2id$x";
    must(node_->runtime.run(node_->service.create_account(local)));
    EXPECT_EQ(sign_in("secret", "local@example.net").error().code, Errc::not_found);
    EXPECT_EQ(provider_.opens, 0);
}

}  // namespace
}  // namespace postern::gateway
