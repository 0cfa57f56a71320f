// Servers with ways of their own: windows, hidden mail, immediate deletion, limits of a host.
#include <algorithm>

#include "tests/gateway/support/world.hpp"

namespace postern::gateway {
namespace {

using store::ReceiptState;
using test::mail_text;

Task<void> counted(std::shared_ptr<Worker> worker, std::size_t* finished) {
    co_await worker->poll();
    ++*finished;
}

Task<void> nothing() {
    co_return;
}

class Manners : public test::World {
protected:
    /// Another account at the same provider.
    std::shared_ptr<Worker> another_account(const std::string& login) {
        mail::NewAccount fresh;
        fresh.login = login;
        Source source;
        source.row.account = must(node_->runtime.run(node_->service.create_account(fresh)));
        source.row.id = SourceId{node_->service.new_id()};
        source.row.connector = "fake";
        source.row.epoch = 1;
        source.config.provider = "*";
        source.config.remote_login = login;
        source.config.created_at = source.facts.seen_at = clock_;
        source.set_password("secret", node_->sealer);
        must(node_->runtime.run(node_->service.put_source(source.packed())));
        return std::make_shared<Worker>(node_->engine, Source::of(source.packed(), settings_),
                                        node_->runtime.core(0));
    }
    /// All at the same time.
    void poll_all(const std::vector<std::shared_ptr<Worker>>& workers) {
        std::size_t finished = 0;
        for (const auto& worker : workers)
            node_->runtime.spawn(node_->runtime.core(0), "poll", counted(worker, &finished));
        while (finished < workers.size()) node_->runtime.run(nothing());
    }
    void add(unsigned from, unsigned to) {
        for (unsigned i = from; i <= to; ++i) provider_.add(mail_text(i));
    }
    std::uint32_t unseen() { return node_->account->find_mailbox("INBOX")->unseen; }
};

TEST_F(Manners, AWindowedServerIsDrainedAndNothingLeaves) {  // A17
    configure("absence: 1s");
    provider_.shown = 4;
    provider_.hides_fetched = true;
    add(1, 21);
    provision();
    for (int i = 0; i < 4; ++i) poll();
    EXPECT_EQ(contents().size(), 21U);
    EXPECT_EQ(provider_.fetches, 21) << "each is fetched once";
    EXPECT_EQ(unseen(), 0U) << "what was there before the account is backlog";
    for (int i = 0; i < 40; ++i) poll(7200);
    EXPECT_EQ(contents().size(), 21U) << "hidden is not gone";
    EXPECT_FALSE(node_->worker->source()->facts.keeps_fetched);
    provider_.add("Received: by x; Fri, 15 Jan 2027 09:00:00 +0000\r\nSubject: new\r\n\r\nnew\r\n");
    poll(7200);
    EXPECT_EQ(contents().size(), 22U);
    EXPECT_EQ(unseen(), 1U);
}

TEST_F(Manners, AnEmptyMaildropAfterTheFirstFetchMayBeHidden) {
    configure("absence: 1s");
    provider_.hides_fetched = true;
    add(1, 2);
    provision();
    for (int i = 0; i < 5; ++i) poll(7200);
    EXPECT_EQ(contents().size(), 2U);
    EXPECT_EQ(states()["uid1"], ReceiptState::expired);
}

// What a session fetched whose end the server did not hear of is listed again: that tells nothing.
TEST_F(Manners, WhatIsShownAgainAfterALostSessionDoesNotMeanThatFetchedMailStays) {
    configure("absence: 1s");
    provider_.shown = 2;
    provider_.hides_fetched = true;
    add(1, 9);
    provision();
    poll(60);
    provider_.commit = test::FakeProvider::Commit::lost_and_rolled_back;
    poll(60);
    provider_.commit = test::FakeProvider::Commit::works;
    provider_.shown = 4;
    for (int i = 0; i < 10; ++i) poll(7200);
    EXPECT_FALSE(node_->worker->source()->facts.keeps_fetched);
    EXPECT_EQ(contents().size(), 9U) << "hidden is not gone";
}

TEST_F(Manners, WhatTheFirstSessionFetchedMayBeHiddenThoughNobodyHeardOfItsEnd) {
    configure("absence: 1s");
    provider_.hides_fetched = true;
    add(1, 2);
    provider_.commit = test::FakeProvider::Commit::lost_but_done;
    provision();
    poll(60);
    provider_.commit = test::FakeProvider::Commit::works;
    for (int i = 0; i < 5; ++i) poll(7200);
    EXPECT_EQ(contents().size(), 2U) << "hidden is not gone";
}

TEST_F(Manners, AServerThatKeepsWhatWasFetchedIsMirrored) {
    configure("absence: 1s");
    add(1, 2);
    provision();
    poll();
    poll();  // it is still there: now that is known
    EXPECT_TRUE(node_->worker->source()->facts.keeps_fetched);
    provider_.remove(1);
    for (int i = 0; i < 3; ++i) poll(7200);
    EXPECT_EQ(contents(), std::vector<std::string>{mail_text(2)});
}

TEST_F(Manners, DeletionThatActsAtOnce) {  // B9
    add(1, 5);
    provision();
    poll();
    provider_.deletes_at_once = true;
    expunge(mail_text(2));
    expunge(mail_text(4));
    provider_.cut_after = 4;  // the line breaks after the first of the two
    for (int i = 0; i < 4; ++i) poll(3600);
    std::sort(provider_.deleted.begin(), provider_.deleted.end());
    EXPECT_EQ(provider_.deleted, (std::vector<std::uint64_t>{2, 4}));
    EXPECT_EQ(contents().size(), 3U);
}

TEST_F(Manners, ALostLineThatIsTakenForAGoodEnd) {
    add(1, 5);
    provision();
    poll();
    provider_.drop_commits = true;
    expunge(mail_text(2));
    for (int cut = 1; cut < 12; ++cut) {
        provider_.cut_after = cut;
        poll(3600);
    }
    for (int i = 0; i < 3; ++i) poll(3600);
    EXPECT_EQ(provider_.deleted, std::vector<std::uint64_t>{2});
    EXPECT_EQ(contents().size(), 4U);
}

TEST_F(Manners, AnIdThatWasGoneNamesAnotherMessageOfTheSameSize) {  // C3
    configure("absence: 600s");
    add(1, 5);
    provision();
    poll();
    provider_.remove(5);
    poll(3600);
    ASSERT_EQ(mail_text(12).size(), mail_text(5).size());
    provider_.add(mail_text(12), "uid5");
    for (int i = 0; i < 3; ++i) poll(3600);
    EXPECT_EQ(contents().size(), 5U);
    EXPECT_EQ(contents().back(), mail_text(12));
    EXPECT_TRUE(provider_.deleted.empty());
}

TEST_F(Manners, AServerThatDoesNotDeleteIsProbedNowAndThen) {  // B8
    add(1, 30);
    provision();
    poll();
    provider_.ignores_deletes = true;
    int asked = 0;
    provider_.on_delete = [&asked](const auto&) { ++asked; };
    expunge(mail_text(1));
    for (int i = 0; i < 6; ++i) poll(60);
    EXPECT_EQ(asked, 4);
    EXPECT_TRUE(node_->worker->source()->facts.ignores_delete);
    expunge(mail_text(2));
    expunge(mail_text(3));
    for (int i = 0; i < 10; ++i) poll(3600);
    EXPECT_EQ(asked, 4) << "it does not delete: it is not asked";
    provider_.ignores_deletes = false;
    for (int i = 0; i < 20; ++i) poll(3600);
    EXPECT_FALSE(node_->worker->source()->facts.ignores_delete);
    std::sort(provider_.deleted.begin(), provider_.deleted.end());
    EXPECT_EQ(provider_.deleted, (std::vector<std::uint64_t>{2, 3}));
}

TEST_F(Manners, DeletedThereAsSoonAsItIsHere) {
    configure("remote_delete: on-download");
    add(1, 5);
    provision();
    poll();
    EXPECT_EQ(contents().size(), 5U);
    EXPECT_EQ(provider_.deleted.size(), 5U);
    EXPECT_TRUE(provider_.maildrop.empty());
    for (int i = 0; i < 30; ++i) poll(3600);
    EXPECT_EQ(contents().size(), 5U) << "what we deleted there stays here";
}

TEST_F(Manners, WhatAnotherNodeLearnedIsNotForgotten) {  // D4
    configure("notices: true, max_message: 1000");
    provision();
    auto rows = must(node_->runtime.run(node_->service.list_sources(account_)));
    // The worker of another node, made before anything was known.
    auto other =
        std::make_shared<Worker>(node_->engine, Source::of(rows.at(0), settings_), node_->runtime.core(0));
    add(1, 5);
    provider_.add(mail_text(6, 5000));
    poll();
    EXPECT_EQ(unseen(), 1U) << "the notice";
    add(7, 7);
    clock_ += 60;
    node_->runtime.run(other->poll());
    EXPECT_EQ(contents().size(), 7U);
    EXPECT_EQ(unseen(), 2U) << "new mail is no backlog, and nothing is told twice";
    add(8, 8);
    poll();
    EXPECT_EQ(contents().size(), 8U);
    EXPECT_EQ(unseen(), 3U);
}

TEST_F(Manners, SessionsOfOneHostAreCounted) {  // D5
    provision();
    auto& engine = node_->engine;
    for (int i = 0; i < 20; ++i) EXPECT_TRUE(engine.enter_host("pop.example.net"));
    EXPECT_FALSE(engine.enter_host("pop.example.net"));
    EXPECT_TRUE(engine.enter_host("pop.example.org"));
    engine.leave_host("pop.example.net");
    EXPECT_TRUE(engine.enter_host("pop.example.net"));
}

TEST_F(Manners, TheLineIsKeptOpenWhileOneCommitLasts) {  // A23
    configure("keep_alive: 1ms, newest_first: 0");
    provider_.window = 4;
    add(1, 200);
    provision();
    int commits = 0;
    int kept = 0;
    hooks_.storing = [&] {
        // The store takes as long as it takes the gateway to say so twice, also where answers were on their way.
        const int before = provider_.keep_alives;
        ++commits;
        if (node_->runtime.go_on_until([&] { return provider_.keep_alives >= before + 2; })) ++kept;
    };
    poll();
    EXPECT_EQ(contents().size(), 200U);
    EXPECT_EQ(provider_.fetches, 200) << "what was read ahead is not asked for again";
    EXPECT_GE(commits, 4);
    EXPECT_EQ(kept, commits);
    EXPECT_EQ(provider_.commits, 1);
}

TEST_F(Manners, ALineThatBreaksWhileOneCommitLasts) {  // A23
    configure("keep_alive: 1ms, newest_first: 0");
    provider_.window = 4;
    add(1, 100);
    provider_.break_at_serial = provider_.maildrop[66].serial;
    provision();
    hooks_.storing = [&] {
        const int before = provider_.keep_alive_calls;
        node_->runtime.go_on_until([&] { return provider_.keep_alive_calls > before; });
    };
    EXPECT_FALSE(poll().end);
    provider_.break_at_serial.reset();
    hooks_.storing = nullptr;
    EXPECT_EQ(contents().size(), 66U) << "what had come is kept";
    for (int i = 0; i < 3; ++i) poll();
    EXPECT_EQ(contents().size(), 100U);
}

TEST_F(Manners, AStoreThatIsQuickNeedsNoWord) {
    configure("newest_first: 0");
    add(1, 200);
    provision();
    poll();
    EXPECT_EQ(contents().size(), 200U);
    EXPECT_EQ(provider_.keep_alive_calls, 0);
}

TEST_F(Manners, AHundredAccountsOfOneHost) {  // D5
    // The ledger is of one account.
    audited_ = false;
    provider_.audit_commit = nullptr;
    add(1, 2);
    start();
    std::vector<std::shared_ptr<Worker>> workers;
    for (int i = 0; i < 100; ++i) workers.push_back(another_account("user" + std::to_string(i)));
    auto waiting = workers;
    int rounds = 0;
    for (; !waiting.empty() && rounds < 100; ++rounds) {
        poll_all(waiting);
        clock_ += 1;
        std::erase_if(waiting, [](const auto& worker) { return worker->source()->facts.polled_at != 0; });
    }
    EXPECT_TRUE(waiting.empty());
    EXPECT_EQ(provider_.opens, 100) << "each once: who had to wait has not signed in";
    EXPECT_GT(provider_.most_sessions, 1);
    EXPECT_LE(provider_.most_sessions, 20);

    Fault throttled(FaultKind::rate_limited, "too many connections");
    throttled.whole_host = true;
    provider_.open_fault = throttled;
    clock_ += 3600;
    provider_.opens = 0;
    poll_all(workers);
    EXPECT_LE(provider_.opens, 20) << "those that were on their way";
    const int before = provider_.opens;
    clock_ += 30;
    poll_all(workers);
    EXPECT_EQ(provider_.opens, before) << "it is left alone by all of them";
}

TEST_F(Manners, AThrottledHostIsLeftAloneByAllItsAccounts) {  // D2, D5
    add(1, 1);
    provision();
    Fault throttled(FaultKind::rate_limited, "exceeded the login limit for a 15 minute period");
    throttled.whole_host = true;
    provider_.open_fault = throttled;
    poll();
    EXPECT_EQ(provider_.opens, 1);
    auto& engine = node_->engine;
    EXPECT_FALSE(engine.enter_host("127.0.0.1")) << "another account of this host waits, too";
    EXPECT_TRUE(engine.enter_host("pop.example.org"));
    clock_ += 61;
    poll();
    EXPECT_EQ(provider_.opens, 2);
    clock_ += 61;
    EXPECT_FALSE(engine.enter_host("127.0.0.1")) << "twice as long the second time";
    provider_.open_fault.reset();
    poll(120);
    EXPECT_EQ(contents().size(), 1U);
    EXPECT_TRUE(engine.enter_host("127.0.0.1"));
}

TEST_F(Manners, ADefiniteRefusalEndsOpenSessions) {
    add(1, 1);
    provision();
    poll();
    EXPECT_EQ(node_->account->find_attribute(MailboxId{}, ".sign-out"), nullptr);
    provider_.password = "changed";
    poll(3600);
    EXPECT_EQ(node_->worker->source()->facts.auth, SourceFacts::Auth::refused);
    const std::string* told = node_->account->find_attribute(MailboxId{}, ".sign-out");
    ASSERT_NE(told, nullptr);
    EXPECT_NE(told->find("refuses the password"), std::string::npos);
    EXPECT_EQ(told->find("secret"), std::string::npos);
}

}  // namespace
}  // namespace postern::gateway
