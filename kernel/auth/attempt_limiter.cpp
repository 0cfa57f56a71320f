#include "kernel/auth/attempt_limiter.hpp"

namespace postern::auth {

bool AttemptLimiter::below(Table& table, const std::string& key, std::int64_t limit, Clock::time_point now) {
    auto found = table.find(key);
    if (found == table.end()) return true;
    if (now - found->second.first > limits_.window) {
        table.erase(found);
        return true;
    }
    return found->second.count < limit;
}

void AttemptLimiter::add(Table& table, const std::string& key, Clock::time_point now) {
    if (table.size() >= max_entries) {
        std::erase_if(table, [&](const auto& entry) { return now - entry.second.first > limits_.window; });
        if (table.size() >= max_entries) table.clear();
    }
    Failures& entry = table[key];
    if (entry.count == 0 || now - entry.first > limits_.window) entry = {0, now};
    ++entry.count;
}

bool AttemptLimiter::allowed(const std::string& login, const std::string& address, Clock::time_point now) {
    if (!limits_.enabled) return true;
    const std::lock_guard lock(mutex_);
    const bool account_ok = login.empty() || below(accounts_, login, limits_.per_account, now);
    const bool address_ok = below(addresses_, address, limits_.per_address, now);
    return account_ok && address_ok;
}

void AttemptLimiter::failed(const std::string& login, const std::string& address, Clock::time_point now) {
    if (!limits_.enabled) return;
    const std::lock_guard lock(mutex_);
    if (!login.empty()) add(accounts_, login, now);
    add(addresses_, address, now);
}

void AttemptLimiter::succeeded(const std::string& login) {
    const std::lock_guard lock(mutex_);
    accounts_.erase(login);
}

}  // namespace postern::auth
