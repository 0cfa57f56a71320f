// T10 to T15, T17: what is gone at the provider goes here, on evidence.
#include "tests/gateway/support/world.hpp"

namespace postern::gateway {
namespace {

using store::ReceiptState;
using test::mail_text;

class Mirroring : public test::World {
protected:
    void SetUp() override {
        configure("absence: 600s");
        for (unsigned i = 1; i <= 6; ++i) provider_.add(mail_text(i));
        provision();
        poll();
        poll();  // what was fetched is still listed
    }
};

TEST_F(Mirroring, GoneInTwoListingsTenMinutesApart) {  // B10
    provider_.remove(3);
    poll();
    EXPECT_EQ(states()["uid3"], ReceiptState::suspect);
    poll(300);
    EXPECT_EQ(contents().size(), 6U);
    EXPECT_EQ(poll(301).vanished, 1U);
    EXPECT_EQ(states()["uid3"], ReceiptState::vanished);
    EXPECT_EQ(contents().size(), 5U);
    poll();
    EXPECT_EQ(contents().size(), 5U);
    EXPECT_TRUE(provider_.deleted.empty());
}

TEST_F(Mirroring, ListedAgainInTime) {  // T11
    const auto message = *provider_.find(3);
    provider_.remove(3);
    poll();
    provider_.maildrop.push_back(message);
    poll(700);
    EXPECT_EQ(states()["uid3"], ReceiptState::stored);
    provider_.remove(3);
    poll(700);
    EXPECT_EQ(contents().size(), 6U);
}

TEST_F(Mirroring, FiledFlaggedAndTaggedCopiesStay) {  // B11
    copy(mail_text(1), "Archive");
    set_flags(mail_text(2), mail::flagged);
    set_flags(mail_text(3), 0, {"$label1"});
    set_flags(mail_text(4), 0, {"$Forwarded"});
    for (const std::uint64_t serial : {1, 2, 3, 4}) provider_.remove(serial);
    poll();
    poll(700);
    EXPECT_EQ(contents(), (std::vector<std::string>{mail_text(2), mail_text(3), mail_text(5), mail_text(6)}));
    EXPECT_EQ(contents("Archive").size(), 1U);
    // They are local mail now: expunging them tells the provider nothing.
    expunge(mail_text(2));
    poll();
    EXPECT_EQ(states()["uid2"], ReceiptState::vanished);
}

TEST_F(Mirroring, KeepIsAPolicy) {
    configure("vanish: keep, absence: 1s");
    provider_.remove(3);
    for (int i = 0; i < 4; ++i) poll();
    EXPECT_EQ(contents().size(), 6U);
}

TEST_F(Mirroring, EmptyMaildropIsHeldForADay) {  // B12
    const auto all = provider_.maildrop;
    provider_.maildrop.clear();
    for (int i = 0; i < 10; ++i) poll(3600);
    EXPECT_EQ(contents().size(), 6U);
    EXPECT_NE(node_->worker->source()->facts.vanish_held_since, 0);
    provider_.maildrop = all;  // B15
    poll(700);
    EXPECT_EQ(node_->worker->source()->facts.vanish_held_since, 0);
    EXPECT_EQ(contents().size(), 6U);
    provider_.maildrop.clear();
    for (int i = 0; i < 30; ++i) poll(3600);
    EXPECT_TRUE(contents().empty());
}

TEST_F(Mirroring, AnOperatorReleasesTheBrake) {  // B12
    provider_.maildrop.clear();
    poll();
    poll(700);
    EXPECT_EQ(contents().size(), 6U);
    release_brakes();
    EXPECT_TRUE(release_is_pending());
    poll();
    EXPECT_TRUE(contents().empty());
    // It is used up: the next time holds again.
    poll();
    EXPECT_FALSE(release_is_pending());
    EXPECT_EQ(node_->worker->source()->facts.vanish_held_since, 0);
    for (unsigned i = 11; i <= 16; ++i) provider_.add(mail_text(i));
    poll();
    provider_.maildrop.clear();
    poll();
    poll(700);
    EXPECT_EQ(contents().size(), 6U);
}

TEST_F(Mirroring, PartialListingsRemoveNothing) {  // B13
    provider_.remove(3);
    provider_.incomplete = "fewer messages than STAT says";
    for (int i = 0; i < 5; ++i) poll(3600);
    EXPECT_EQ(contents().size(), 6U);
    EXPECT_EQ(states()["uid3"], ReceiptState::stored);
}

TEST_F(Mirroring, ExpiryIsNotTheUsersWill) {  // B14
    provider_.expire_days = 7;
    provider_.remove(2);
    poll(2 * 86400);
    poll(700);
    EXPECT_EQ(contents().size(), 5U);
    provider_.remove(3);
    poll(6 * 86400);
    poll(700);
    EXPECT_EQ(states()["uid3"], ReceiptState::expired);
    EXPECT_EQ(contents().size(), 5U);
}

TEST_F(Mirroring, ARestoredQueueBringsBackWhatVanished) {  // T15, B15
    const auto message = *provider_.find(3);
    provider_.remove(3);
    poll();
    poll(700);
    EXPECT_EQ(contents().size(), 5U);
    provider_.maildrop.push_back(message);
    provider_.fetched.clear();
    poll(700);
    EXPECT_EQ(contents().size(), 6U);
    EXPECT_EQ(states()["uid3"], ReceiptState::stored);
    EXPECT_TRUE(provider_.fetched.empty());
}

TEST_F(Mirroring, ARestoredQueueDoesNotBringBackWhatTheUserDeleted) {
    const auto message = *provider_.find(3);
    copy(mail_text(3), "Archive");
    provider_.remove(3);
    poll();
    poll(700);
    clock_ += 1000;
    expunge(mail_text(3), "Archive");
    provider_.maildrop.push_back(message);
    poll(700);
    EXPECT_EQ(contents().size(), 5U);
    EXPECT_FALSE(provider_.has(3));
}

TEST_F(Mirroring, NeverFetchedAndGone) {  // T17
    provider_.refuse_serial = provider_.add(mail_text(7));
    poll();
    EXPECT_EQ(states()["uid7"], ReceiptState::listed);
    provider_.remove(7);
    poll();
    EXPECT_EQ(states()["uid7"], ReceiptState::vanished);
}

TEST_F(Mirroring, UidvalidityNeverChanges) {  // I6, C5
    const auto before = node_->account->find_mailbox("INBOX")->uidvalidity;
    provider_.maildrop.clear();
    for (int i = 0; i < 30; ++i) poll(3600);
    provider_.add(mail_text(9));
    poll();
    EXPECT_EQ(node_->account->find_mailbox("INBOX")->uidvalidity, before);
}

}  // namespace
}  // namespace postern::gateway
