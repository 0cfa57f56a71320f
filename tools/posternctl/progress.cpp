#include "tools/posternctl/progress.hpp"

#include <unistd.h>

#include <algorithm>
#include <iostream>

#include "tools/posternctl/output.hpp"
#include "tools/posternctl/terminal.hpp"

namespace posternctl {

namespace {

constexpr std::size_t bar_width = 20;
constexpr auto between_draws = std::chrono::milliseconds(100);

/// 0 to 1; negative if no total is known.
double share_done(const ProgressFacts& facts) {
    if (facts.total_octets > 0)
        return static_cast<double>(facts.octets) / static_cast<double>(facts.total_octets);
    if (facts.total > 0) return static_cast<double>(facts.done) / static_cast<double>(facts.total);
    return -1;
}

/// "2 h 5 min", "3 min", "9 s"
std::string show_duration(double seconds) {
    const auto whole = static_cast<std::uint64_t>(seconds + 0.5);
    if (whole < 120) return std::to_string(whole) + " s";
    const std::uint64_t minutes = (whole + 30) / 60;
    if (minutes < 120) return std::to_string(minutes) + " min";
    return std::to_string(minutes / 60) + " h " + std::to_string(minutes % 60) + " min";
}

}  // namespace

std::string progress_line(const ProgressFacts& facts) {
    const double share = std::min(share_done(facts), 1.0);
    std::string out;
    if (share >= 0) {
        const auto full = static_cast<std::size_t>(share * bar_width);
        out += '[' + std::string(full, '#') + std::string(bar_width - full, ' ') + "] ";
    }
    out += std::to_string(facts.done);
    if (facts.total > 0) out += " of " + std::to_string(facts.total);
    if (facts.octets > 0 || facts.total_octets > 0) out += "  " + show_size(facts.octets);
    if (facts.total_octets > 0) out += " of " + show_size(facts.total_octets);
    if (facts.seconds < 1) return out;
    out += "  " +
           std::to_string(static_cast<std::uint64_t>(static_cast<double>(facts.done) / facts.seconds)) + "/s";
    if (facts.octets > 0) {
        const double rate = static_cast<double>(facts.octets) / facts.seconds;
        out += "  " + show_size(static_cast<std::uint64_t>(rate)) + "/s";
    }
    if (share > 0 && share < 1) out += "  " + show_duration(facts.seconds * (1 - share) / share) + " left";
    return out;
}

Progress::Progress(std::size_t total, std::uint64_t total_octets)
    : wanted_(!speaks_json() && isatty(STDERR_FILENO) != 0) {
    facts_.total = total;
    facts_.total_octets = total_octets;
}

Progress::~Progress() {
    clear();
}

void Progress::clear() {
    if (drawn_) std::cerr << "\r\033[K" << std::flush;
    drawn_ = false;
}

void Progress::show(std::size_t done, std::uint64_t octets) {
    if (!wanted_) return;
    const Clock::time_point now = Clock::now();
    if (now < next_draw_) return;
    next_draw_ = now + between_draws;
    facts_.done = done;
    facts_.octets = octets;
    facts_.seconds = std::chrono::duration<double>(now - start_).count();
    std::cerr << '\r' << progress_line(facts_) << "\033[K" << std::flush;
    drawn_ = true;
}

}  // namespace posternctl
