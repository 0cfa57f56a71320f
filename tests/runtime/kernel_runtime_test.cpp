// Cores, lanes as coroutines see them, leases, and the end of everything.
#include "kernel/runtime/kernel_runtime.hpp"

#include <gtest/gtest.h>

#include <boost/asio/this_coro.hpp>

#include "postern/runtime/event.hpp"
#include "postern/runtime/lane.hpp"

namespace postern::runtime {
namespace {

using std::chrono::seconds;
using std::chrono::steady_clock;

/// Keeps the last line.
class MemoryLogger final : public Logger {
public:
    bool enabled(LogLevel) const override { return true; }
    void write(LogLevel, std::string_view event, std::initializer_list<LogField> fields) override {
        const std::lock_guard lock(mutex_);
        last_ = event;
        for (const auto& field : fields) {
            if (const auto* text = std::get_if<std::string_view>(&field.value))
                last_ += "|" + std::string(*text);
        }
    }
    std::string last() const {
        const std::lock_guard lock(mutex_);
        return last_;
    }

private:
    mutable std::mutex mutex_;
    std::string last_;
};

class KernelRuntimeTest : public testing::Test {
protected:
    KernelRuntimeTest()
        : kernel_(2), ledger_(std::make_shared<LeaseLedger>()), runtime_(kernel_.facade(ledger_, log_)) {
        kernel_.open_lane(LaneKind::cpu, 2, 100);
        kernel_.start();
    }
    ~KernelRuntimeTest() override { kernel_.stop(); }

    MemoryLogger log_;
    KernelRuntime kernel_;
    std::shared_ptr<LeaseLedger> ledger_;
    std::unique_ptr<Runtime> runtime_;
};

Task<std::thread::id> thread_of_this() {
    co_return std::this_thread::get_id();
}

TEST_F(KernelRuntimeTest, EachCoreIsOneThread) {
    const auto first = run_and_wait(kernel_.core(0), thread_of_this());
    EXPECT_EQ(run_and_wait(kernel_.core(0), thread_of_this()), first);
    EXPECT_NE(run_and_wait(kernel_.core(1), thread_of_this()), first);
    EXPECT_EQ(runtime_->core_index(42), runtime_->core_index(42));
}

Task<Result<bool>> lane_round_trip(Runtime* runtime) {
    const auto before = std::this_thread::get_id();
    const std::function<Result<std::thread::id>()> job = [] {
        return Result<std::thread::id>(std::this_thread::get_id());
    };
    auto there = co_await run_on_lane<std::thread::id>(*runtime, LaneKind::cpu, 1, job);
    if (!there) co_return there.error();
    co_return *there != before&& std::this_thread::get_id() == before;
}

TEST_F(KernelRuntimeTest, ALaneJobRunsElsewhereAndResumesHere) {
    const auto result = run_and_wait(kernel_.core(1), lane_round_trip(runtime_.get()));
    ASSERT_TRUE(result) << result.error().to_string();
    EXPECT_TRUE(*result);
}

Task<Result<int>> throwing_job(Runtime* runtime, LaneKind kind) {
    const std::function<Result<int>()> job = []() -> Result<int> {
        throw std::runtime_error("disk on fire");
    };
    auto result = co_await run_on_lane<int>(*runtime, kind, 1, job);
    co_return result;
}

TEST_F(KernelRuntimeTest, AThrowingJobIsAnError) {
    const auto result = run_and_wait(kernel_.core(0), throwing_job(runtime_.get(), LaneKind::cpu));
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, Errc::internal);
    EXPECT_NE(result.error().text.find("disk on fire"), std::string::npos);
}

TEST_F(KernelRuntimeTest, ALaneWithoutThreadsAnswersTemporary) {
    const auto result = run_and_wait(kernel_.core(0), throwing_job(runtime_.get(), LaneKind::store));
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, Errc::temporary);
}

Task<void> wait_for(Event* event, std::promise<bool>* notified) {
    const bool result = co_await event->wait(std::chrono::hours(1));
    notified->set_value(result);
}

TEST_F(KernelRuntimeTest, SpawnHoldsALeaseUntilTheEnd) {
    Event event(kernel_.core(0));
    std::promise<bool> notified;
    runtime_->spawn(kernel_.core(0), "waiter", wait_for(&event, &notified));
    EXPECT_EQ(ledger_->names(), "waiter");
    EXPECT_FALSE(ledger_->wait_until_free(steady_clock::now()));
    boost::asio::post(kernel_.core(0), [&event] { event.notify(); });
    EXPECT_TRUE(notified.get_future().get());
    EXPECT_TRUE(ledger_->wait_until_free(steady_clock::now() + seconds(20)));
}

Task<void> fail() {
    throw std::runtime_error("not my day");
    co_return;
}

TEST_F(KernelRuntimeTest, AnExceptionOfASpawnedTaskIsLoggedWithItsName) {
    runtime_->spawn(kernel_.core(0), "failing task", fail());
    ASSERT_TRUE(ledger_->wait_until_free(steady_clock::now() + seconds(20)));
    EXPECT_EQ(log_.last(), "a task ended with an exception|failing task|not my day");
}

Task<void> sleep_long(std::promise<Errc>* woken) {
    auto slept = co_await sleep_for(std::chrono::hours(1));
    woken->set_value(slept ? Errc{} : slept.error().code);
}

TEST_F(KernelRuntimeTest, StoppingWakesSleepsAndEvents) {
    Event event(kernel_.core(1));
    std::promise<bool> notified;
    std::promise<Errc> woken;
    runtime_->spawn(kernel_.core(1), "event", wait_for(&event, &notified));
    runtime_->spawn(kernel_.core(0), "sleeper", sleep_long(&woken));
    EXPECT_FALSE(runtime_->stopping());
    kernel_.begin_stop();
    EXPECT_TRUE(runtime_->stopping());
    EXPECT_FALSE(notified.get_future().get());
    EXPECT_EQ(woken.get_future().get(), Errc::cancelled);
    std::promise<Errc> late;
    runtime_->spawn(kernel_.core(0), "late sleeper", sleep_long(&late));
    EXPECT_EQ(late.get_future().get(), Errc::cancelled) << "a sleep begun while stopping ends at once";
    EXPECT_TRUE(ledger_->wait_until_free(steady_clock::now() + seconds(20)));
}

TEST(LeaseLedger, CountsByName) {
    auto ledger = std::make_shared<LeaseLedger>();
    Lease a(ledger, "session");
    {
        const Lease b(ledger, "session");
        Lease c(ledger, "poller");
        EXPECT_EQ(ledger->names(), "poller, session (2)");
        a = std::move(c);
        EXPECT_EQ(ledger->count(), 3U);
    }
    EXPECT_EQ(ledger->names(), "poller");
    Lease moved(std::move(a));
    EXPECT_FALSE(a);  // NOLINT(bugprone-use-after-move): that is the assertion
    EXPECT_EQ(ledger->count(), 1U);
}

}  // namespace
}  // namespace postern::runtime
