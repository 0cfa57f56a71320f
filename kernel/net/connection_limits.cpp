#include "kernel/net/connection_limits.hpp"

namespace postern::net {

std::string ConnectionLimits::admit(const std::string& address, bool loopback,
                                    std::function<void()>& release) {
    if (count_.fetch_add(1) >= total_) {
        --count_;
        return "too many connections";
    }
    if (!loopback) {
        const std::lock_guard lock(mutex_);
        auto& from_there = addresses_[address];
        if (from_there >= per_address_) {
            --count_;
            return "too many connections from your address";
        }
        ++from_there;
    }
    release = [self = shared_from_this(), address, loopback] { self->leave(address, loopback); };
    return "";
}

void ConnectionLimits::leave(const std::string& address, bool loopback) {
    --count_;
    if (loopback) return;
    const std::lock_guard lock(mutex_);
    const auto found = addresses_.find(address);
    if (found != addresses_.end() && --found->second == 0) addresses_.erase(found);
}

}  // namespace postern::net
