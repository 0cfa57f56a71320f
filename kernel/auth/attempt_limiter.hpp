#pragma once
#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>
#include <unordered_map>

namespace postern::auth {

/// Counts failed sign-ins by account name and by address. Thread-safe. Memory is bounded: entries older than the
/// window are dropped, and the table never holds more than `max_entries`.
class AttemptLimiter {
public:
    using Clock = std::chrono::steady_clock;
    struct Limits {
        bool enabled = true;
        std::int64_t per_account = 10;
        std::int64_t per_address = 50;
        std::chrono::milliseconds window{std::chrono::minutes(10)};
    };
    static constexpr std::size_t max_entries = 100'000;

    explicit AttemptLimiter(Limits limits) : limits_(limits) {}

    /// False if this account or address has failed too often within the window. "" is no account.
    bool allowed(const std::string& login, const std::string& address, Clock::time_point now);
    void failed(const std::string& login, const std::string& address, Clock::time_point now);
    /// Clears the account's failures; the address keeps its own, or one good account would cover an attack.
    void succeeded(const std::string& login);

private:
    struct Failures {
        std::int64_t count = 0;
        Clock::time_point first;
    };
    using Table = std::unordered_map<std::string, Failures>;

    bool below(Table& table, const std::string& key, std::int64_t limit, Clock::time_point now);
    void add(Table& table, const std::string& key, Clock::time_point now);

    Limits limits_;
    std::mutex mutex_;
    Table accounts_;
    Table addresses_;
};

}  // namespace postern::auth
