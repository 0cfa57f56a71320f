#include "kernel/runtime/lease_ledger.hpp"

namespace postern::runtime {

void LeaseLedger::acquired(const std::string& name) {
    const std::lock_guard lock(mutex_);
    ++held_[name];
    ++total_;
}

void LeaseLedger::released(const std::string& name) {
    const std::lock_guard lock(mutex_);
    const auto found = held_.find(name);
    if (found == held_.end()) return;
    if (--found->second == 0) held_.erase(found);
    if (--total_ == 0) free_.notify_all();
}

std::size_t LeaseLedger::count() const {
    const std::lock_guard lock(mutex_);
    return total_;
}

std::string LeaseLedger::names() const {
    const std::lock_guard lock(mutex_);
    std::string out;
    for (const auto& [name, count] : held_) {
        if (!out.empty()) out += ", ";
        out += name;
        if (count > 1) out += " (" + std::to_string(count) + ")";
    }
    return out;
}

bool LeaseLedger::wait_until_free(std::chrono::steady_clock::time_point deadline) {
    std::unique_lock lock(mutex_);
    return free_.wait_until(lock, deadline, [this] { return total_ == 0; });
}

}  // namespace postern::runtime
