#include "kernel/mail/id_generator.hpp"

#include <chrono>
#include <random>

namespace postern::mail {

namespace {

constexpr std::uint64_t epoch_2026 = 1767225600ULL * 1000000;  // microseconds
constexpr unsigned process_bits = 12;

std::uint64_t microseconds() {
    const auto since_1970 = std::chrono::system_clock::now().time_since_epoch();
    const auto now =
        static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(since_1970).count());
    return now > epoch_2026 ? now - epoch_2026 : 0;
}

}  // namespace

IdGenerator::IdGenerator() : process_(std::random_device{}() & ((1U << process_bits) - 1)) {}

std::uint64_t IdGenerator::next() {
    std::uint64_t last = last_.load(std::memory_order_relaxed);
    std::uint64_t mine = 0;
    do {
        // Faster than the clock ticks, or the clock was set back: the id runs ahead of it.
        mine = std::max(last + 1, microseconds());
    } while (!last_.compare_exchange_weak(last, mine, std::memory_order_relaxed));
    return (mine << process_bits) | process_;
}

}  // namespace postern::mail
