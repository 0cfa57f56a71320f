// Sources of accounts that have a password of their own (gateway.md 3, model C).
#include "gateway/arrivals.hpp"
#include "tests/gateway/support/world.hpp"

namespace postern::gateway {
namespace {

using store::ReceiptState;
using test::mail_text;

class LinkedSource : public test::World {
protected:
    void begin(const std::string& settings, const std::string& mailbox) {
        configure(settings);
        provision();
        edit([&mailbox](Source& source) {
            source.config.linked = true;
            source.config.mailbox = mailbox;
        });
    }
    void edit(const std::function<void(Source&)>& change) {
        auto rows = must(node_->runtime.run(node_->service.list_sources(account_)));
        auto source = Source::of(rows.at(0), settings_);
        change(*source);
        must(node_->runtime.run(node_->service.put_source(source->packed())));
        start();
    }
    store::SourceRow row() { return must(node_->runtime.run(node_->service.list_sources(account_))).at(0); }
};

TEST_F(LinkedSource, ItsMailGoesIntoAMailboxOfItsOwn) {
    begin("absence: 10s", "Work/Elsewhere");
    const auto first = provider_.add(mail_text(1));
    provider_.add(mail_text(2));
    poll();
    EXPECT_EQ(contents("Work/Elsewhere"), (std::vector<std::string>{mail_text(1), mail_text(2)}));
    EXPECT_TRUE(contents("INBOX").empty());
    const auto subscribed = node_->account->subscriptions();
    EXPECT_NE(std::find(subscribed.begin(), subscribed.end(), "Work/Elsewhere"), subscribed.end());
    // Removed there: it leaves; removed here: it is deleted there.
    provider_.add(mail_text(3));
    poll();
    provider_.remove(first);
    for (int i = 0; i < 3; ++i) poll(600);
    EXPECT_EQ(contents("Work/Elsewhere"), (std::vector<std::string>{mail_text(2), mail_text(3)}));
    expunge(mail_text(2), "Work/Elsewhere");
    poll();
    poll();
    EXPECT_EQ(provider_.maildrop.size(), 1U);
}

TEST_F(LinkedSource, AMailboxThatTheUserRemovedIsMadeAgain) {
    begin("", "Work");
    provider_.add(mail_text(1));
    poll();
    must(node_->runtime.run(node_->account->delete_mailbox("Work", {})));
    provider_.add(mail_text(2));
    poll();
    poll();
    EXPECT_EQ(contents("Work"), (std::vector<std::string>{mail_text(2)}));
}

TEST_F(LinkedSource, ARefusedPasswordSignsNobodyOut) {
    begin("notices: true", "");
    poll();
    provider_.password = "changed";
    poll();
    EXPECT_EQ(node_->worker->source()->facts.auth, SourceFacts::Auth::refused);
    auto written = must(node_->runtime.run(node_->account->read_attributes(MailboxId{}, ".sign-out")));
    EXPECT_TRUE(written.empty());
    ASSERT_EQ(contents().size(), 1U);
    EXPECT_NE(contents()[0].find("posternctl source password"), std::string::npos);
}

TEST_F(LinkedSource, ItsUserArrives) {
    begin("", "");
    poll();
    provider_.add(mail_text(1));
    edit([this](Source& source) { source.row.next_poll_at = clock_ + 100'000; });
    clock_ += 1000;
    Arrivals arrivals;
    arrivals.signed_in({account_, "user@example.net"});  // before there is an engine
    arrivals.open(node_->engine);
    node_->runtime.run(arrivals.wake_sources(account_));
    ASSERT_NE(node_->engine.find_worker(account_, source_), nullptr);
    while (contents().empty()) node_->runtime.settle();
}

TEST_F(LinkedSource, WhatIsRefusedWaitsForSomebody) {
    begin("", "");
    edit([](Source& source) { source.facts.auth = SourceFacts::Auth::refused; });
    Arrivals arrivals;
    arrivals.open(node_->engine);
    node_->runtime.run(arrivals.wake_sources(account_));
    EXPECT_EQ(node_->engine.find_worker(account_, source_), nullptr);
}

TEST_F(LinkedSource, ARemovedSourceIsPolledNoMore) {
    begin("poll: 1s", "");
    Arrivals arrivals;
    arrivals.open(node_->engine);
    provider_.add(mail_text(1));
    node_->runtime.run(arrivals.wake_sources(account_));
    while (contents().empty()) node_->runtime.settle();
    must(node_->runtime.run(node_->service.delete_source(account_, source_)));
    clock_ += 10;
    while (node_->engine.find_worker(account_, source_) != nullptr) node_->runtime.settle();
    EXPECT_EQ(contents().size(), 1U) << "what was collected stays";
    account_ = AccountId{};  // without receipts there is nothing to be audited
    node_->account.reset();
}

}  // namespace
}  // namespace postern::gateway
