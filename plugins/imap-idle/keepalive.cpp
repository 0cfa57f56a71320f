#include "keepalive.hpp"

#include <algorithm>

namespace postern::imap {

namespace {

constexpr std::chrono::seconds step{120};
constexpr unsigned survivals_to_grow = 3;
/// A bound on memory, not a policy.
constexpr std::size_t max_lines = 100'000;

}  // namespace

std::string KeepalivePace::line_of(std::uint64_t account, const std::string& address) {
    const bool v6 = address.find(':') != std::string::npos;
    const char separator = v6 ? ':' : '.';
    std::size_t end = 0;
    for (int part = 0; part < 3 && end != std::string::npos; ++part) {
        end = address.find(separator, part == 0 ? 0 : end + 1);
    }
    return std::to_string(account) + ' ' + address.substr(0, end);
}

std::chrono::seconds KeepalivePace::interval(const std::string& line) const {
    const std::lock_guard lock(mutex_);
    const auto found = lines_.find(line);
    return found == lines_.end() ? bounds_.first : found->second.interval;
}

KeepalivePace::Learned& KeepalivePace::learned(const std::string& line) {
    if (lines_.size() >= max_lines) lines_.clear();
    return lines_.try_emplace(line, Learned{bounds_.first}).first->second;
}

void KeepalivePace::survived(const std::string& line) {
    const std::lock_guard lock(mutex_);
    Learned& known = learned(line);
    if (++known.survivals < survivals_to_grow) return;
    known.survivals = 0;
    known.interval = std::min(bounds_.most, known.interval + step);
}

void KeepalivePace::died(const std::string& line) {
    const std::lock_guard lock(mutex_);
    Learned& known = learned(line);
    known.survivals = 0;
    known.interval = std::max(bounds_.least, known.interval - step);
}

Silence::Silence(std::chrono::seconds interval, unsigned chance, Clock::time_point now)
    : interval_(interval * (90 + chance % 21) / 100), until_(now + interval_) {}

std::chrono::seconds Silence::left(Clock::time_point now) const {
    return std::max(std::chrono::seconds(1), std::chrono::ceil<std::chrono::seconds>(until_ - now));
}

}  // namespace postern::imap
