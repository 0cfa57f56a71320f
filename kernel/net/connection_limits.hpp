#pragma once
// How many connections there may be: in all, of one listener, from one address.
#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

namespace postern::net {

/// Thread-safe. Loopback addresses have no limit of their own: tests, proxies and webmail come from there.
class ConnectionLimits : public std::enable_shared_from_this<ConnectionLimits> {
public:
    ConnectionLimits(std::size_t total, std::size_t per_address) : total_(total), per_address_(per_address) {}

    /// Counts one connection. Empty if it is admitted (then `release` undoes it, once); otherwise which limit is
    /// reached, in words for the client.
    std::string admit(const std::string& address, bool loopback, std::function<void()>& release);
    std::size_t count() const { return count_; }

private:
    void leave(const std::string& address, bool loopback);

    std::size_t total_;
    std::size_t per_address_;
    std::atomic<std::size_t> count_{0};
    std::mutex mutex_;
    std::unordered_map<std::string, std::size_t> addresses_;
};

}  // namespace postern::net
