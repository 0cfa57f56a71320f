#pragma once
// Threads and time. One thread and one io_context a core; everything of one account runs on core_of(account), so it
// needs no lock. Blocking work runs on lanes. See docs/core-developer.md and the coroutine rules there.
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "postern/export.hpp"
#include "postern/result.hpp"

namespace postern {

using Executor = boost::asio::any_io_executor;
template <class T>
using Task = boost::asio::awaitable<T>;

/// Counted claim of a plugin on the process: as long as one is held, the plugin is not stopped. Movable. Every
/// coroutine and stored callback of a plugin holds one, with a name for the log.
class POSTERN_SDK Lease {
public:
    class Holder;  // the kernel's side
    Lease() = default;
    Lease(std::shared_ptr<Holder> holder, std::string name);
    Lease(Lease&& other) noexcept = default;
    Lease& operator=(Lease&& other) noexcept;
    ~Lease();

    explicit operator bool() const { return holder_ != nullptr; }
    const std::string& name() const { return name_; }

private:
    std::shared_ptr<Holder> holder_;
    std::string name_;
};

/// The kernel's side of leases.
class POSTERN_SDK Lease::Holder {
public:
    virtual ~Holder();
    virtual void acquired(const std::string& name) = 0;
    virtual void released(const std::string& name) = 0;
};

/// Kinds of blocking work, each with its own bounded pool.
enum class LaneKind {
    store,  ///< database calls; a job blocks on I/O
    cpu,    ///< password hashing, large MIME, compression
};

class POSTERN_SDK Runtime {
public:
    virtual ~Runtime();

    virtual std::size_t core_count() const = 0;
    /// Executor of one core. Work posted here runs on that core's thread.
    virtual Executor core(std::size_t index) const = 0;
    /// The core that owns everything of `key` (an account id's value).
    std::size_t core_index(std::uint64_t key) const;
    Executor core_of(std::uint64_t key) const { return core(core_index(key)); }

    /// Queues a blocking job. Jobs with the same key run one after the other, in order; others in parallel. The job
    /// gets values, touches no session, may not throw. Answers false (and drops the job) if the lane is full or the
    /// server is stopping. Thread-safe. Use run_on_lane (lane.hpp) from coroutines.
    virtual bool post_to_lane(LaneKind kind, std::uint64_t key, std::function<void()> job) = 0;

    /// Takes a lease for the plugin this Runtime was handed to.
    virtual Lease lease(std::string name) = 0;

    /// Starts a coroutine that nobody awaits. It holds a lease named `name`; an exception that escapes is logged and
    /// counted as the plugin's defect. The only way to start a coroutine in production code.
    virtual void spawn(Executor executor, std::string name, Task<void> task) = 0;

    /// True once the server is stopping: loops end, new work is refused.
    virtual bool stopping() const = 0;
};

/// Suspends the calling coroutine. Resumes early with Errc::cancelled when its executor's core is stopping.
POSTERN_SDK Task<Result<void>> sleep_for(std::chrono::steady_clock::duration duration);

}  // namespace postern
