#include "gateway/schedule.hpp"

#include <algorithm>

namespace postern::gateway {

namespace {

constexpr std::uint32_t max_refusals = 3;
constexpr UnixTime refusals_over = 1800;
constexpr UnixTime after_refusal = 600;
constexpr UnixTime longest_back_off = 1800;
constexpr UnixTime longest_with_client = 60;
constexpr UnixTime rate_limit_pause = 60;
constexpr UnixTime never = 10LL * 365 * seconds_per_day;

UnixTime back_off(const Policy& policy, Presence presence, std::uint32_t failures) {
    const UnixTime poll = policy.poll.count();
    const UnixTime first = std::min<UnixTime>(poll, 15);
    const UnixTime grown = first << std::min<std::uint32_t>(failures > 0 ? failures - 1 : 0, 12);
    const UnixTime cap = std::max(poll, presence.sessions > 0 ? longest_with_client : longest_back_off);
    return std::min(grown, cap);
}

}  // namespace

Seconds poll_interval(const Policy& policy, const SourceFacts& facts, Presence presence, UnixTime now) {
    if (presence.idle > 0) return policy.poll_active;
    if (presence.sessions > 0 || now - facts.seen_at < seconds_per_day) return policy.poll;
    return policy.poll_away;
}

UnixTime login_allowed_at(const SourceFacts& facts) {
    if (facts.login_delay == 0) return 0;
    return facts.login_at + facts.login_delay + (facts.login_delay + 9) / 10;
}

void note_refusal(const Fault& fault, UnixTime now, SourceFacts& facts) {
    if (facts.refusals == 0) facts.first_refusal_at = now;
    ++facts.refusals;
    const bool over_time = facts.refusals >= max_refusals && now - facts.first_refusal_at >= refusals_over;
    facts.auth = fault.definite || over_time ? SourceFacts::Auth::refused : SourceFacts::Auth::doubtful;
}

void note_accepted(UnixTime now, SourceFacts& facts) {
    facts.auth = SourceFacts::Auth::ok;
    facts.refusals = 0;
    facts.first_refusal_at = 0;
    facts.verified_at = now;
    facts.login_at = now;
}

UnixTime note_session_end(const SessionReport& report, const Policy& policy, Presence presence, UnixTime now,
                          SourceFacts& facts) {
    const UnixTime allowed = login_allowed_at(facts);
    if (report.end) {
        facts.failures = 0;
        facts.failing_since = 0;
        facts.last_error.clear();
        const UnixTime pause = report.more ? 0 : poll_interval(policy, facts, presence, now).count();
        return std::max(allowed, now + pause);
    }
    const Fault& fault = report.end.error();
    facts.last_error = fault.to_string();
    if (facts.failing_since == 0) facts.failing_since = now;
    // A line that breaks now and then, but lets mail through, is no reason to slow down.
    facts.failures = report.collected > 0 ? 1 : facts.failures + 1;
    switch (fault.kind) {
        case FaultKind::auth_failed:
        case FaultKind::auth_expired:
            if (facts.auth == SourceFacts::Auth::refused) return now + never;
            return std::max(allowed, now + after_refusal);
        case FaultKind::rate_limited: {
            const UnixTime asked = fault.retry_after.count() > 0
                                       ? fault.retry_after.count()
                                       : rate_limit_pause << std::min(facts.failures, 5U);
            return std::max(allowed, now + asked);
        }
        case FaultKind::permanent:
        case FaultKind::unsupported:
            return std::max(allowed, now + std::max<UnixTime>(policy.poll.count(), longest_back_off / 3));
        default:
            return std::max(allowed, now + back_off(policy, presence, facts.failures));
    }
}

}  // namespace postern::gateway
