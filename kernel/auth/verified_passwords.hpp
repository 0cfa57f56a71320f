#pragma once
#include <array>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>
#include <unordered_map>

namespace postern::auth {

/// Remembers that a password matched a verifier, so that the next sign-in need not hash again. Holds keyed digests
/// (HMAC-SHA256 under a key of this process), never passwords. Thread-safe, bounded.
class VerifiedPasswords {
public:
    using Clock = std::chrono::steady_clock;
    static constexpr std::size_t max_entries = 50'000;

    explicit VerifiedPasswords(std::chrono::milliseconds lifetime);

    bool contains(const std::string& login, const std::string& verifier, const std::string& password,
                  Clock::time_point now);
    void add(const std::string& login, const std::string& verifier, const std::string& password,
             Clock::time_point now);

private:
    using Digest = std::array<std::uint8_t, 32>;
    Digest digest(const std::string& verifier, const std::string& password) const;

    struct Entry {
        Digest digest;
        Clock::time_point expires;
    };
    std::chrono::milliseconds lifetime_;
    std::array<std::uint8_t, 32> key_{};
    std::mutex mutex_;
    std::unordered_map<std::string, Entry> entries_;
};

}  // namespace postern::auth
