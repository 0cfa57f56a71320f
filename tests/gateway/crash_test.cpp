// The process dies at every step there is, before and after (gateway.md 2.8): at the end every message is there once, and
// the provider lost what was to be deleted and nothing else.
#include <algorithm>

#include "tests/gateway/support/world.hpp"

namespace postern::gateway {
namespace {

using test::mail_text;

class Crashes : public test::World {
protected:
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

}  // namespace
}  // namespace postern::gateway
