// The process dies at every step there is, before and after (gateway.md 2.8): at the end every message is there once, and
// the provider lost what was to be deleted and nothing else.
#include <algorithm>
#include <random>

#include "tests/gateway/support/world.hpp"

namespace postern::gateway {
namespace {

using test::Crash;
using test::FakeProvider;
using test::mail_text;

class Crashes : public test::World {
protected:
    /// Polls, and dies at step `at` counted from now. True if it came that far.
    bool poll_until_crash(int at) {
        int count = 0;
        const auto step = [&count, at] {
            if (++count == at) throw Crash();
        };
        hooks_.step = provider_.step = step;
        bool crashed = false;
        try {
            poll();
        } catch (const Crash&) {
            crashed = true;
        }
        hooks_.step = provider_.step = nullptr;
        if (crashed) start();
        return crashed;
    }
    void settle() {
        for (int i = 0; i < 4; ++i) poll(3600);
    }
    void expect_each_once(std::vector<unsigned> numbers) {
        auto there = contents();
        std::vector<std::string> expected;
        for (const unsigned n : numbers) expected.push_back(mail_text(n));
        std::sort(there.begin(), there.end());
        std::sort(expected.begin(), expected.end());
        EXPECT_EQ(there, expected);
    }
};

TEST_F(Crashes, AtEveryStepOfACollection) {
    int at = 1;
    for (bool crashed = true; crashed; ++at) {
        SCOPED_TRACE("crash at step " + std::to_string(at));
        reset();
        for (unsigned i = 1; i <= 6; ++i) provider_.add(mail_text(i));
        provision();
        crashed = poll_until_crash(at);
        settle();
        expect_each_once({1, 2, 3, 4, 5, 6});
        EXPECT_TRUE(provider_.deleted.empty());
        if (HasFailure()) break;
    }
    EXPECT_GT(at, 20);
}

TEST_F(Crashes, AtEveryStepOfADeletion) {
    int at = 1;
    for (bool crashed = true; crashed; ++at) {
        SCOPED_TRACE("crash at step " + std::to_string(at));
        reset();
        for (unsigned i = 1; i <= 6; ++i) provider_.add(mail_text(i));
        provision();
        poll();
        expunge(mail_text(2));
        expunge(mail_text(5));
        provider_.add(mail_text(7));
        crashed = poll_until_crash(at);
        settle();
        expect_each_once({1, 3, 4, 6, 7});
        std::sort(provider_.deleted.begin(), provider_.deleted.end());
        EXPECT_EQ(provider_.deleted, (std::vector<std::uint64_t>{2, 5}));
        if (HasFailure()) break;
    }
    EXPECT_GT(at, 20);
}

TEST_F(Crashes, AtEveryStepOfARemovalByOthers) {
    int at = 1;
    for (bool crashed = true; crashed; ++at) {
        SCOPED_TRACE("crash at step " + std::to_string(at));
        reset();
        for (unsigned i = 1; i <= 6; ++i) provider_.add(mail_text(i));
        provision();
        poll();
        provider_.remove(3);
        provider_.add(mail_text(8));
        poll();
        clock_ += 3600;
        crashed = poll_until_crash(at);
        settle();
        expect_each_once({1, 2, 4, 5, 6, 8});
        EXPECT_TRUE(provider_.deleted.empty());
        if (HasFailure()) break;
    }
    EXPECT_GT(at, 5);
}

TEST_F(Crashes, AtEveryStepOfARenumbering) {
    int at = 1;
    for (bool crashed = true; crashed; ++at) {
        SCOPED_TRACE("crash at step " + std::to_string(at));
        reset();
        for (unsigned i = 1; i <= 6; ++i) provider_.add(mail_text(i));
        provision();
        poll();
        for (auto& message : provider_.maildrop) message.uidl += "-moved";
        provider_.add(mail_text(9));
        crashed = poll_until_crash(at);
        settle();
        expect_each_once({1, 2, 3, 4, 5, 6, 9});
        if (HasFailure()) break;
    }
    EXPECT_GT(at, 5);
}

// Random schedules of arrivals, deletions on either side, lost lines and crashes. The seed of a failure is printed.
TEST_F(Crashes, RandomSchedules) {
    for (unsigned seed = 1; seed <= 25; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        reset();
        std::mt19937 random(seed);
        const auto dice = [&random](unsigned sides) { return static_cast<unsigned>(random() % sides); };
        configure("absence: 1s, vanish_brake: 1000, delete_brake: 1000");
        provision();
        unsigned next = 1;
        std::vector<unsigned> expected;
        std::vector<std::uint64_t> user_deleted;
        for (int turn = 0; turn < 25; ++turn) {
            for (unsigned k = dice(4); k > 0; --k) {
                provider_.add(mail_text(next));
                expected.push_back(next++);
            }
            provider_.commit = static_cast<FakeProvider::Commit>(dice(6) < 4 ? 0 : 1 + dice(2));
            if (dice(5) == 0 && next > 1) provider_.break_at_serial = 1 + dice(next);
            if (dice(3) == 0) {
                poll_until_crash(1 + static_cast<int>(dice(40)));
            } else {
                poll();
            }
            provider_.break_at_serial.reset();
            const auto there = contents();
            if (dice(3) == 0 && !there.empty()) {
                const auto content = there[dice(static_cast<unsigned>(there.size()))];
                const auto number =
                    static_cast<unsigned>(std::stoul(content.substr(content.find("Subject: m") + 10)));
                expunge(content);
                std::erase(expected, number);
                user_deleted.push_back(number);
            }
        }
        provider_.commit = FakeProvider::Commit::works;
        settle();
        settle();
        expect_each_once(expected);
        std::set<std::uint64_t> gone(provider_.deleted.begin(), provider_.deleted.end());
        EXPECT_EQ(gone, std::set<std::uint64_t>(user_deleted.begin(), user_deleted.end()));
        EXPECT_EQ(provider_.maildrop.size(), expected.size());
        if (HasFailure()) break;
    }
}

}  // namespace
}  // namespace postern::gateway
