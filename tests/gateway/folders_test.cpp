// A provider with folders and flags: both sides come in step, whatever happens in between (gateway.md 4.1).
#include <gmock/gmock.h>

#include "tests/gateway/support/folders_fixture.hpp"

namespace postern::gateway {
namespace {

using test::Folders;
using test::mail_text;
using testing::ElementsAre;
using testing::UnorderedElementsAre;

TEST_F(Folders, EverythingComes) {
    there_.add("INBOX", a_, mail::seen);
    there_.add("Work/Old", b_, mail::flagged);
    there_.make("Work");
    there_.make("Gesendet");
    there_.add("Gesendet", c_);
    provision();
    settle(1);
    EXPECT_THAT(contents(), ElementsAre(a_));
    EXPECT_EQ(flags_here(a_), mail::seen);
    EXPECT_THAT(contents("Work/Old"), ElementsAre(b_));
    EXPECT_THAT(contents("Sent"), ElementsAre(c_)) << "by its special use";
    EXPECT_EQ(node_->account->find_mailbox("Gesendet"), nullptr);
    const int fetched = there_.fetches;
    settle(2);
    EXPECT_EQ(there_.fetches, fetched);
    EXPECT_TRUE(node_->worker->last_report().unchanged);
}

TEST_F(Folders, FlagsBothWays) {
    there_.add("INBOX", a_);
    provision();
    settle(1);
    set_flags(a_, mail::flagged, {"$Work"});
    settle();
    EXPECT_EQ(there_.find("INBOX", a_)->flags, mail::flagged);
    EXPECT_TRUE(there_.find("INBOX", a_)->keywords.contains("$Work"));
    // Both sides at once: each flag by itself.
    there_.set_flags("INBOX", a_, mail::flagged | mail::answered);
    set_flags(a_, mail::flagged | mail::seen, {"$Work"});
    settle();
    EXPECT_EQ(there_.find("INBOX", a_)->flags, mail::flagged | mail::seen | mail::answered);
    EXPECT_EQ(flags_here(a_), mail::flagged | mail::seen | mail::answered);
    there_.set_flags("INBOX", a_, 0);
    settle();
    EXPECT_EQ(flags_here(a_), 0);
}

TEST_F(Folders, MovedHere) {
    there_.add("INBOX", a_);
    there_.make("Work");
    provision();
    settle(1);
    set_flags(a_, mail::seen);
    move(a_, "INBOX", "Work");
    settle();
    EXPECT_THAT(both("Work"), ElementsAre(a_));
    EXPECT_THAT(both("INBOX"), ElementsAre());
    EXPECT_EQ(there_.moves, 1);
    EXPECT_EQ(there_.appends, 0);
    EXPECT_EQ(there_.find("Work", a_)->flags, mail::seen);
}

TEST_F(Folders, MovedThereIsTheSameMessageHere) {
    there_.add("INBOX", a_);
    there_.make("Work");
    provision();
    settle(1);
    const MessageId before = mailbox()->columns().message[slot_of(a_)];
    there_.move("INBOX", a_, "Work");
    settle();
    EXPECT_THAT(both("Work"), ElementsAre(a_));
    EXPECT_THAT(both("INBOX"), ElementsAre());
    EXPECT_EQ(mailbox("Work")->columns().message[slot_of(a_, "Work")], before);
    EXPECT_EQ(there_.fetches, 1) << "its header told what it is";
}

TEST_F(Folders, CopiesAndNewMessagesGoUp) {
    there_.add("INBOX", a_);
    there_.make("Work");
    provision();
    settle(1);
    copy(a_, "Work");
    add_here("Work", b_, mail::seen);
    add_here("Drafts", c_, mail::draft);
    settle();
    EXPECT_THAT(both("Work"), UnorderedElementsAre(a_, b_));
    EXPECT_THAT(both("INBOX"), ElementsAre(a_));
    EXPECT_THAT(both("Drafts"), ElementsAre(c_));
    EXPECT_EQ(there_.appends, 2);
    EXPECT_EQ(there_.find("Work", b_)->flags, mail::seen);
}

TEST_F(Folders, WithoutNewIdsNothingIsDoubled) {
    there_.tells_new_ids = false;
    there_.add("INBOX", a_);
    there_.make("Work");
    provision();
    settle(1);
    move(a_, "INBOX", "Work");
    add_here("Work", b_);
    settle();
    EXPECT_THAT(both("Work"), UnorderedElementsAre(a_, b_));
    EXPECT_THAT(both("INBOX"), ElementsAre());
    EXPECT_EQ(there_.appends, 1);
}

TEST_F(Folders, RemovedBothWays) {
    there_.add("INBOX", a_);
    there_.add("INBOX", b_);
    there_.add("INBOX", c_);
    provision();
    settle(1);
    expunge(a_);
    there_.remove("INBOX", b_);
    settle();
    EXPECT_THAT(both("INBOX"), ElementsAre(c_));
    EXPECT_EQ(there_.removals, 1);
}

TEST_F(Folders, NeverRemoveThere) {
    fresh("remote_delete: never");
    there_.add("INBOX", a_);
    provision();
    settle(1);
    expunge(a_);
    settle();
    EXPECT_THAT(there_.contents("INBOX"), ElementsAre(a_));
    EXPECT_TRUE(contents().empty()) << "and it does not come back";
}

TEST_F(Folders, ManyMissingAreHeldUntilReleased) {
    provision();
    for (unsigned i = 0; i < 60; ++i) there_.add("INBOX", mail_text(i));
    settle(1);
    for (unsigned i = 0; i < 50; ++i) there_.remove("INBOX", mail_text(i));
    settle();
    EXPECT_EQ(contents().size(), 60U);
    release_brakes();
    settle();
    EXPECT_EQ(both("INBOX").size(), 10U);
}

TEST_F(Folders, RenumberedFolderKeepsUids) {
    for (unsigned i = 0; i < 5; ++i) there_.add("INBOX", mail_text(i));
    provision();
    settle(1);
    const auto before = slots();
    const int fetched = there_.fetches;
    there_.renumber("INBOX");
    there_.add("INBOX", a_ + "new");
    settle();
    EXPECT_EQ(both("INBOX").size(), 6U);
    EXPECT_EQ(there_.fetches, fetched + 1);
    auto after = slots();
    after.resize(before.size());
    EXPECT_EQ(after, before);
    expunge(mail_text(2));
    settle();
    EXPECT_EQ(both("INBOX").size(), 5U);
}

TEST_F(Folders, FoldersBothWays) {
    there_.make("Work");
    provision();
    settle(1);
    create_here("Mine");
    create_here("Mine/Sub");
    there_.make("Theirs");
    settle();
    EXPECT_TRUE(there_.folders.contains("Mine/Sub"));
    EXPECT_NE(node_->account->find_mailbox("Theirs"), nullptr);
    add_here("Mine/Sub", a_);
    settle();
    must(node_->runtime.run(node_->account->rename_mailbox("Mine", "Yours", {})));
    settle();
    EXPECT_THAT(both("Yours/Sub"), ElementsAre(a_));
    EXPECT_FALSE(there_.folders.contains("Mine"));
    EXPECT_EQ(there_.appends, 1);
    must(node_->runtime.run(node_->account->delete_mailbox("Theirs", {})));
    there_.folders.erase("Work");
    settle();
    EXPECT_FALSE(there_.folders.contains("Theirs"));
    EXPECT_EQ(node_->account->find_mailbox("Work"), nullptr);
    EXPECT_EQ(node_->account->find_mailbox("Theirs"), nullptr);
}

TEST_F(Folders, RenamedThereKeepsItsMail) {
    there_.add("Work", a_);
    provision();
    settle(1);
    auto node = there_.folders.extract("Work");
    node.key() = "Job";
    there_.folders.insert(std::move(node));
    settle();
    EXPECT_THAT(both("Job"), ElementsAre(a_));
    EXPECT_EQ(node_->account->find_mailbox("Work"), nullptr);
    EXPECT_EQ(there_.fetches, 1);
}

TEST_F(Folders, AFolderRemovedHereInWhichNewMailWaitsComesBack) {
    there_.add("Work", a_);
    provision();
    settle(1);
    must(node_->runtime.run(node_->account->delete_mailbox("Work", {})));
    there_.add("Work", b_);
    settle();
    EXPECT_THAT(both("Work"), UnorderedElementsAre(a_, b_));
}

TEST_F(Folders, AnOutageIsMadeUpFor) {
    there_.add("INBOX", a_);
    there_.add("INBOX", b_);
    there_.make("Work");
    provision();
    settle(1);
    there_.open_fault = Fault(FaultKind::offline, "down");
    move(a_, "INBOX", "Work");
    set_flags(b_, mail::seen);
    add_here("Work", c_);
    for (int i = 0; i < 3; ++i) EXPECT_FALSE(poll().end);
    start();  // what waits is kept
    there_.open_fault.reset();
    for (int i = 0; i < 4; ++i) poll(3600);
    EXPECT_THAT(both("Work"), UnorderedElementsAre(a_, c_));
    EXPECT_THAT(both("INBOX"), ElementsAre(b_));
    EXPECT_EQ(there_.find("INBOX", b_)->flags, mail::seen);
}

TEST_F(Folders, WhatIsDoneDuringARoundGoesUpWithoutWaiting) {
    there_.add("INBOX", a_);
    there_.add("INBOX", b_);
    provision();
    settle(1);
    there_.add("INBOX", c_);
    stay_signed_in(5);
    int pulls = 0;
    there_.at_pull = [&pulls](const std::string& folder) { return folder == "INBOX" && ++pulls == 1; };
    const auto report = poll_and([this] {
        create_here("Later");
        create_here("Later/Still");
        set_flags(b_, mail::flagged);
        expunge(a_);
    });
    ASSERT_TRUE(report.end);
    EXPECT_TRUE(there_.folders.contains("Later/Still"));
    EXPECT_EQ(there_.find("INBOX", b_)->flags, mail::flagged);
    EXPECT_THAT(both("INBOX"), UnorderedElementsAre(b_, c_));
}

TEST_F(Folders, WhatTheProviderDoesNotTellOfIsLookedFor) {
    there_.make("Work");
    provision();
    settle(1);
    stay_signed_in(50);
    there_.news = [this, told = there_.news, looks = 0]() mutable {
        clock_ += 30;
        if (++looks == 2) there_.add("Work", a_);
        return told();
    };
    ASSERT_TRUE(poll().end);
    EXPECT_THAT(both("Work"), ElementsAre(a_));
}

TEST_F(Folders, WhatAServerLosesSightOfIsNotGone) {
    there_.add("Work", a_);
    provision();
    settle(1);
    there_.loses_sight = true;
    stay_signed_in(4);
    there_.news = [told = there_.news]() mutable {
        auto none = told();
        none.emplace_back("INBOX");
        return none;
    };
    ASSERT_TRUE(poll().end);
    EXPECT_GT(there_.blind_listings, 0);
    EXPECT_THAT(both("Work"), ElementsAre(a_));
    // A new session sees what is there, and what is not.
    there_.folders.erase("Work");
    there_.loses_sight = false;
    settle(2);
    EXPECT_EQ(node_->account->find_mailbox("Work"), nullptr);
}

TEST_F(Folders, WhoIsSignedInIsListenedForAllTheTime) {
    provision();
    stay_signed_in(3);
    settle(1);
    EXPECT_TRUE(node_->worker->last_report().listens);
    there_.news = nullptr;
    settle(1);
    EXPECT_FALSE(node_->worker->last_report().listens);
}

TEST_F(Folders, RenamedIntoAFolderThatIsNotThereYet) {
    there_.add("Work", a_);
    there_.add("Work/Old", b_);
    there_.make("Other");
    provision();
    settle(1);
    rename_here("Work", "New/Work");
    rename_here("Other", "Archive/2026");
    settle();
    EXPECT_FALSE(there_.folders.contains("Work"));
    EXPECT_FALSE(there_.folders.contains("Other"));
    EXPECT_TRUE(there_.folders.contains("Archive/2026"));
    EXPECT_THAT(both("New/Work"), ElementsAre(a_));
    EXPECT_THAT(both("New/Work/Old"), ElementsAre(b_));
    EXPECT_EQ(there_.appends + there_.fetches, 2) << "its mail moved with it";
}

TEST_F(Folders, RenamedAndMadeAnewUnderTheOldName) {
    there_.add("Work", a_);
    provision();
    settle(1);
    rename_here("Work", "Yours");
    create_here("Work");
    add_here("Work", b_);
    settle();
    EXPECT_THAT(both("Yours"), ElementsAre(a_));
    EXPECT_THAT(both("Work"), ElementsAre(b_));
}

TEST_F(Folders, RenamedHereWhileSomethingIsMadeBelowItThere) {
    there_.add("Work", a_);
    provision();
    settle(1);
    rename_here("Work", "Job");
    there_.add("Work/New", b_);
    settle();
    EXPECT_THAT(both("Job"), ElementsAre(a_));
    EXPECT_THAT(both("Job/New"), ElementsAre(b_));
    EXPECT_FALSE(is_here("Work"));
    EXPECT_FALSE(there_.folders.contains("Work"));
}

TEST_F(Folders, RemovedBeforeARoundCameToItsEnd) {
    there_.add("INBOX", a_);
    there_.make("Work");
    provision();
    there_.line_breaks_after = 4;
    EXPECT_FALSE(poll().end);
    there_.line_breaks_after.reset();
    ASSERT_TRUE(is_here("Work"));
    delete_here("Work");
    for (int i = 0; i < 3; ++i) poll(3600);
    EXPECT_FALSE(is_here("Work"));
    EXPECT_FALSE(there_.folders.contains("Work"));
}

TEST_F(Folders, WhatWasFiledElsewhereBeforeItsFolderWasRemoved) {
    there_.add("Work", a_);
    provision();
    settle(1);
    move(a_, "Work", "Archive");
    delete_here("Work");
    settle();
    EXPECT_THAT(both("Archive"), ElementsAre(a_));
    EXPECT_FALSE(there_.folders.contains("Work"));
    EXPECT_FALSE(is_here("Work"));
    EXPECT_EQ(there_.appends, 0);
}

TEST_F(Folders, AFolderRemovedThereInWhichMailOfOursWaitsIsMadeAgain) {
    there_.add("Work", a_);
    provision();
    settle(1);
    add_here("Work", b_);
    there_.remove_folder("Work");
    settle();
    EXPECT_THAT(both("Work"), ElementsAre(b_));
}

TEST_F(Folders, AParentRemovedThereLosesItsMailOnly) {
    there_.add("Work", a_);
    there_.add("Work/Old", b_);
    provision();
    settle(1);
    there_.remove_folder("Work");
    settle();
    EXPECT_THAT(both("Work"), ElementsAre());
    EXPECT_THAT(both("Work/Old"), ElementsAre(b_));
    add_here("Work", c_);
    settle();
    EXPECT_THAT(both("Work"), ElementsAre(c_)) << "the name is a folder again";
}

TEST_F(Folders, MovedOnBothSidesIsNotDoubled) {
    there_.add("INBOX", a_);
    there_.make("Work");
    provision();
    settle(1);
    there_.move("INBOX", a_, "Work");
    move(a_, "INBOX", "Archive");
    settle();
    EXPECT_THAT(both("INBOX"), ElementsAre());
    EXPECT_THAT(both("Work"), ElementsAre());
    EXPECT_THAT(both("Archive"), ElementsAre(a_));
}

TEST_F(Folders, MovedThereAndRemovedHereIsRemoved) {
    there_.add("INBOX", a_);
    there_.make("Work");
    provision();
    settle(1);
    there_.move("INBOX", a_, "Work");
    expunge(a_);
    settle();
    EXPECT_THAT(both("Work"), ElementsAre());
    EXPECT_THAT(both("INBOX"), ElementsAre());
}

TEST_F(Folders, FlagsSetHereSurviveAMoveThere) {
    there_.add("INBOX", a_);
    there_.make("Work");
    provision();
    settle(1);
    set_flags(a_, mail::flagged);
    there_.set_flags("INBOX", a_, mail::seen);
    there_.move("INBOX", a_, "Work");
    settle();
    EXPECT_THAT(both("Work"), ElementsAre(a_));
    EXPECT_EQ(flags_here(a_, "Work"), mail::flagged | mail::seen);
    EXPECT_EQ(there_.find("Work", a_)->flags, mail::flagged | mail::seen);
}

}  // namespace
}  // namespace postern::gateway
