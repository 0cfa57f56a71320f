// T4 to T9, T16, T18, T19: what the user deletes is deleted at the provider, on purpose and once.
#include "tests/gateway/support/world.hpp"

namespace postern::gateway {
namespace {

using store::ReceiptState;
using test::FakeProvider;
using test::mail_text;

class Removal : public test::World {
protected:
    void SetUp() override {
        for (unsigned i = 1; i <= 5; ++i) provider_.add(mail_text(i));
        provision();
        poll();
        // I3: the intent is on disk before the deletion arrives.
        provider_.on_delete = [this](const FakeProvider::Message& message) {
            auto session = must(store_->connect());
            bool intended = false;
            for (const auto& r : must(session->read_receipts(account_, source_, store::any_receipt_state))) {
                if (r.uidl == message.uidl && r.state == ReceiptState::delete_sent) intended = true;
            }
            EXPECT_TRUE(intended) << message.uidl;
        };
    }
};

TEST_F(Removal, LastCopyExpungedIsDeletedThere) {  // B1
    expunge(mail_text(2));
    EXPECT_EQ(states()["uid2"], ReceiptState::delete_wanted);
    poll();
    EXPECT_EQ(provider_.deleted, (std::vector<std::uint64_t>{2}));
    EXPECT_EQ(states()["uid2"], ReceiptState::delete_done);
    EXPECT_EQ(contents().size(), 4U);
}

TEST_F(Removal, OldStyleMoveDeletesNothing) {  // B2
    copy(mail_text(2), "Archive");
    expunge(mail_text(2));
    for (int i = 0; i < 5; ++i) poll();
    EXPECT_TRUE(provider_.deleted.empty());
    EXPECT_EQ(contents("Archive").size(), 1U);
    expunge(mail_text(2), "Archive");
    poll();
    EXPECT_EQ(provider_.deleted.size(), 1U);
}

TEST_F(Removal, NeverMeansNever) {
    configure("remote_delete: never");
    expunge(mail_text(2));
    poll();
    EXPECT_TRUE(provider_.deleted.empty());
    EXPECT_TRUE(poll().unchanged);
}

TEST_F(Removal, AnswerToQuitLostButDone) {  // B5
    expunge(mail_text(2));
    provider_.commit = FakeProvider::Commit::lost_but_done;
    poll();
    EXPECT_EQ(states()["uid2"], ReceiptState::delete_sent);
    provider_.commit = FakeProvider::Commit::works;
    provider_.fetched.clear();
    poll();
    EXPECT_EQ(states()["uid2"], ReceiptState::delete_done);
    EXPECT_TRUE(provider_.fetched.empty());
}

TEST_F(Removal, AnswerToQuitLostAndRolledBack) {  // B6
    expunge(mail_text(2));
    provider_.commit = FakeProvider::Commit::lost_and_rolled_back;
    poll();
    provider_.commit = FakeProvider::Commit::works;
    poll();
    EXPECT_EQ(provider_.deleted, (std::vector<std::uint64_t>{2}));
    EXPECT_EQ(states()["uid2"], ReceiptState::delete_done);
    EXPECT_EQ(contents().size(), 4U);
}

TEST_F(Removal, NumbersShiftBetweenSessions) {  // B7
    expunge(mail_text(3));
    provider_.remove(1);
    poll();
    EXPECT_EQ(provider_.deleted, (std::vector<std::uint64_t>{3}));
}

TEST_F(Removal, AServerThatDoesNotDelete) {  // B8
    expunge(mail_text(2));
    provider_.ignores_deletes = true;
    int arrived = 0;
    provider_.on_delete = [&arrived](const FakeProvider::Message&) { ++arrived; };
    for (int i = 0; i < 10; ++i) poll();
    EXPECT_EQ(arrived, 4);
    EXPECT_EQ(contents().size(), 4U);
}

TEST_F(Removal, SomebodyElseWasFaster) {  // T18
    expunge(mail_text(2));
    provider_.remove(2);
    poll();
    EXPECT_EQ(states()["uid2"], ReceiptState::delete_done);
    EXPECT_TRUE(provider_.deleted.empty());
}

TEST_F(Removal, TheIdWasUsedForAnotherMessage) {  // C3
    expunge(mail_text(2));
    provider_.remove(2);
    provider_.add(mail_text(77, 900), "uid2");
    poll();
    poll();
    EXPECT_TRUE(provider_.deleted.empty());
    EXPECT_EQ(contents().back(), mail_text(77, 900));
}

TEST_F(Removal, ManyAtOnceAreHeldThenDone) {  // B16
    configure("delete_brake: 2, delete_brake_percent: 30, hold: 1h");
    for (unsigned i = 1; i <= 4; ++i) expunge(mail_text(i));
    for (int i = 0; i < 3; ++i) poll();
    EXPECT_TRUE(provider_.deleted.empty());
    poll(4000);
    EXPECT_EQ(provider_.deleted.size(), 4U);
}

TEST_F(Removal, AnOperatorReleasesTheBrake) {
    configure("delete_brake: 2, delete_brake_percent: 30, delete_batch: 1");
    for (unsigned i = 1; i <= 4; ++i) expunge(mail_text(i));
    poll();
    EXPECT_TRUE(provider_.deleted.empty());
    release_brakes();
    poll();
    while (!provider_.deleted.empty() && provider_.deleted.size() < 4) poll();
    EXPECT_EQ(provider_.deleted.size(), 4U);
    poll();
    EXPECT_FALSE(release_is_pending());
}

TEST_F(Removal, MovedToTrash) {  // B3
    configure("remote_delete: on-trash, trash_undo: 10m");
    move(mail_text(1), "INBOX", "Trash");
    move(mail_text(2), "INBOX", "Trash");
    copy(mail_text(3), "Trash");
    poll();
    EXPECT_TRUE(provider_.deleted.empty());
    move(mail_text(2), "Trash", "INBOX");
    EXPECT_FALSE(poll(300).unchanged);
    EXPECT_TRUE(poll(60).unchanged) << "nothing has changed in Trash, and nothing is due";
    EXPECT_TRUE(provider_.deleted.empty());
    poll(300);
    EXPECT_EQ(provider_.deleted, (std::vector<std::uint64_t>{1}));
    EXPECT_EQ(contents("Trash").size(), 2U);
    EXPECT_EQ(contents().size(), 4U);
    for (int i = 0; i < 3; ++i) poll(700);
    EXPECT_EQ(provider_.deleted.size(), 1U);
    expunge(mail_text(3));  // now it is in Trash alone
    move(mail_text(4), "INBOX", "Trash");
    poll();
    poll(700);
    EXPECT_EQ(provider_.deleted, (std::vector<std::uint64_t>{1, 3, 4}));
}

TEST_F(Removal, TakenBackFromTrashWhileHeld) {
    configure("remote_delete: on-trash, trash_undo: 1m, delete_brake: 0, delete_brake_percent: 0");
    move(mail_text(1), "INBOX", "Trash");
    poll();
    poll(100);
    EXPECT_EQ(states()["uid1"], ReceiptState::delete_wanted);
    move(mail_text(1), "Trash", "INBOX");
    poll();
    EXPECT_EQ(states()["uid1"], ReceiptState::stored);
    poll(2 * 86400);
    EXPECT_TRUE(provider_.deleted.empty());
}

TEST_F(Removal, AfterSomeDays) {  // B18
    configure("remote_delete: after-7-days");
    const std::string forged = "Date: Mon, 01 Jan 2001 10:00:00 +0000\r\n" + mail_text(6);
    provider_.add(forged);
    poll(6 * 86400);
    EXPECT_TRUE(provider_.deleted.empty());
    poll(86400);
    EXPECT_EQ(provider_.deleted, (std::vector<std::uint64_t>{1, 2, 3, 4, 5}));
    EXPECT_EQ(contents().size(), 6U);
    EXPECT_EQ(states()["uid1"], ReceiptState::delete_done);
    // What is here stays, and what the user expunges goes there at once.
    expunge(forged);
    poll();
    EXPECT_EQ(provider_.deleted.size(), 6U);
    EXPECT_EQ(contents().size(), 5U);
}

TEST_F(Removal, AServerThatKeepsIsAskedFourTimes) {  // B8
    configure("remote_delete: after-7-days");
    provider_.ignores_deletes = true;
    int asked = 0;
    provider_.on_delete = [&](const FakeProvider::Message&) { ++asked; };
    for (int i = 0; i < 10; ++i) poll(7 * 86400);
    EXPECT_EQ(asked, 4 * 5);
    EXPECT_EQ(contents().size(), 5U);
}

TEST_F(Removal, WhatIsTakenBackIsNotHeld) {
    configure("delete_brake: 2, delete_brake_percent: 30, hold: 1h");
    for (unsigned i = 1; i <= 4; ++i) expunge(mail_text(i));
    poll();
    EXPECT_NE(node_->worker->source()->facts.delete_held_since, 0);
    restore_all();
    poll();
    EXPECT_EQ(node_->worker->source()->facts.delete_held_since, 0);
}

TEST_F(Removal, ListedAgainAfterItWasDone) {  // T16
    expunge(mail_text(2));
    poll();
    provider_.maildrop.push_back({"uid2", mail_text(2), 2});
    poll();
    EXPECT_EQ(provider_.deleted.size(), 2U);
    EXPECT_EQ(contents().size(), 4U);
}

TEST_F(Removal, LocalMailIsNobodysBusiness) {  // I10, B17
    append("Drafts", mail_text(99));
    expunge(mail_text(99), "Drafts");
    poll();
    EXPECT_TRUE(provider_.deleted.empty());
}

TEST_F(Removal, ALostLineIsNoRefusal) {  // T8, B8
    expunge(mail_text(2));
    provider_.commit = FakeProvider::Commit::lost_and_rolled_back;
    for (int i = 0; i < 8; ++i) poll(3600);
    EXPECT_TRUE(provider_.deleted.empty());
    EXPECT_FALSE(node_->worker->source()->facts.ignores_delete);
    provider_.commit = FakeProvider::Commit::works;
    poll(3600);
    EXPECT_EQ(provider_.deleted, (std::vector<std::uint64_t>{2}));
}

TEST_F(Removal, ExpungedFromTrashBeforeItWasDeletedThere) {  // B3
    configure("remote_delete: on-trash, trash_undo: 1m");
    move(mail_text(1), "INBOX", "Trash");
    poll();
    provider_.commit = FakeProvider::Commit::lost_and_rolled_back;
    poll(100);
    EXPECT_EQ(states()["uid1"], ReceiptState::delete_sent);
    expunge(mail_text(1), "Trash");
    provider_.commit = FakeProvider::Commit::works;
    poll(3600);
    EXPECT_EQ(provider_.deleted, (std::vector<std::uint64_t>{1}));
}

TEST_F(Removal, TheIdNamesAnotherMessageOfTheSameSize) {  // C3
    expunge(mail_text(5));
    provider_.commit = FakeProvider::Commit::lost_and_rolled_back;
    poll();
    provider_.commit = FakeProvider::Commit::works;
    provider_.remove(5);
    ASSERT_EQ(mail_text(12).size(), mail_text(5).size());
    provider_.add(mail_text(12), "uid5");
    for (int i = 0; i < 3; ++i) poll(3600);
    EXPECT_EQ(contents().back(), mail_text(12));
    EXPECT_TRUE(provider_.deleted.empty());
}

TEST_F(Removal, TheSameMessageComesAgainAfterItWasDeleted) {  // A22
    expunge(mail_text(2));
    // Between the session that deletes and the one that sees it gone.
    provider_.on_commit = [this] {
        provider_.on_commit = nullptr;
        provider_.add(mail_text(2));
    };
    for (int i = 0; i < 3; ++i) poll(3600);
    EXPECT_EQ(contents().size(), 5U);
    EXPECT_EQ(contents().back(), mail_text(2));
    EXPECT_EQ(provider_.deleted, (std::vector<std::uint64_t>{2}));
}

TEST_F(Removal, WhatWasFetchedToRecogniseItIsStoredFirst) {  // I4
    provider_.has_ids = provider_.has_header_fetch = false;
    poll(3600);
    expunge(mail_text(2));
    provider_.add(mail_text(50));
    poll(3600);
    EXPECT_EQ(contents().back(), mail_text(50));
    EXPECT_EQ(provider_.deleted, (std::vector<std::uint64_t>{2}));
}

}  // namespace
}  // namespace postern::gateway
