// A provider with folders and flags: both sides come in step, whatever happens in between (gateway.md 4.1).
#include <gmock/gmock.h>

#include <algorithm>

#include "tests/gateway/support/folder_world.hpp"

namespace postern::gateway {
namespace {

using test::Crash;
using test::mail_text;
using testing::ElementsAre;
using testing::UnorderedElementsAre;

class Folders : public test::FolderWorld {
protected:
    Folders() { fresh(""); }
    /// A new world.
    void fresh(const std::string& settings) {
        there_ = test::FolderProvider();
        reset();
        configure(settings);
    }
    void settle(int polls = 3) {
        for (int i = 0; i < polls; ++i) {
            const auto report = poll();
            ASSERT_TRUE(report.end) << report.end.error().to_string();
        }
    }
    /// What both sides have in a folder, if it is the same.
    std::vector<std::string> both(const std::string& name) {
        auto here =
            node_->account->find_mailbox(name) == nullptr ? std::vector<std::string>{} : contents(name);
        auto there = there_.contents(name);
        std::sort(here.begin(), here.end());
        std::sort(there.begin(), there.end());
        EXPECT_EQ(here, there) << name;
        return here;
    }
    mail::FlagBits flags_here(const std::string& content, std::string_view name = "INBOX") {
        return mailbox(name)->columns().flags[slot_of(content, name)];
    }
    void add_here(const std::string& name, const std::string& content, mail::FlagBits flags = 0) {
        mail::DeliveryRequest request;
        request.mailbox = node_->account->find_mailbox(name)->id;
        mail::NewMail fresh;
        fresh.content = std::make_shared<const std::string>(content);
        fresh.flags = flags;
        request.messages.push_back(std::move(fresh));
        must(node_->runtime.run(node_->account->deliver(std::move(request))));
    }
    void create_here(const std::string& name) {
        must(node_->runtime.run(node_->account->create_mailbox(name, {})));
    }
    void rename_here(const std::string& from, const std::string& to) {
        must(node_->runtime.run(node_->account->rename_mailbox(from, to, {})));
    }
    void delete_here(const std::string& name) {
        must(node_->runtime.run(node_->account->delete_mailbox(name, {})));
    }
    bool is_here(const std::string& name) { return node_->account->find_mailbox(name) != nullptr; }
    /// Somebody is signed in while the provider tells nothing, `looks` times; then nobody is.
    void stay_signed_in(int looks) {
        present_ = node_->account->enter("imap");
        there_.news = [this, looks]() mutable {
            if (--looks <= 0) present_.reset();
            return std::vector<std::string>{};
        };
    }

    void TearDown() override {
        present_.reset();
        World::TearDown();
    }

    std::unique_ptr<mail::Account::Presence> present_;
    const std::string a_ = mail_text(1), b_ = mail_text(2), c_ = mail_text(3);
};

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

// A day's changes on both sides, with a crash or a lost line at every step: in the end every message is there once.
class FoldersAtEveryStep : public Folders {
protected:
    void begin() {
        fresh("");
        there_.add("INBOX", a_);
        there_.add("INBOX", b_);
        there_.add("INBOX", mail_text(4));
        there_.make("Work");
        provision();
        poll();
        move(a_, "INBOX", "Work");
        set_flags(b_, mail::flagged);
        add_here("Work", c_, mail::seen);
        expunge(mail_text(4));
        there_.add("INBOX", mail_text(5));
        there_.set_flags("INBOX", b_, mail::answered);
    }
    /// True if it came that far.
    bool crash_at(int at) {
        int count = 0;
        hooks_.step = there_.step = [&count, at] {
            if (++count == at) throw Crash();
        };
        bool crashed = false;
        try {
            poll();
        } catch (const Crash&) {
            crashed = true;
        }
        hooks_.step = there_.step = nullptr;
        if (crashed) start();
        return crashed;
    }
    void expect_in_step() {
        for (int i = 0; i < 4; ++i) poll(3600);
        EXPECT_THAT(both("Work"), UnorderedElementsAre(a_, c_));
        EXPECT_THAT(both("INBOX"), UnorderedElementsAre(b_, mail_text(5)));
        EXPECT_EQ(there_.find("INBOX", b_)->flags, mail::flagged | mail::answered);
        EXPECT_EQ(flags_here(b_), mail::flagged | mail::answered);
    }
};

TEST_F(FoldersAtEveryStep, Crash) {
    bool crashed = true;
    int at = 1;
    for (; crashed; ++at) {
        SCOPED_TRACE("crash at step " + std::to_string(at));
        begin();
        crashed = crash_at(at);
        expect_in_step();
        if (HasFailure()) break;
    }
    EXPECT_GT(at, 20);
}

// What came just before a crash was seen, and may be removed, before anything about it was agreed.
TEST_F(FoldersAtEveryStep, CrashAndTheUserRemovesWhatCame) {
    bool crashed = true;
    for (int at = 1; crashed; ++at) {
        SCOPED_TRACE("crash at step " + std::to_string(at));
        fresh("");
        there_.add("INBOX", a_);
        there_.add("INBOX", b_);
        provision();
        crashed = crash_at(at);
        const bool came = !contents().empty();
        if (came) expunge(a_);
        for (int i = 0; i < 4; ++i) poll(3600);
        EXPECT_EQ(both("INBOX").size(), came ? 1U : 2U);
        if (HasFailure()) break;
    }
}

TEST_F(FoldersAtEveryStep, LineLost) {
    int at = 1;
    for (bool broke = true; broke; ++at) {
        SCOPED_TRACE("the line is lost at call " + std::to_string(at));
        begin();
        there_.line_breaks_after = at;
        poll(3600);
        broke = *there_.line_breaks_after < 0;
        there_.line_breaks_after.reset();
        expect_in_step();
        if (HasFailure()) break;
    }
    EXPECT_GT(at, 10);
}

// The same with what is made, renamed and removed.
class TreeAtEveryStep : public FoldersAtEveryStep {
protected:
    void begin_with_folders() {
        fresh("");
        there_.add("Work", a_);
        there_.add("Work/Old", b_);
        there_.make("Empty");
        there_.make("Gone");
        there_.add("Removed", c_);
        provision();
        poll();
        rename_here("Work", "New/Job");
        rename_here("Empty", "Void");
        delete_here("Removed");
        create_here("Mine/Sub");
        add_here("Mine/Sub", mail_text(4));
        there_.remove_folder("Gone");
        there_.add("Theirs", mail_text(5));
    }
    void expect_same_tree() {
        for (int i = 0; i < 5; ++i) poll(3600);
        std::set<std::string> here;
        std::set<std::string> there;
        for (const auto& info : node_->account->mailboxes()) {
            if (info.special_use.empty()) here.insert(info.name);
        }
        for (const auto& [name, folder] : there_.folders) there.insert(name);
        EXPECT_EQ(here, there);
        EXPECT_THAT(there, UnorderedElementsAre("INBOX", "Mine", "Mine/Sub", "New", "New/Job", "New/Job/Old",
                                                "Theirs", "Void"));
        EXPECT_THAT(both("New/Job"), ElementsAre(a_));
        EXPECT_THAT(both("New/Job/Old"), ElementsAre(b_));
        EXPECT_THAT(both("Mine/Sub"), ElementsAre(mail_text(4)));
        EXPECT_THAT(both("Theirs"), ElementsAre(mail_text(5)));
    }
};

TEST_F(TreeAtEveryStep, Crash) {
    bool crashed = true;
    int at = 1;
    for (; crashed; ++at) {
        SCOPED_TRACE("crash at step " + std::to_string(at));
        begin_with_folders();
        crashed = crash_at(at);
        expect_same_tree();
        if (HasFailure()) break;
    }
    EXPECT_GT(at, 20);
}

TEST_F(TreeAtEveryStep, LineLost) {
    int at = 1;
    for (bool broke = true; broke; ++at) {
        SCOPED_TRACE("the line is lost at call " + std::to_string(at));
        begin_with_folders();
        there_.line_breaks_after = at;
        poll(3600);
        broke = *there_.line_breaks_after < 0;
        there_.line_breaks_after.reset();
        expect_same_tree();
        if (HasFailure()) break;
    }
    EXPECT_GT(at, 10);
}

}  // namespace
}  // namespace postern::gateway
