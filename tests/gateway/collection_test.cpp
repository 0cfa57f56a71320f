// T1 to T3: from the provider into INBOX, once, in order, before QUIT.
#include <gmock/gmock.h>

#include "tests/gateway/support/world.hpp"

namespace postern::gateway {
namespace {

using store::ReceiptState;
using test::FakeProvider;
using test::mail_text;

class Collection : public test::World {
protected:
    void add(unsigned from, unsigned to) {
        for (unsigned i = from; i <= to; ++i) provider_.add(mail_text(i));
    }
};

TEST_F(Collection, EachMessageOnceAndNeverFetchedAgain) {  // A1, A2
    add(1, 3);
    provision();
    EXPECT_EQ(poll().collected, 3U);
    EXPECT_EQ(contents(), (std::vector<std::string>{mail_text(1), mail_text(2), mail_text(3)}));
    provider_.fetched.clear();
    EXPECT_TRUE(poll().unchanged);
    clock_ += 7200;  // a full listing is due
    EXPECT_FALSE(poll().unchanged);
    EXPECT_TRUE(provider_.fetched.empty());
    add(4, 4);
    EXPECT_EQ(poll().collected, 1U);
    EXPECT_EQ(contents().size(), 4U);
    EXPECT_EQ(provider_.most_sessions, 1);
}

TEST_F(Collection, CommittedBeforeQuit) {  // A4
    add(1, 3);
    provision();
    std::size_t visible = 0;
    provider_.on_commit = [&] {
        auto session = must(store_->connect());
        for (const auto& r : must(session->read_receipts(account_, source_, store::any_receipt_state))) {
            if (r.state == ReceiptState::stored) ++visible;
        }
    };
    poll();
    EXPECT_EQ(visible, 3U);
}

TEST_F(Collection, StoreFailureClosesWithoutQuit) {  // A5
    add(1, 2);
    provision();
    hooks_.refuse_content = Error(Errc::temporary, "disk");
    EXPECT_FALSE(poll().end);
    EXPECT_EQ(provider_.commits, 0);
    EXPECT_EQ(provider_.abandons, 1);
    EXPECT_TRUE(contents().empty());
    hooks_.refuse_content.reset();
    EXPECT_EQ(poll(3600).collected, 2U);
}

TEST_F(Collection, OverQuotaIsDeferredAndNotConfirmed) {
    add(1, 1);
    provision();
    hooks_.refuse_content = Error(Errc::over_quota, "full");
    poll();
    EXPECT_EQ(provider_.commits, 0);
    EXPECT_EQ(states()["uid1"], ReceiptState::deferred);
    hooks_.refuse_content.reset();
    poll(60);
    EXPECT_TRUE(contents().empty());
    poll(7200);
    EXPECT_EQ(contents().size(), 1U);
}

TEST_F(Collection, AFullAccountLeavesTheRestAtTheProvider) {
    add(1, 5);
    limited_ = true;
    limit_.most = 3;
    configure("");
    provision();
    poll();
    // What fits is here, what does not is there, and nothing was confirmed away.
    EXPECT_EQ(contents(), (std::vector<std::string>{mail_text(1), mail_text(2), mail_text(3)}));
    EXPECT_EQ(provider_.commits, 0);
    EXPECT_EQ(states()["uid4"], ReceiptState::deferred);
    EXPECT_EQ(states()["uid5"], ReceiptState::deferred);
    poll(7200);
    EXPECT_EQ(contents().size(), 3U);
    // The user makes room for one.
    expunge(mail_text(1));
    poll(7200);
    EXPECT_EQ(contents(), (std::vector<std::string>{mail_text(2), mail_text(3), mail_text(4)}));
    limit_.most = 100;
    poll(7200);
    EXPECT_EQ(contents(), (std::vector<std::string>{mail_text(2), mail_text(3), mail_text(4), mail_text(5)}));
}

TEST_F(Collection, ABrokenLineKeepsWhatWasComplete) {  // A6
    add(1, 5);
    provision();
    provider_.break_at_serial = 3;
    const auto report = poll();
    EXPECT_FALSE(report.end);
    EXPECT_EQ(contents().size(), 2U);
    EXPECT_EQ(provider_.commits, 0);
    provider_.break_at_serial.reset();
    poll();
    EXPECT_EQ(contents().size(), 5U);
}

TEST_F(Collection, APoisonMessageIsDeferredAndTheOthersArrive) {  // A18
    add(1, 4);
    provision();
    provider_.break_at_serial = 2;
    for (int i = 0; i < 3; ++i) poll();
    EXPECT_EQ(contents().size(), 3U);
    EXPECT_EQ(states()["uid2"], ReceiptState::deferred);
    EXPECT_TRUE(poll(60).end);
    provider_.break_at_serial.reset();
    poll(7200);
    EXPECT_EQ(contents().size(), 4U);
}

TEST_F(Collection, ARefusedMessageDoesNotStopTheOthers) {
    add(1, 4);
    provision();
    provider_.refuse_serial = 2;
    EXPECT_TRUE(poll().end);
    EXPECT_EQ(contents().size(), 3U);
    EXPECT_EQ(provider_.commits, 1);
}

TEST_F(Collection, TooLargeIsNotFetched) {
    configure("max_message: 1000");
    provider_.add(mail_text(1, 5000));
    add(2, 2);
    provision();
    poll();
    EXPECT_EQ(contents(), (std::vector<std::string>{mail_text(2)}));
    EXPECT_EQ(states()["uid1"], ReceiptState::deferred);
    EXPECT_EQ(provider_.fetches, 1);
}

TEST_F(Collection, FirstImportNewestFirstAllSeenLaterMailUnseen) {  // A20
    configure("newest_first: 3");
    add(1, 10);
    provision();
    poll();
    std::vector<unsigned> order;
    for (const auto& content : contents()) {
        const auto at = content.find("Subject: m") + 10;
        order.push_back(static_cast<unsigned>(std::stoul(content.substr(at))));
    }
    EXPECT_THAT(order, testing::ElementsAre(8, 9, 10, 1, 2, 3, 4, 5, 6, 7));
    EXPECT_EQ(node_->account->find_mailbox("INBOX")->unseen, 0U);
    add(11, 11);
    poll();
    EXPECT_EQ(node_->account->find_mailbox("INBOX")->unseen, 1U);
}

TEST_F(Collection, MailThatComesDuringTheImportIsUnseen) {
    configure("newest_first: 2, session_size: 700");  // two or three messages a session
    add(1, 12);
    provision();
    bool added = false;
    provider_.on_commit = [&] {
        if (added) return;
        added = true;
        add(13, 13);
    };
    poll();
    EXPECT_EQ(contents().size(), 13U);
    EXPECT_GT(provider_.commits, 2);
    EXPECT_EQ(node_->account->find_mailbox("INBOX")->unseen, 1U);
}

TEST_F(Collection, OwnMailThatComesBackIsSeen) {  // A24
    provision();
    poll();
    mail::Account::CreateOptions options;
    options.special_use = {"\\Sent"};
    must(node_->runtime.run(node_->account->create_mailbox("Gesendet", std::move(options))));
    const std::string sent = "From: a@example.net\r\nMessage-ID: <1@example.net>\r\n\r\nsent\r\n";
    append("Gesendet", sent);
    provider_.add("Received: by list.example.org; Fri, 15 Jan 2027 09:00:00 +0000\r\n" + sent +
                  "-- \r\nlist\r\n");
    provider_.add("From: b@example.org\r\nMessage-ID: <2@example.org>\r\n\r\nnot ours\r\n");
    provider_.add("From: b@example.org\r\n\r\nwithout a name\r\n");
    poll();
    ASSERT_EQ(contents().size(), 3U);
    const auto flags = [this](std::size_t at) {
        return mailbox()->columns().flags[slots().at(at)] & mail::seen;
    };
    EXPECT_NE(flags(0), 0);
    EXPECT_EQ(flags(1), 0);
    EXPECT_EQ(flags(2), 0);
    // What is sent later counts, too.
    append("Gesendet", "From: a@example.net\r\nMessage-ID: <3@example.net>\r\n\r\nsent\r\n");
    provider_.add("From: a@example.net\r\nMessage-ID: <3@example.net>\r\n\r\nsent\r\n");
    poll();
    EXPECT_NE(flags(3), 0);
}

TEST_F(Collection, ArrivalDates) {  // A21
    provider_.add(
        "Received: by x; Mon, 5 Jan 2026 10:00:00 +0200\r\nDate: Thu, 1 Jan 2026 00:00:00 "
        "+0000\r\n\r\n1\r\n");
    provider_.add("Date: Thu, 1 Jan 2026 00:00:00 +0000\r\n\r\n2\r\n");
    provider_.add(
        "Received: by x; Mon, 5 Jan 2099 10:00:00 +0000\r\nDate: Fri, 2 Jan 2099 00:00:00 "
        "+0000\r\n\r\n3\r\n");
    provision();
    poll();
    const auto columns = mailbox()->columns();
    EXPECT_EQ(columns.internal_date[0], 1767600000);
    EXPECT_EQ(columns.zone[0], 120);
    EXPECT_EQ(columns.internal_date[1], 1767225600);
    EXPECT_EQ(columns.internal_date[2], clock_);
}

TEST_F(Collection, EqualMessagesAreTwo) {  // A22
    provider_.add(mail_text(1));
    provider_.add(mail_text(1));
    provision();
    poll();
    EXPECT_EQ(contents().size(), 2U);
}

TEST_F(Collection, PartialListingsStillCollect) {
    add(1, 3);
    provision();
    provider_.incomplete = "fewer messages than STAT says";
    poll();
    EXPECT_EQ(contents().size(), 3U);
    add(4, 4);
    poll();
    EXPECT_EQ(contents().size(), 4U);
}

TEST_F(Collection, AFailedLoginChangesNothing) {  // I13, D3
    add(1, 2);
    provision();
    poll();
    const auto before = states();
    Fault refused(FaultKind::auth_failed, "no");
    provider_.open_fault = refused;
    for (int i = 0; i < 2; ++i) poll(1200);
    EXPECT_EQ(node_->worker->source()->facts.auth, SourceFacts::Auth::doubtful);
    poll(1200);
    EXPECT_EQ(node_->worker->source()->facts.auth, SourceFacts::Auth::refused);
    EXPECT_EQ(states(), before);
}

TEST_F(Collection, AWorkerThatLostItsLeaseCannotWrite) {  // D4
    add(1, 2);
    provision();
    provider_.step = [this, taken = false]() mutable {
        if (taken || provider_.opens == 0) return;
        taken = true;
        auto session = must(store_->connect());
        must(session->acquire_lease(account_, source_, "another node", clock_ + 100'000, clock_ + 200'000));
    };
    EXPECT_FALSE(poll().end);
    EXPECT_TRUE(contents().empty());
    EXPECT_EQ(provider_.commits, 0);
}

}  // namespace
}  // namespace postern::gateway
