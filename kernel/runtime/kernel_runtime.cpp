#include "kernel/runtime/kernel_runtime.hpp"

#include <pthread.h>

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <exception>
#include <stdexcept>

#include "postern/runtime/core_stop.hpp"

namespace postern::runtime {

namespace asio = boost::asio;

namespace {

/// Ends a spawned coroutine: gives its lease back, after telling of an exception that escaped it.
struct SpawnEnd {
    Lease lease;
    Logger* log;

    void operator()(const std::exception_ptr& error) const {
        if (!error) return;
        try {
            std::rethrow_exception(error);
        } catch (const std::exception& e) {
            log->error("a task ended with an exception", {{"task", lease.name()}, {"what", e.what()}});
        } catch (...) {
            log->error("a task ended with an exception of unknown type", {{"task", lease.name()}});
        }
    }
};

/// What one owner sees of the runtime.
class Facade final : public Runtime {
public:
    Facade(KernelRuntime& runtime, std::shared_ptr<LeaseLedger> ledger, Logger& log)
        : runtime_(runtime), ledger_(std::move(ledger)), log_(log) {}

    std::size_t core_count() const override { return runtime_.core_count(); }
    Executor core(std::size_t index) const override { return runtime_.core(index); }
    bool post_to_lane(LaneKind kind, std::uint64_t key, std::function<void()> job) override {
        return runtime_.post_to_lane(kind, key, std::move(job));
    }
    Lease lease(std::string name) override { return Lease(ledger_, std::move(name)); }
    void spawn(Executor executor, std::string name, Task<void> task) override {
        SpawnEnd end{lease(std::move(name)), &log_};
        asio::co_spawn(std::move(executor), std::move(task), std::move(end));
    }
    bool stopping() const override { return runtime_.stopping(); }

private:
    KernelRuntime& runtime_;
    std::shared_ptr<LeaseLedger> ledger_;
    Logger& log_;
};

}  // namespace

namespace {

std::future<void> run(const Executor& executor, Task<void> task) {
    auto done = std::make_shared<std::promise<void>>();
    auto future = done->get_future();
    asio::co_spawn(executor, std::move(task), [done](std::exception_ptr error) {
        if (error) {
            done->set_exception(error);
        } else {
            done->set_value();
        }
    });
    return future;
}

}  // namespace

void run_and_wait(const Executor& executor, Task<void> task) {
    run(executor, std::move(task)).get();
}

void run_and_wait(const Executor& executor, Task<void> task, std::chrono::steady_clock::time_point deadline) {
    auto future = run(executor, std::move(task));
    if (future.wait_until(deadline) == std::future_status::timeout) {
        throw std::runtime_error("it did not finish in time");
    }
    future.get();
}

KernelRuntime::KernelRuntime(std::size_t cores) {
    if (cores == 0) cores = std::max(1U, std::thread::hardware_concurrency());
    for (std::size_t i = 0; i < cores; ++i) {
        cores_.push_back(std::make_unique<Core>());
        // Makes the reactor and its descriptors now: later there may be none left to make it with.
        const asio::steady_timer reactor(cores_.back()->context);
    }
}

KernelRuntime::~KernelRuntime() {
    stop();
}

void KernelRuntime::start() {
    for (std::size_t i = 0; i < cores_.size(); ++i) {
        auto& core = *cores_[i];
        core.thread = std::thread([&core] { core.context.run(); });
        pthread_setname_np(core.thread.native_handle(), ("core-" + std::to_string(i)).c_str());
    }
}

void KernelRuntime::open_lane(LaneKind kind, std::size_t threads, std::size_t max_queued) {
    auto& pool = kind == LaneKind::store ? store_lane_ : cpu_lane_;
    pool = std::make_unique<LanePool>(kind == LaneKind::store ? "store" : "cpu", threads, max_queued);
}

LanePool* KernelRuntime::lane(LaneKind kind) const {
    return kind == LaneKind::store ? store_lane_.get() : cpu_lane_.get();
}

bool KernelRuntime::post_to_lane(LaneKind kind, std::uint64_t key, std::function<void()> job) {
    auto* pool = lane(kind);
    return pool != nullptr && pool->post(key, std::move(job));
}

std::size_t KernelRuntime::lane_queued(LaneKind kind) const {
    const auto* pool = lane(kind);
    return pool == nullptr ? 0 : pool->queued();
}

void KernelRuntime::begin_stop() {
    stopping_.store(true, std::memory_order_release);
    for (std::size_t i = 0; i < core_count(); ++i) {
        const Executor executor = core(i);
        asio::post(executor, [executor] { begin_core_stop(executor); });
    }
}

void KernelRuntime::stop() {
    stopping_.store(true, std::memory_order_release);
    if (store_lane_) store_lane_->close();
    if (cpu_lane_) cpu_lane_->close();
    for (auto& core : cores_) {
        core->work.reset();
        core->context.stop();
    }
    for (auto& core : cores_) {
        if (core->thread.joinable()) core->thread.join();
    }
}

std::unique_ptr<Runtime> KernelRuntime::facade(std::shared_ptr<LeaseLedger> ledger, Logger& log) {
    return std::make_unique<Facade>(*this, std::move(ledger), log);
}

}  // namespace postern::runtime
