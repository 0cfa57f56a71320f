#pragma once
// When a source is polled next (gateway.md 1.1, 5 "Latency truth"). Pure.
#include "gateway/settings.hpp"
#include "gateway/source_state.hpp"
#include "gateway/sync_session.hpp"

namespace postern::gateway {

struct Presence {
    std::size_t sessions = 0;
    std::size_t idle = 0;  ///< of them waiting in IDLE
};

/// Between two polls that go well.
Seconds poll_interval(const Policy& policy, const SourceFacts& facts, Presence presence, UnixTime now);

/// The provider allows no sign-in before this (LOGIN-DELAY and a tenth); 0 if it does not care.
UnixTime login_allowed_at(const SourceFacts& facts);

/// Notes a session's end in the facts and answers the earliest moment of the next.
UnixTime note_session_end(const SessionReport& report, const Policy& policy, Presence presence, UnixTime now,
                          SourceFacts& facts);

/// Notes that the provider refused the password (2.7 "Auth brake", 3): once if it says that it is the password, else
/// three times over half an hour, and nothing is tried any more until the user signs in.
void note_refusal(const Fault& fault, UnixTime now, SourceFacts& facts);
void note_accepted(UnixTime now, SourceFacts& facts);

}  // namespace postern::gateway
