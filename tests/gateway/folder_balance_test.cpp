// What is to be done there is a balance of what lies here and what is there, message by message: nothing is removed there that
// lives here and still waits to go up, and nothing goes up whole that may be there already.
#include <gmock/gmock.h>

#include <set>

#include "tests/gateway/support/folders_fixture.hpp"

namespace postern::gateway {
namespace {

using test::CommitFault;
using test::Folders;
using test::mail_text;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

class Balance : public Folders {
protected:
    std::size_t count_there(const std::string& content) const {
        std::size_t count = 0;
        for (const auto& [name, folder] : there_.folders) {
            for (const auto& text : there_.contents(name)) count += text == content ? 1 : 0;
        }
        return count;
    }
    void poll_often() {
        for (int i = 0; i < 4; ++i) poll(3600);
    }
    /// A poll during which `act` happens when `folder` is about to be looked at.
    void poll_with(const std::string& folder, const std::function<void()>& act) {
        bool done = false;
        there_.at_pull = [&](const std::string& name) {
            return name == folder && !std::exchange(done, true);
        };
        poll_and(act, 3600);
        there_.at_pull = nullptr;
        EXPECT_TRUE(done);
    }
    bool lies_in(const std::string& name, const std::string& content) {
        if (!is_here(name)) return false;
        const auto all = contents(name);
        return std::find(all.begin(), all.end(), content) != all.end();
    }
};

// Its new place is no folder there at the moment: it moves when there is one again, and until then it stays where it was.
TEST_F(Balance, FiledWhereTheFolderWasRenamedThere) {
    there_.add("INBOX", a_);
    there_.make("F");
    provision();
    poll();
    there_.rename("F", "G");
    move(a_, "INBOX", "F");
    poll_often();
    EXPECT_THAT(both("F"), ElementsAre(a_));
    EXPECT_EQ(there_.removals, 0);
    EXPECT_EQ(there_.appends, 0);
}

TEST_F(Balance, FiledWhereTheFolderWasRenamedThereWhileItMovesThere) {
    there_.add("INBOX", a_);
    there_.make("F");
    there_.make("B");
    provision();
    poll();
    there_.rename("F", "G");
    poll_with("B", [this] {
        there_.move("INBOX", a_, "B");
        move(a_, "INBOX", "F");
    });
    poll_often();
    EXPECT_THAT(both("F"), ElementsAre(a_));
    EXPECT_EQ(count_there(a_), 1U);
}

TEST_F(Balance, FiledIntoAFolderThatCannotBeReadForAWhile) {
    there_.add("INBOX", a_);
    there_.make("H");
    provision();
    poll();
    there_.unreadable.insert("H");
    move(a_, "INBOX", "H");
    poll(3600);
    poll(3600);
    EXPECT_THAT(there_.contents("INBOX"), ElementsAre(a_));
    there_.unreadable.clear();
    poll_often();
    EXPECT_THAT(both("H"), ElementsAre(a_));
    EXPECT_EQ(there_.removals, 0);
    EXPECT_EQ(there_.appends, 0);
}

// Moved there twice, and the process ended while the first move was brought over: the second is not a removal.
TEST_F(Balance, MovedThereACrashAndMovedOn) {
    bool crashed = true;
    int at = 1;
    for (; crashed && !HasFailure(); ++at) {
        SCOPED_TRACE("crash at step " + std::to_string(at));
        fresh("");
        there_.add("A", a_);
        there_.make("B");
        there_.make("C");
        provision();
        poll();
        there_.move("A", a_, "B");
        crashed = poll_until_crash(at);
        there_.move("B", a_, "C");
        poll_often();
        EXPECT_THAT(both("C"), ElementsAre(a_));
        EXPECT_EQ(count_there(a_), 1U);
    }
    EXPECT_GT(at, 10);
}

// The same, and the user puts it back to where it was.
TEST_F(Balance, MovedThereACrashAndMovedBackHere) {
    bool crashed = true;
    int moved = 0;
    for (int at = 1; crashed && !HasFailure(); ++at) {
        SCOPED_TRACE("crash at step " + std::to_string(at));
        fresh("");
        there_.add("A", a_);
        there_.make("B");
        provision();
        poll();
        there_.move("A", a_, "B");
        crashed = poll_until_crash(at);
        const bool came = lies_in("B", a_);
        if (came) move(a_, "B", "A");
        moved += came ? 1 : 0;
        poll_often();
        EXPECT_THAT(both(came ? "A" : "B"), ElementsAre(a_));
        EXPECT_EQ(count_there(a_), 1U);
    }
    EXPECT_GT(moved, 1);
}

// So many moved there are no removals: no brake holds them.
TEST_F(Balance, ManyMovedThereAreNotHeld) {
    there_.make("B");
    for (unsigned i = 0; i < 60; ++i) there_.add("INBOX", mail_text(i));
    provision();
    poll();
    for (unsigned i = 1; i < 60; ++i) there_.move("INBOX", mail_text(i), "B");
    there_.remove("INBOX", mail_text(0));
    poll(3600);
    EXPECT_EQ(both("B").size(), 59U);
    EXPECT_THAT(contents(), IsEmpty()) << "what was removed beside them is gone at once";
    EXPECT_EQ(there_.fetches, 60) << "all of them were recognised";
}

// What the user wrote went up, and the answer was lost; then it moves on both sides, at every moment of the next session.
TEST_F(Balance, SentUpTheAnswerLostAndMovedOnBothSides) {
    int last = 1;
    for (int at = 1; at <= last && !HasFailure(); ++at) {
        SCOPED_TRACE("at call " + std::to_string(at));
        fresh("");
        for (const char* name : {"A", "H", "M", "Z"}) there_.make(name);
        provision();
        poll();
        add_here("M", a_);
        for (int cut = 1; there_.appends == 0; ++cut) {
            there_.line_breaks_after = cut;
            poll(3600);
        }
        there_.line_breaks_after.reset();
        int calls = 0;
        bool moved = false;
        const auto move_both = [&] {
            there_.move("M", a_, "A");
            move(a_, "M", "H");
            moved = true;
        };
        there_.at_call = [&] { return ++calls == at; };
        poll_and(
            [&] {
                // Before the session knows of it.
                if (there_.find("M", a_) != nullptr && lies_in("M", a_)) move_both();
            },
            3600);
        there_.at_call = nullptr;
        last = std::max(last, calls);
        poll_often();
        EXPECT_EQ(count_there(a_), 1U);
        EXPECT_THAT(both(moved ? "H" : "M"), ElementsAre(a_));
        EXPECT_THAT(both("A"), IsEmpty());
    }
    EXPECT_GT(last, 7);
}

// What went up without an id to be told is looked for wherever it lies here by now.
TEST_F(Balance, SentUpWithoutIdAndFiledWhereNoFolderIsYet) {
    there_.make("H");
    there_.tells_new_ids = false;
    provision();
    poll();
    add_here("H", a_);
    poll(3600);
    ASSERT_THAT(there_.contents("H"), ElementsAre(a_));
    poll_with("H", [this] { move(a_, "H", "Archive"); });
    poll_often();
    EXPECT_THAT(both("Archive"), ElementsAre(a_));
    EXPECT_EQ(count_there(a_), 1U);
    EXPECT_EQ(there_.appends, 1);
}

TEST_F(Balance, SentUpWithoutIdAndMovedThereBeforeItWasFound) {
    there_.make("A");
    there_.make("H");
    there_.tells_new_ids = false;
    provision();
    poll();
    bool written = false;
    bool moved = false;
    there_.at_pull = [&](const std::string& name) {
        return (name == "A" && !written) || (name == "H" && there_.appends == 1 && !moved);
    };
    poll_and(
        [&] {
            if (!std::exchange(written, true)) {
                add_here("H", a_);
            } else {
                moved = true;
                there_.move("H", a_, "A");
            }
        },
        3600);
    there_.at_pull = nullptr;
    EXPECT_TRUE(moved);
    EXPECT_EQ(there_.appends, 1);
    poll_often();
    EXPECT_THAT(both("H"), ElementsAre(a_));
    EXPECT_EQ(count_there(a_), 1U);
}

// Two copies of one message that cross on their ways: what a folder there has too much of is what another lacks.
TEST_F(Balance, CopiesThatCross) {
    for (const bool tells : {true, false}) {
        int last = 1;
        for (int at = 1; at <= last && !HasFailure(); ++at) {
            SCOPED_TRACE("at call " + std::to_string(at) + (tells ? "" : ", without new ids"));
            fresh("");
            for (const char* name : {"A", "P", "Q", "Y"}) there_.make(name);
            there_.add("X", a_);
            provision();
            poll();
            mail::TransferRequest copy;
            copy.slots = {slot_of(a_, "X")};
            copy.destination = node_->account->find_mailbox("Y")->id;
            must(node_->runtime.run(mailbox("X")->transfer(copy)));
            poll_often();
            there_.tells_new_ids = tells;
            const auto cross = [this] {
                move(a_, "X", "P");
                there_.move("X", a_, "A");
                move(a_, "Y", "Q");
                there_.move("Y", a_, "P");
            };
            int calls = 0;
            there_.at_call = [&] { return ++calls == at; };
            poll_and(cross, 3600);
            there_.at_call = nullptr;
            last = std::max(last, std::min(calls, 8));
            if (lies_in("X", a_)) cross();
            poll_often();
            for (const char* name : {"A", "X", "Y"}) EXPECT_THAT(both(name), IsEmpty()) << name;
            for (const char* name : {"P", "Q"}) EXPECT_THAT(both(name), ElementsAre(a_)) << name;
        }
        EXPECT_GT(last, 4);
    }
}

// Mail comes to a folder that the user removed, after it was looked at.
TEST_F(Balance, NewMailInARemovedFolderAtTheLastMoment) {
    there_.add("Work", a_);
    there_.make("Xtra");
    provision();
    poll();
    delete_here("Work");
    poll_with("Xtra", [this] { there_.add("Work", b_); });
    poll_often();
    EXPECT_THAT(both("Work"), Contains(b_));
}

TEST_F(Balance, ARemovedFolderThatCannotBeReadForAWhileStaysRemoved) {
    there_.add("Work", a_);
    provision();
    poll();
    delete_here("Work");
    there_.unreadable.insert("Work");
    poll(3600);
    EXPECT_FALSE(is_here("Work"));
    there_.unreadable.clear();
    poll_often();
    EXPECT_FALSE(is_here("Work"));
    EXPECT_FALSE(there_.folders.contains("Work"));
}

// Both folders lose their mail there, of which nothing lies in the first any more here.
TEST_F(Balance, FiledFromAFolderOfWhichTheNameStays) {
    there_.add("F", a_);
    there_.make("F/Below");
    there_.make("G");
    provision();
    poll();
    move(a_, "F", "G");
    there_.remove_folder("G");
    poll_with("F/Below", [this] { there_.remove_folder("F"); });
    poll_often();
    EXPECT_THAT(both("G"), ElementsAre(a_));
}

// There only its name is left, and what the user removed from it was the last that both sides had in it.
TEST_F(Balance, FiledIntoAFolderOfWhichTheNameStays) {
    there_.add("INBOX", b_);
    there_.add("F", a_);
    there_.make("F/Below");
    provision();
    poll();
    expunge(a_, "F");
    there_.remove_folder("F");
    move(b_, "INBOX", "F");
    poll_often();
    EXPECT_THAT(both("F"), ElementsAre(b_));
    EXPECT_THAT(both("INBOX"), IsEmpty());
    EXPECT_EQ(there_.appends, 0);
}

// The user copies it while it moves there: the copy is one, and where it was it is gone.
TEST_F(Balance, CopiedHereWhileItMovesThere) {
    int last = 1;
    for (int at = 1; at <= last && !HasFailure(); ++at) {
        SCOPED_TRACE("at call " + std::to_string(at));
        fresh("");
        for (const char* name : {"A", "H", "Z"}) there_.make(name);
        there_.add("M", a_);
        provision();
        poll();
        const auto act = [this] {
            mail::TransferRequest copy;
            copy.slots = {slot_of(a_, "M")};
            copy.destination = node_->account->find_mailbox("H")->id;
            must(node_->runtime.run(mailbox("M")->transfer(copy)));
            there_.move("M", a_, "A");
        };
        int calls = 0;
        there_.at_call = [&] { return ++calls == at; };
        poll_and(act, 3600);
        there_.at_call = nullptr;
        last = std::max(last, calls);
        if (!lies_in("H", a_)) act();
        poll_often();
        EXPECT_THAT(both("A"), ElementsAre(a_));
        EXPECT_THAT(both("H"), ElementsAre(a_));
        EXPECT_THAT(both("M"), IsEmpty());
    }
    EXPECT_GT(last, 5);
}

}  // namespace
}  // namespace postern::gateway
