// Ids that are missing, equal, used again or all changed (gateway.md 2.6).
#include <algorithm>

#include "tests/gateway/support/world.hpp"

namespace postern::gateway {
namespace {

using store::ReceiptState;
using test::mail_text;

class Identity : public test::World {
protected:
    void fill(unsigned count) {
        for (unsigned i = 1; i <= count; ++i) provider_.add(mail_text(i, 300 + 3 * i));
        provision();
        poll();
        provider_.fetches = provider_.header_fetches = 0;
        provider_.fetched.clear();
    }
    void ten_of_which_one_moved_unreadably() {
        configure("absence: 1s");
        fill(10);
        poll();
        provider_.refuse_serial = 4;
        provider_.maildrop[3].uidl = "moved";
    }
    void renumber() {
        for (auto& message : provider_.maildrop) message.uidl = "new-" + message.uidl;
    }
};

TEST_F(Identity, TwinsAreStoredOnceEach) {  // A11
    provider_.add(mail_text(1), "same");
    provider_.add(mail_text(2, 500), "same");
    provider_.add(mail_text(1), "same");
    provision();
    for (int i = 0; i < 4; ++i) poll(7200);
    EXPECT_EQ(contents().size(), 3U);
    EXPECT_EQ(provider_.fetches, 3);
}

TEST_F(Identity, ARenumberedMaildrop) {  // C1
    fill(40);
    const auto uids = mailbox()->columns().uid.size();
    renumber();
    EXPECT_EQ(poll().rebound, 40U);
    EXPECT_EQ(provider_.fetches, 0);
    EXPECT_LE(provider_.header_fetches, 40);
    EXPECT_EQ(contents().size(), 40U);
    EXPECT_EQ(mailbox()->columns().uid.size(), uids);
    for (int i = 0; i < 3; ++i) poll(7200);
    EXPECT_EQ(contents().size(), 40U);
    // Deletion still reaches the right message.
    expunge(mail_text(7, 321));
    poll();
    EXPECT_EQ(provider_.deleted, (std::vector<std::uint64_t>{7}));
}

TEST_F(Identity, RenumberedWithNewMailAndRemovals) {  // C2
    configure("absence: 1s");
    fill(30);
    renumber();
    provider_.remove(5);
    provider_.remove(6);
    provider_.add(mail_text(31, 900));
    for (int i = 0; i < 4; ++i) poll(7200);
    EXPECT_EQ(contents().size(), 29U);
    EXPECT_EQ(provider_.fetched, (std::vector<std::uint64_t>{31}));
}

TEST_F(Identity, RenumberedWithEqualSizes) {
    for (unsigned i = 1; i <= 20; ++i) provider_.add(mail_text(i * 7, 300));
    provision();
    poll();
    provider_.fetches = 0;
    renumber();
    EXPECT_EQ(poll().rebound, 20U);
    EXPECT_EQ(provider_.fetches, 0);
    EXPECT_EQ(contents().size(), 20U);
}

TEST_F(Identity, RenumberedWithoutHeaderFetch) {
    fill(10);
    provider_.has_header_fetch = false;
    renumber();
    for (int i = 0; i < 3; ++i) poll(7200);
    EXPECT_EQ(contents().size(), 10U);
}

TEST_F(Identity, OneShardRenumbered) {  // C4
    fill(30);
    for (std::size_t i = 0; i < 9; ++i) provider_.maildrop[i].uidl = "moved-" + provider_.maildrop[i].uidl;
    poll();
    EXPECT_EQ(contents().size(), 30U);
    EXPECT_EQ(provider_.fetches, 0);
}

TEST_F(Identity, NothingHappensOnAPartialRenumberedListing) {
    fill(10);
    renumber();
    provider_.incomplete = "cut";
    EXPECT_FALSE(poll().end);
    EXPECT_EQ(contents().size(), 10U);
    provider_.incomplete.clear();
    EXPECT_EQ(poll().rebound, 10U);
}

TEST_F(Identity, AServerWithoutIds) {  // A13
    provider_.has_ids = false;
    configure("absence: 1s");
    fill(8);
    for (int i = 0; i < 10; ++i) {
        if (i % 3 == 0) provider_.add(mail_text(100 + static_cast<unsigned>(i)));
        if (i == 5) provider_.remove(2);
        poll(7200);
    }
    EXPECT_EQ(contents().size(), 12U);
    EXPECT_EQ(provider_.fetches, 4);
}

TEST_F(Identity, DeletionWithoutIdsNeedsTheHeader) {
    provider_.has_ids = false;
    fill(4);
    expunge(mail_text(2, 306));
    poll();
    EXPECT_EQ(provider_.deleted, (std::vector<std::uint64_t>{2}));
    EXPECT_TRUE(poll().unchanged) << "that is known, and nothing waits";
}

TEST_F(Identity, IdsThatDisappearAndComeBack) {
    fill(8);
    provider_.has_ids = false;
    provider_.add(mail_text(50));
    poll(7200);
    EXPECT_EQ(contents().size(), 9U);
    EXPECT_EQ(provider_.fetched, (std::vector<std::uint64_t>{9}));
    provider_.has_ids = true;
    for (int i = 0; i < 3; ++i) poll(7200);
    EXPECT_EQ(contents().size(), 9U);
}

TEST_F(Identity, AnIdUsedAgain) {  // C3
    configure("absence: 1s");
    fill(5);
    provider_.remove(5);
    provider_.add(mail_text(60, 900), "uid5");
    poll();
    EXPECT_EQ(contents().size(), 6U);
    poll();
    poll();
    EXPECT_EQ(contents().size(), 5U);
    EXPECT_EQ(contents().back(), mail_text(60, 900));
    EXPECT_TRUE(provider_.deleted.empty());
}

TEST_F(Identity, SizesThatMeanNothing) {  // A10
    fill(20);
    provider_.listed_size = [](std::uint64_t size) { return size * 2 + 1; };
    for (int i = 0; i < 3; ++i) poll(7200);
    EXPECT_EQ(contents().size(), 20U);
    EXPECT_EQ(provider_.fetches, 0);
}

TEST_F(Identity, TwinsAreToldApartByTheirHeaders) {  // A11, 2.3 (d)
    configure("absence: 1s");
    ASSERT_EQ(mail_text(12).size(), mail_text(5).size());
    provider_.add(mail_text(5), "same");
    provider_.add(mail_text(12), "same");
    provision();
    poll();
    provider_.remove(1);
    for (int i = 0; i < 3; ++i) poll(7200);
    EXPECT_EQ(contents(), std::vector<std::string>{mail_text(12)});
    provider_.add(mail_text(19), "same");
    for (int i = 0; i < 3; ++i) poll(7200);
    EXPECT_EQ(contents(), (std::vector<std::string>{mail_text(12), mail_text(19)}));
}

TEST_F(Identity, OfTwinsTheOneIsFetchedThatCouldNotBeHad) {  // A11
    provider_.add(mail_text(5), "same");
    provision();
    poll();
    provider_.add(mail_text(12), "same");
    std::swap(provider_.maildrop.front(), provider_.maildrop.back());
    provider_.refuse_serial = 2;
    poll();
    provider_.refuse_serial.reset();
    for (int i = 0; i < 3; ++i) poll(7200);
    EXPECT_EQ(contents(), (std::vector<std::string>{mail_text(5), mail_text(12)}));
}

TEST_F(Identity, OfTwinsTheRightOneIsDeleted) {
    provider_.add(mail_text(5), "same");
    provider_.add(mail_text(12), "same");
    provision();
    poll();
    expunge(mail_text(5));
    std::swap(provider_.maildrop[0], provider_.maildrop[1]);
    provider_.add(mail_text(1));
    poll();
    EXPECT_EQ(provider_.deleted, std::vector<std::uint64_t>{1});
    EXPECT_EQ(contents(), (std::vector<std::string>{mail_text(12), mail_text(1)}));
}

TEST_F(Identity, EqualMessagesWithoutIdsAreDeletedWhenAllMay) {
    provider_.has_ids = false;
    provider_.add(mail_text(3));
    provider_.add(mail_text(3));
    provider_.add(mail_text(4));
    provision();
    poll();
    expunge(mail_text(3));
    for (int i = 0; i < 3; ++i) poll(7200);
    EXPECT_TRUE(provider_.deleted.empty()) << "which one it was cannot be told";
    expunge(mail_text(3));
    for (int i = 0; i < 3; ++i) poll(7200);
    EXPECT_EQ(provider_.deleted.size(), 2U);
    EXPECT_EQ(contents(), std::vector<std::string>{mail_text(4)});
}

TEST_F(Identity, AFetchThatFailsAfterARenumbering) {  // C1
    fill(10);
    provider_.refuse_serial = 4;
    renumber();
    poll();
    provider_.refuse_serial.reset();
    for (int i = 0; i < 3; ++i) poll(7200);
    EXPECT_EQ(contents().size(), 10U);
    EXPECT_TRUE(provider_.deleted.empty());
}

TEST_F(Identity, AFetchThatFailsAfterARenumberingAndAQueueThatIsAway) {  // C1
    fill(10);
    provider_.refuse_serial = 4;
    renumber();
    poll();
    provider_.refuse_serial.reset();
    provider_.away.swap(provider_.maildrop);
    poll(3600);
    provider_.away.swap(provider_.maildrop);
    for (int i = 0; i < 3; ++i) poll(3600);
    EXPECT_EQ(contents().size(), 10U);
}

TEST_F(Identity, AnIdThatWasGoneWithoutHeaderFetch) {  // C3
    configure("absence: 1s");
    for (unsigned i = 1; i <= 5; ++i) provider_.add(mail_text(i));
    provision();
    poll();
    provider_.has_header_fetch = false;
    provider_.remove(5);
    for (int i = 0; i < 3; ++i) poll(7200);
    EXPECT_EQ(contents().size(), 4U);
    ASSERT_EQ(mail_text(12).size(), mail_text(5).size());
    provider_.add(mail_text(12), "uid5");
    for (int i = 0; i < 3; ++i) poll(7200);
    EXPECT_EQ(contents().back(), mail_text(12));
}

TEST_F(Identity, OfEqualMessagesOneIsGoneAndAllIdsChanged) {  // C2
    provider_.add(mail_text(1));
    provider_.add(mail_text(1));
    provider_.add(mail_text(1));
    fill(6);
    renumber();
    provider_.remove(2);
    configure("absence: 1s");
    for (int i = 0; i < 3; ++i) poll(7200);
    EXPECT_EQ(contents().size(), 8U);
}

TEST_F(Identity, ALineThatBreaksWhileContentsAreCompared) {  // C1
    provider_.add(mail_text(1), "a");
    provider_.add(mail_text(1), "b");
    for (unsigned i = 2; i <= 7; ++i) provider_.add(mail_text(i));
    provision();
    poll();
    renumber();
    provider_.remove(1);  // of two equal ones: only their contents may be compared now
    provider_.break_at_serial = 2;
    provider_.has_header_fetch = false;
    poll();
    provider_.break_at_serial.reset();
    provider_.has_header_fetch = true;
    configure("absence: 1s");
    for (int i = 0; i < 4; ++i) poll(7200);
    EXPECT_EQ(contents().size(), 7U);
}

TEST_F(Identity, NothingIsConfirmedThatWasFetchedToCompareIt) {  // I4
    provider_.hides_fetched = true;
    fill(6);
    provider_.has_header_fetch = false;
    for (auto& message : provider_.maildrop) message.hidden = false;
    renumber();
    provider_.add(mail_text(50));
    provider_.incomplete = "cut";
    EXPECT_FALSE(poll().end);
    EXPECT_FALSE(provider_.maildrop.back().hidden);
    provider_.incomplete.clear();
    poll();
    EXPECT_EQ(contents().back(), mail_text(50));
}

TEST_F(Identity, WhatCannotBeReadMayBeWhatIsMissing) {  // C4
    ten_of_which_one_moved_unreadably();
    for (int i = 0; i < 4; ++i) poll(7200);
    EXPECT_EQ(contents().size(), 10U) << "it may be there, under the other id";
    provider_.refuse_serial.reset();
    for (int i = 0; i < 3; ++i) poll(7200);
    EXPECT_EQ(contents().size(), 10U);
    EXPECT_EQ(provider_.fetches, 0);
}

TEST_F(Identity, WhatCouldNotBeReadIsGone) {  // I5
    ten_of_which_one_moved_unreadably();
    for (int i = 0; i < 2; ++i) poll(7200);
    provider_.remove(4);
    poll(7200);
    EXPECT_EQ(contents().size(), 10U) << "missing for the first time";
    poll(7200);
    EXPECT_EQ(contents().size(), 9U);
}

TEST_F(Identity, AQueueThatIsRestoredUnderNewIds) {  // B15, C4
    configure("absence: 1s");
    fill(10);
    poll();
    for (int i = 0; i < 2; ++i) {
        provider_.away.push_back(provider_.maildrop.back());
        provider_.maildrop.pop_back();
    }
    for (int i = 0; i < 3; ++i) poll(7200);
    EXPECT_EQ(contents().size(), 8U);
    for (auto& message : provider_.away) {
        message.uidl += "-again";
        provider_.maildrop.push_back(message);
    }
    provider_.away.clear();
    for (int i = 0; i < 3; ++i) poll(7200);
    EXPECT_EQ(contents().size(), 10U);
    expunge(mail_text(10, 330));
    poll();
    EXPECT_EQ(provider_.deleted, std::vector<std::uint64_t>{10});
}

TEST_F(Identity, WhatSeemedDeletedComesBackUnderANewId) {  // T18, T16
    fill(10);
    poll();
    provider_.away.push_back(provider_.maildrop[1]);
    provider_.maildrop.erase(provider_.maildrop.begin() + 1);
    expunge(mail_text(2, 306));
    poll();
    EXPECT_EQ(states()["uid2"], ReceiptState::delete_done);
    provider_.away[0].uidl = "again";
    provider_.maildrop.push_back(provider_.away[0]);
    provider_.away.clear();
    for (int i = 0; i < 3; ++i) poll(3600);
    EXPECT_EQ(contents().size(), 9U);
    EXPECT_EQ(provider_.deleted, std::vector<std::uint64_t>{2});
}

TEST_F(Identity, WhatWasDeletedComesBackUnderANewId) {  // C1, T16
    fill(10);
    expunge(mail_text(2, 306));
    provider_.commit = test::FakeProvider::Commit::lost_and_rolled_back;
    poll();
    provider_.commit = test::FakeProvider::Commit::works;
    provider_.away.swap(provider_.maildrop);
    poll(3600);
    EXPECT_EQ(states()["uid2"], ReceiptState::delete_done);
    provider_.away.swap(provider_.maildrop);
    renumber();
    for (int i = 0; i < 3; ++i) poll(3600);
    EXPECT_EQ(contents().size(), 9U);
    EXPECT_EQ(provider_.deleted, std::vector<std::uint64_t>{2});
}

TEST_F(Identity, AnOldIdIsUsedAgain) {  // C3
    fill(3);
    renumber();
    poll();
    provider_.add(mail_text(60), "uid2");
    const auto report = poll();
    EXPECT_TRUE(report.end);
    EXPECT_EQ(contents().size(), 4U);
}

TEST_F(Identity, IdsThatDisappearDuringTheFirstImport) {  // A13
    configure("newest_first: 2");
    for (unsigned i = 1; i <= 8; ++i) provider_.add(mail_text(i));
    provider_.break_at_serial = 4;
    provision();
    poll();
    EXPECT_EQ(contents().size(), 5U);
    provider_.break_at_serial.reset();
    provider_.has_ids = false;
    poll(7200);
    EXPECT_EQ(contents().size(), 8U);
    provider_.has_ids = true;
    for (int i = 0; i < 3; ++i) poll(7200);
    EXPECT_EQ(contents().size(), 8U);
}

}  // namespace
}  // namespace postern::gateway
