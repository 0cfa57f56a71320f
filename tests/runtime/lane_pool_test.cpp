// Blocking jobs: order within a key, parallel across keys, bounded, complete at close.
#include "kernel/runtime/lane_pool.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <set>
#include <thread>

namespace postern::runtime {
namespace {

TEST(LanePool, JobsOfOneKeyRunInOrder) {
    LanePool pool("test", 4, 10'000);
    std::vector<int> seen;  // no lock: jobs of one key never overlap
    for (int i = 0; i < 1000; ++i) ASSERT_TRUE(pool.post(7, [&seen, i] { seen.push_back(i); }));
    pool.close();
    ASSERT_EQ(seen.size(), 1000U);
    for (int i = 0; i < 1000; ++i) EXPECT_EQ(seen[static_cast<std::size_t>(i)], i);
}

TEST(LanePool, OneKeyDoesNotHoldUpAnother) {
    LanePool pool("test", 2, 100);
    std::promise<void> gate;
    std::promise<void> other;
    auto opened = gate.get_future().share();
    pool.post(1, [opened] { opened.wait(); });
    pool.post(2, [&] { other.set_value(); });
    other.get_future().wait();  // would never end if key 2 waited for key 1
    gate.set_value();
}

TEST(LanePool, AFullPoolRefuses) {
    LanePool pool("test", 1, 2);
    std::promise<void> gate;
    std::promise<void> running;
    auto opened = gate.get_future().share();
    pool.post(1, [&, opened] {
        running.set_value();
        opened.wait();
    });
    running.get_future().wait();
    EXPECT_TRUE(pool.post(1, [] {}));
    EXPECT_TRUE(pool.post(2, [] {}));
    EXPECT_FALSE(pool.post(3, [] {}));
    EXPECT_EQ(pool.queued(), 2U);
    gate.set_value();
}

TEST(LanePool, WithLittleToDoOneThreadDoesIt) {
    LanePool pool("test", 4, 100);
    std::set<std::thread::id> threads;
    for (std::uint64_t key = 0; key < 100; ++key) {
        while (pool.idle() < pool.threads()) std::this_thread::yield();
        std::promise<std::thread::id> done;
        pool.post(key, [&done] { done.set_value(std::this_thread::get_id()); });
        threads.insert(done.get_future().get());
    }
    EXPECT_EQ(threads.size(), 1U);
}

TEST(LanePool, CloseRunsWhatWaitsAndRefusesMore) {
    std::atomic<int> ran = 0;
    LanePool pool("test", 2, 1000);
    for (std::uint64_t i = 0; i < 100; ++i) pool.post(i % 3, [&] { ++ran; });
    pool.close();
    EXPECT_EQ(ran, 100);
    EXPECT_FALSE(pool.post(1, [] {}));
}

}  // namespace
}  // namespace postern::runtime
