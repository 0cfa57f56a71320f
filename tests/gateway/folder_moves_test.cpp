// A message that both sides move at the same time, at every moment of a session: one place wins on both sides, and the message is
// there once.
#include <gmock/gmock.h>

#include <set>

#include "tests/gateway/support/folders_fixture.hpp"

namespace postern::gateway {
namespace {

using test::Crash;
using test::Folders;
using test::mail_text;
using testing::ElementsAre;
using testing::IsEmpty;

class MovedOnBothSides : public Folders {
protected:
    /// The message lies in "M"; what sorts before it is looked at before it, what sorts after it later.
    void begin() {
        fresh("");
        there_.add("M", a_);
        there_.add("A", b_);
        there_.add("Z", c_);
        there_.make("H");
        there_.make("R");
        provision();
        poll();
        calls_ = 0;
        moved_here_ = moved_there_ = false;
        there_.tells_new_ids = tells_new_ids_;
    }
    void move_here(const std::string& to) {
        const auto all = contents("M");
        if (std::find(all.begin(), all.end(), a_) == all.end()) return;
        moved_here_ = true;
        move(a_, "M", to);
        if (also_here_) also_here_();
    }
    void copy_here(const std::string& to) {
        mail::TransferRequest request;
        request.slots = {slot_of(a_, "M")};
        request.destination = node_->account->find_mailbox(to)->id;
        must(node_->runtime.run(mailbox("M")->transfer(request)));
    }
    void move_there(const std::string& to) {
        if (there_.find("M", a_) == nullptr) return;
        moved_there_ = true;
        there_.move("M", a_, to);
        if (also_there_) also_there_();
    }
    /// A session in which the user moves it at the call `here` to the provider, and somebody else there at the call `there`.
    void poll_with_moves(int here, const std::string& to_here, int there, const std::string& to_there) {
        there_.at_call = [this, here, there] { return ++calls_ == here || calls_ == there; };
        const auto act = [&] {
            if (calls_ == here) move_here(to_here);
            if (calls_ == there) move_there(to_there);
        };
        poll_and(act, 3600);
        there_.at_call = nullptr;
        // A session without changes is shorter.
        if (!moved_here_) move_here(to_here);
        if (!moved_there_) move_there(to_there);
    }
    std::size_t count_there() const {
        std::size_t count = 0;
        for (const auto& [name, folder] : there_.folders) {
            for (const auto& text : there_.contents(name)) count += text == a_ ? 1 : 0;
        }
        return count;
    }
    void expect_once_at(const std::string& where) {
        for (int i = 0; i < 4; ++i) poll(3600);
        EXPECT_EQ(count_there(), 1U);
        for (const char* name : {"A", "Archive", "H", "M", "R", "Z"}) both(name);
        EXPECT_NE(there_.find(where, a_), nullptr) << "not in " << where;
    }
    /// Whatever the folders are called by now.
    void expect_once() {
        for (int i = 0; i < 5; ++i) poll(3600);
        EXPECT_EQ(count_there(), 1U);
        std::set<std::string> names;
        for (const auto& info : node_->account->mailboxes()) names.insert(info.name);
        for (const auto& [name, folder] : there_.folders) names.insert(name);
        for (const auto& name : names) both(name);
    }
    /// The moves, and what happens to folders after them, at every moment of a session.
    void with_changes_of_folders(const std::function<void()>& here, const std::function<void()>& there) {
        for (const bool tells : {true, false}) {
            tells_new_ids_ = tells;
            int last = 1;
            for (int at = 1; at <= last; ++at) {
                SCOPED_TRACE("at call " + std::to_string(at) + (tells ? "" : ", without new ids"));
                begin();
                also_here_ = here;
                also_there_ = there;
                poll_with_moves(at, "H", at, "A");
                last = std::max(last, calls_);
                also_here_ = also_there_ = nullptr;
                expect_once();
                if (HasFailure()) return;
            }
        }
    }
    /// At every moment, alone or `apart` calls after each other.
    void at_every_call(const std::string& to_here, const std::string& to_there) {
        int last = 0;
        for (const int apart : {0, 1, 3, 7, -1, -4}) {
            for (int at = 1; at == 1 || at + std::max(0, apart) <= last; ++at) {
                SCOPED_TRACE("here " + to_here + ", at call " + std::to_string(at) + "; there " + to_there +
                             ", " + std::to_string(apart) + " calls later");
                begin();
                poll_with_moves(at, to_here, at + apart, to_there);
                last = std::max(last, calls_);
                expect_once_at(moved_here_ ? to_here : to_there);
                if (HasFailure()) return;
            }
        }
        EXPECT_GT(last, 7);
    }

    std::function<void()> also_here_;
    std::function<void()> also_there_;
    bool tells_new_ids_ = true;
    int calls_ = 0;
    bool acting_ = false;
    bool moved_here_ = false;
    bool moved_there_ = false;
};

TEST_F(MovedOnBothSides, ToWhereWasLookedAlready) {
    at_every_call("H", "A");
}

TEST_F(MovedOnBothSides, ToWhereWillBeLooked) {
    at_every_call("H", "Z");
}

TEST_F(MovedOnBothSides, HereToWhatComesLater) {
    at_every_call("R", "H");
}

TEST_F(MovedOnBothSides, ToTheSamePlace) {
    at_every_call("A", "A");
    at_every_call("Z", "Z");
}

// Where the user files it there is no folder there yet.
TEST_F(MovedOnBothSides, HereToWhatTheProviderHasNot) {
    at_every_call("Archive", "A");
    at_every_call("Archive", "Z");
}

TEST_F(MovedOnBothSides, WithoutNewIds) {
    tells_new_ids_ = false;
    at_every_call("H", "A");
    at_every_call("H", "Z");
}

TEST_F(MovedOnBothSides, AndAFolderIsRenamedHere) {
    with_changes_of_folders([this] { rename_here("M", "N"); }, nullptr);
    with_changes_of_folders([this] { rename_here("H", "N"); }, nullptr);
    with_changes_of_folders([this] { rename_here("A", "N"); }, nullptr);
}

TEST_F(MovedOnBothSides, AndAFolderIsRenamedThere) {
    with_changes_of_folders(nullptr, [this] { there_.rename("M", "N"); });
    with_changes_of_folders(nullptr, [this] { there_.rename("H", "N"); });
    with_changes_of_folders(nullptr, [this] { there_.rename("A", "N"); });
}

TEST_F(MovedOnBothSides, AndWhereItWasIsRemoved) {
    with_changes_of_folders([this] { delete_here("M"); }, nullptr);
    with_changes_of_folders(nullptr, [this] { there_.remove_folder("M"); });
    with_changes_of_folders([this] { delete_here("M"); }, [this] { there_.remove_folder("M"); });
}

TEST_F(MovedOnBothSides, AndWhereTheUserPutItIsRemovedThere) {
    with_changes_of_folders(nullptr, [this] { there_.remove_folder("H"); });
    with_changes_of_folders([this] { delete_here("M"); }, [this] { there_.remove_folder("H"); });
}

// The store fails once, at every commit, where the folder is new there, too.
TEST_F(MovedOnBothSides, AndTheStoreFails) {
    for (const auto fault : {test::CommitFault::before, test::CommitFault::after}) {
        bool failed = true;
        int at = 1;
        for (; failed; ++at) {
            SCOPED_TRACE("commit " + std::to_string(at) + " fails");
            begin();
            int count = 0;
            hooks_.fault = [&] {
                if (acting_ || !moved_here_) return test::CommitFault::none;
                return ++count == at ? fault : test::CommitFault::none;
            };
            there_.at_pull = [&](const std::string& folder) { return folder == "M" && !moved_here_; };
            const auto act = [this] {
                acting_ = true;
                move_there("B");
                move_here("H");
                acting_ = false;
            };
            poll_and(act, 3600);
            there_.at_pull = nullptr;
            hooks_.fault = nullptr;
            failed = count >= at;
            expect_once();
            if (HasFailure()) return;
        }
        EXPECT_GT(at, 3);
    }
}

// What came there as new before it was missed was moved on by the user: it is still one message.
TEST_F(MovedOnBothSides, AndTheUserMovesWhatCameInstead) {
    begin();
    there_.at_pull = [this](const std::string& folder) { return folder == "R" && !moved_there_; };
    poll_and([this] { move_there("Z"); }, 3600);
    there_.at_pull = nullptr;
    ASSERT_THAT(contents("Z"), testing::Contains(a_));
    ASSERT_THAT(contents("M"), testing::Contains(a_));
    move(a_, "Z", "R");
    move_here("H");
    expect_once_at("H");
}

// The provider's move is seen in half: then the process ends.
TEST_F(MovedOnBothSides, AndACrashInBetween) {
    bool crashed = true;
    int at = 1;
    for (; crashed; ++at) {
        SCOPED_TRACE("crash at step " + std::to_string(at));
        begin();
        int steps = 0;
        there_.at_pull = [&](const std::string& folder) { return folder == "M" && !moved_here_; };
        set_step([&] {
            if (moved_here_ && !acting_ && ++steps == at) throw Crash();
        });
        const auto act = [this] {
            acting_ = true;
            move_there("A");
            move_here("H");
            acting_ = false;
        };
        crashed = false;
        try {
            poll_and(act, 3600);
        } catch (const Crash&) {
            crashed = true;
        }
        there_.at_pull = nullptr;
        set_step(nullptr);
        there_.paused = false;
        if (crashed) start();
        expect_once_at("H");
        if (HasFailure()) break;
    }
    EXPECT_GT(at, 10);
}

// Somebody else removes it while the user files it: nobody loses it.
TEST_F(MovedOnBothSides, RemovedThereAndFiledHereStays) {
    begin();
    move_here("H");
    there_.remove("M", a_);
    for (int i = 0; i < 4; ++i) poll(3600);
    EXPECT_THAT(both("H"), ElementsAre(a_));
    EXPECT_THAT(both("M"), IsEmpty());
}

// The user copies it to where somebody else moves it: there is no second one there, and where it was it is gone.
TEST_F(MovedOnBothSides, CopiedHereToWhereItWasMovedThere) {
    begin();
    copy_here("A");
    there_.move("M", a_, "A");
    for (int i = 0; i < 4; ++i) poll(3600);
    EXPECT_EQ(count_there(), 1U);
    EXPECT_THAT(both("A"), testing::UnorderedElementsAre(a_, b_));
    EXPECT_THAT(both("M"), IsEmpty());
}

// With its folder, of which the name alone stays.
TEST_F(MovedOnBothSides, ItsFolderRemovedThereAndItFiledHereStays) {
    begin();
    there_.add("M/Below", mail_text(4));
    poll();
    move_here("H");
    there_.remove_folder("M");
    for (int i = 0; i < 4; ++i) poll(3600);
    EXPECT_THAT(both("H"), ElementsAre(a_));
    EXPECT_EQ(count_there(), 1U);
}

// A folder that cannot be read may be where it went: it is waited for, until then it is kept here.
TEST_F(MovedOnBothSides, WhereItWentCannotBeReadForAWhile) {
    begin();
    there_.unreadable.insert("A");
    there_.move("M", a_, "A");
    move_here("H");
    for (int i = 0; i < 3; ++i) poll(3600);
    EXPECT_THAT(contents("H"), ElementsAre(a_));
    EXPECT_EQ(count_there(), 1U);
    there_.unreadable.clear();
    expect_once_at("H");
    EXPECT_EQ(there_.appends, 0);
}

}  // namespace
}  // namespace postern::gateway
