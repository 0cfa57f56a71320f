// A message that both sides move at the same time, at every moment of a session: one place wins on both sides, and the message is
// there once.
#include <gmock/gmock.h>

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
    }
    void move_here(const std::string& to) {
        const auto all = contents("M");
        if (std::find(all.begin(), all.end(), a_) == all.end()) return;
        moved_here_ = true;
        move(a_, "M", to);
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
        for (const char* name : {"A", "H", "M", "R", "Z"}) both(name);
        EXPECT_NE(there_.find(where, a_), nullptr) << "not in " << where;
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

TEST_F(MovedOnBothSides, WithoutNewIds) {
    begin();
    there_.tells_new_ids = false;
    poll_with_moves(5, "H", 5, "A");
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
        there_.step = hooks_.step = [&] {
            if (moved_here_ && !acting_ && ++steps == at) throw Crash();
        };
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
        there_.step = hooks_.step = nullptr;
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
