#include "gateway/schedule.hpp"

#include <gtest/gtest.h>

namespace postern::gateway {
namespace {

constexpr UnixTime now = 1'800'000'000;

SessionReport failed(FaultKind kind) {
    SessionReport report;
    report.end = Fault(kind, "x");
    return report;
}

TEST(Schedule, IntervalFollowsTheUser) {
    const Policy policy;
    SourceFacts facts;
    EXPECT_EQ(poll_interval(policy, facts, {2, 1}, now), policy.poll_active);
    EXPECT_EQ(poll_interval(policy, facts, {2, 0}, now), policy.poll);
    EXPECT_EQ(poll_interval(policy, facts, {0, 0}, now), policy.poll_away);
    facts.seen_at = now - 3600;
    EXPECT_EQ(poll_interval(policy, facts, {0, 0}, now), policy.poll);
}

TEST(Schedule, LoginDelayAndATenth) {  // D1
    SourceFacts facts;
    facts.login_at = now;
    facts.login_delay = 300;
    EXPECT_EQ(login_allowed_at(facts), now + 330);
    SessionReport more;
    more.more = true;
    EXPECT_EQ(note_session_end(more, {}, {}, now, facts), now + 330);
    facts.login_delay = 0;
    EXPECT_EQ(note_session_end(more, {}, {}, now, facts), now);
}

TEST(Schedule, FailuresSlowDownProgressDoesNot) {
    const Policy policy;
    SourceFacts facts;
    const auto first = note_session_end(failed(FaultKind::offline), policy, {}, now, facts) - now;
    const auto second = note_session_end(failed(FaultKind::offline), policy, {}, now, facts) - now;
    EXPECT_LT(first, second);
    for (int i = 0; i < 40; ++i) note_session_end(failed(FaultKind::offline), policy, {}, now, facts);
    EXPECT_LE(note_session_end(failed(FaultKind::offline), policy, {}, now, facts) - now, 1800);
    auto progress = failed(FaultKind::offline);
    progress.collected = 1;
    EXPECT_EQ(note_session_end(progress, policy, {}, now, facts) - now, first);
    EXPECT_FALSE(facts.last_error.empty());
    note_session_end(SessionReport(), policy, {}, now, facts);
    EXPECT_EQ(facts.failures, 0U);
    EXPECT_TRUE(facts.last_error.empty());
}

TEST(Schedule, InUseIsNotARefusal) {  // D2
    SourceFacts facts;
    Fault in_use(FaultKind::rate_limited, "[IN-USE]");
    in_use.retry_after = std::chrono::seconds(45);
    SessionReport report;
    report.end = in_use;
    EXPECT_EQ(note_session_end(report, {}, {}, now, facts), now + 45);
    EXPECT_EQ(facts.auth, SourceFacts::Auth::ok);
}

TEST(Schedule, RefusedPasswordsAreNotRepeated) {  // D3
    SourceFacts facts;
    Fault plain(FaultKind::auth_failed, "no");
    note_refusal(plain, now, facts);
    note_refusal(plain, now + 60, facts);
    note_refusal(plain, now + 120, facts);
    EXPECT_EQ(facts.auth, SourceFacts::Auth::doubtful);  // three, but not over half an hour
    note_refusal(plain, now + 1801, facts);
    EXPECT_EQ(facts.auth, SourceFacts::Auth::refused);
    EXPECT_GT(note_session_end(failed(FaultKind::auth_failed), {}, {}, now, facts), now + 100'000'000);
    note_accepted(now, facts);
    EXPECT_EQ(facts.auth, SourceFacts::Auth::ok);
    plain.definite = true;
    note_refusal(plain, now, facts);
    EXPECT_EQ(facts.auth, SourceFacts::Auth::refused);
}

}  // namespace
}  // namespace postern::gateway
