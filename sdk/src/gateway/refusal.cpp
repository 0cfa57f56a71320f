#include "postern/gateway/refusal.hpp"

#include <initializer_list>

#include "postern/imap/lexical.hpp"

namespace postern::gateway {

namespace {

constexpr std::size_t max_shown = 200;
constexpr std::chrono::seconds in_use_delay{45};

bool contains_any(std::string_view folded, std::initializer_list<std::string_view> words) {
    for (const auto word : words) {
        if (folded.find(word) != std::string_view::npos) return true;
    }
    return false;
}

}  // namespace

std::string printable(std::string_view text) {
    std::string out;
    for (const char c : text.substr(0, max_shown)) {
        const auto octet = static_cast<unsigned char>(c);
        out += octet >= 0x20 && octet < 0x7f ? c : '?';
    }
    return out;
}

Fault classify_login_words(std::string_view text) {
    std::string folded;
    for (const char c : text.substr(0, max_shown)) folded += imap::ascii_lower(c);
    Fault fault(FaultKind::auth_failed, printable(text));
    if (contains_any(folded, {"lock", "in use", "busy", "already open", "another session"})) {
        fault.kind = FaultKind::rate_limited;
        fault.retry_after = in_use_delay;
    } else if (contains_any(folded,
                            {"login limit", "too many", "too often", "exceeded", "rate limit", "wait"})) {
        fault.kind = FaultKind::rate_limited;
        fault.whole_host = true;
    } else if (contains_any(folded, {"temporar", "try again", "unavailable", "overload", "maintenance",
                                     "timeout", "timed out", "internal error", "service"})) {
        fault.kind = FaultKind::transient;
    }
    return fault;
}

}  // namespace postern::gateway
