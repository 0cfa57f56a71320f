// A provider with folders, and trouble at every step of a session: in the end both sides are in step, and nothing is lost or doubled.
#include <gmock/gmock.h>

#include <set>

#include "tests/gateway/support/folders_fixture.hpp"

namespace postern::gateway {
namespace {

using test::Folders;
using test::mail_text;
using testing::ElementsAre;
using testing::UnorderedElementsAre;

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
        crashed = poll_until_crash(at);
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
        crashed = poll_until_crash(at);
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

// A folder that was removed here, to which mail has come that nobody has seen: it stays, wherever the session breaks off.
TEST_F(FoldersAtEveryStep, NewMailWhereTheUserRemovedTheFolder) {
    for (const bool crash : {false, true}) {
        bool broke = true;
        for (int at = 1; broke; ++at) {
            SCOPED_TRACE((crash ? "crash at " : "the line is lost at ") + std::to_string(at));
            fresh("");
            there_.add("Work", a_);
            there_.make("Xtra");
            provision();
            poll();
            delete_here("Work");
            delete_here("Xtra");
            there_.add("Work", b_);
            if (crash) {
                broke = poll_until_crash(at);
            } else {
                there_.line_breaks_after = at;
                poll(3600);
                broke = *there_.line_breaks_after < 0;
                there_.line_breaks_after.reset();
            }
            for (int i = 0; i < 4; ++i) poll(3600);
            EXPECT_THAT(both("Work"), testing::Contains(b_));
            if (HasFailure()) return;
        }
    }
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
        crashed = poll_until_crash(at);
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
