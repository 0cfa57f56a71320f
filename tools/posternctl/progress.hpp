#pragma once
// How far a long command has come.
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

namespace posternctl {

struct ProgressFacts {
    std::size_t done = 0;
    std::size_t total = 0;           ///< 0: not known
    std::uint64_t octets = 0;        ///< 0: not counted
    std::uint64_t total_octets = 0;  ///< 0: not known
    double seconds = 0;              ///< since the beginning
};

/// "[##########          ] 50 of 100  1.4 MiB of 2.8 MiB  25/s  1.4 MiB/s  2 s left". Octets decide over the bar where their
/// total is known; without any total there is no bar. Rates and what is left come once a second has passed.
std::string progress_line(const ProgressFacts& facts);

/// That line on standard error, in one place; nothing where that is no terminal, or with --json.
class Progress {
public:
    /// 0: not known.
    explicit Progress(std::size_t total, std::uint64_t total_octets = 0);
    ~Progress();
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    /// Draws at most ten times a second.
    void show(std::size_t done, std::uint64_t octets = 0);
    /// Before something else is printed.
    void clear();

private:
    using Clock = std::chrono::steady_clock;

    ProgressFacts facts_;
    bool wanted_;
    bool drawn_ = false;
    Clock::time_point start_ = Clock::now();
    Clock::time_point next_draw_ = start_;
};

}  // namespace posternctl
