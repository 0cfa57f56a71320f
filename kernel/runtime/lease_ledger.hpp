#pragma once
// Who still holds on to a plugin: leases counted by name.
#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <string>

#include "postern/runtime/runtime.hpp"

namespace postern::runtime {

/// The leases of one owner. Thread-safe.
class LeaseLedger final : public Lease::Holder {
public:
    void acquired(const std::string& name) override;
    void released(const std::string& name) override;

    std::size_t count() const;
    /// "idle session (3), poller": for the log.
    std::string names() const;
    /// Blocks until no lease is left or the deadline has passed; true if none is left. Never on a core's thread.
    bool wait_until_free(std::chrono::steady_clock::time_point deadline);

private:
    mutable std::mutex mutex_;
    std::condition_variable free_;
    std::map<std::string, std::size_t> held_;
    std::size_t total_ = 0;
};

}  // namespace postern::runtime
