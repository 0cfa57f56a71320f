#pragma once
// When a silent line needs a word, so that translators of addresses on the way do not forget it, and how long they take to forget
// is learned: each word costs a phone battery. No I/O; the time is given.
#include <chrono>
#include <mutex>
#include <string>
#include <unordered_map>

namespace postern::imap {

struct KeepaliveBounds {
    std::chrono::seconds first{9 * 60};  ///< of a line about which nothing is known
    std::chrono::seconds least{4 * 60};
    std::chrono::seconds most{28 * 60};  ///< clients give up after 30 minutes (RFC 2177)
};

/// How long lines may be silent, by whose they are and where they come from. Any thread. What the client says of itself (ID)
/// plays no part: RFC 2971 forbids that.
class KeepalivePace {
public:
    void set_bounds(const KeepaliveBounds& bounds) { bounds_ = bounds; }
    std::chrono::seconds interval(const std::string& line) const;
    /// The client was heard of after a silence of the whole interval: a few times, and it grows.
    void survived(const std::string& line);
    /// A word after such a silence found the line lost: it shrinks.
    void died(const std::string& line);

    /// The account, and the network that the line comes from: its /24 or, of IPv6, its /48.
    static std::string line_of(std::uint64_t account, const std::string& address);

private:
    struct Learned {
        std::chrono::seconds interval;
        unsigned survivals = 0;
    };
    Learned& learned(const std::string& line);

    KeepaliveBounds bounds_;
    mutable std::mutex mutex_;
    std::unordered_map<std::string, Learned> lines_;
};

/// The silence of one line.
class Silence {
public:
    using Clock = std::chrono::steady_clock;
    /// `chance`: any number; the interval is shorter or longer by up to a tenth, so that lines do not all speak at once.
    Silence(std::chrono::seconds interval, unsigned chance, Clock::time_point now);
    /// Until the next word is due: at least a second.
    std::chrono::seconds left(Clock::time_point now) const;
    bool is_over(Clock::time_point now) const { return now >= until_; }
    /// Something was sent, whatever it was.
    void broken(Clock::time_point now) { until_ = now + interval_; }

private:
    std::chrono::seconds interval_;
    Clock::time_point until_;
};

}  // namespace postern::imap
