// A mailbox forgets messages that are expunged, also while it is open: its memory follows what is in it, not what once was.
#include "kernel/mail/mailbox.hpp"
#include "tests/mail/support/client_model.hpp"
#include "tests/mail/support/fixture.hpp"

namespace postern::mail::test {
namespace {

class CompactionTest : public MailFixture {
protected:
    CompactionTest() : mailbox_(open_mailbox(*account_, "INBOX")) {}

    void expunge_uids(Uid first, Uid last) {
        std::vector<Slot> slots;
        for (Uid uid = first; uid <= last; ++uid) slots.push_back(mailbox_->find(uid));
        expunge(*mailbox_, std::move(slots));
    }
    void hold_and_release() const { const SlotHold hold(mailbox_); }

    std::shared_ptr<Mailbox> mailbox_;
};

TEST_F(CompactionTest, MemoryStaysThoughAViewIsAlwaysOpen) {
    ClientModel client(mailbox_, false);
    for (Uid round = 0; round < 20; ++round) {
        deliver(*account_, "INBOX", 100);
        client.sync(true);
        expunge_uids(round * 100 + 1, round * 100 + 100);
        client.sync(true);
        hold_and_release();
        EXPECT_LE(mailbox_->slot_count(), 100U);
    }
    EXPECT_EQ(client.count(), 0U);
    client.check_complete();
}

TEST_F(CompactionTest, NoSlotMovesWhileOneIsHeld) {
    deliver(*account_, "INBOX", 200);
    ClientModel client(mailbox_, false);
    const Slot last = mailbox_->find(200);
    {
        const SlotHold hold(mailbox_);
        expunge_uids(1, 150);
        client.sync(true);
        hold_and_release();
        const ClientModel another(mailbox_, true);
        EXPECT_EQ(mailbox_->find(200), last);
    }
    EXPECT_EQ(mailbox_->slot_count(), 50U);
    EXPECT_EQ(mailbox_->find(200), 49U);
    client.check_numbers();
}

TEST_F(CompactionTest, AClientThatWasNotToldKeepsItsNumbers) {
    deliver(*account_, "INBOX", 200);
    ClientModel told(mailbox_, false);
    ClientModel untold(mailbox_, true);
    expunge_uids(11, 110);
    told.sync(true);
    // What went before it looked need not be kept for it.
    ClientModel late(mailbox_, true);
    hold_and_release();
    EXPECT_EQ(mailbox_->slot_count(), 200U);
    EXPECT_EQ(untold.count(), 200U);
    untold.check_numbers();
    EXPECT_EQ(mailbox_->columns().uid[untold.view().slot_of_number(50)], 50U);
    EXPECT_TRUE(untold.view().is_expunged(untold.view().slot_of_uid(50)));

    untold.sync(true);
    hold_and_release();
    EXPECT_EQ(mailbox_->slot_count(), 100U);
    for (ClientModel* client : {&told, &untold, &late}) {
        client->sync(true);
        client->check_numbers();
        client->check_complete();
    }
}

TEST_F(CompactionTest, SomeAreForgottenAndSomeAreStillToBeTold) {
    deliver(*account_, "INBOX", 200);
    ClientModel told(mailbox_, false);
    expunge_uids(1, 90);
    told.sync(true);
    ClientModel untold(mailbox_, true);
    expunge_uids(120, 129);
    told.sync(true);
    hold_and_release();
    EXPECT_EQ(mailbox_->slot_count(), 110U);
    untold.check_numbers();
    EXPECT_EQ(untold.view().number_of(untold.view().slot_of_uid(125)), 35U);
    untold.sync(true);
    untold.check_numbers();
    untold.check_complete();
}

TEST_F(CompactionTest, FlagChangesThatWereNotToldAreToldOfTheRightMessages) {
    deliver(*account_, "INBOX", 200);
    ClientModel actor(mailbox_, false);
    ClientModel silent(mailbox_, false);
    ClientModel watcher(mailbox_, true);
    expunge_uids(1, 100);
    for (ClientModel* client : {&actor, &silent, &watcher}) client->sync(true);
    store_flags(*mailbox_, {mailbox_->find(150), mailbox_->find(151)}, StoreFlagsRequest::Mode::add, flagged);
    store_flags(*mailbox_, {mailbox_->find(180)}, StoreFlagsRequest::Mode::add, seen, {}, &silent.view());
    hold_and_release();
    ASSERT_EQ(mailbox_->slot_count(), 100U);
    const ViewChanges changes = watcher.view().sync(true);
    EXPECT_EQ(changes.flags, (std::vector<Slot>{49, 50, 79}));
    EXPECT_EQ(silent.view().sync(true).flags, (std::vector<Slot>{49, 50}));
}

TEST_F(CompactionTest, NewMailAfterwardsIsNew) {
    deliver(*account_, "INBOX", 100);
    ClientModel client(mailbox_, false);
    expunge_uids(1, 99);
    client.sync(true);
    deliver(*account_, "INBOX", 3);
    hold_and_release();
    ASSERT_EQ(mailbox_->slot_count(), 4U);
    EXPECT_EQ(client.view().count(), 1U);
    const ViewChanges changes = client.view().sync(true);
    EXPECT_EQ(changes.exists, 4U);
    EXPECT_EQ(changes.recent, 4U);
    EXPECT_EQ(client.view().slot_of_uid(103), 3U);
}

}  // namespace
}  // namespace postern::mail::test
