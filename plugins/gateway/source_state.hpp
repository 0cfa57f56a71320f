#pragma once
// What a source row carries in its opaque columns.
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "postern/gateway/source_config.hpp"
#include "postern/store/records.hpp"

namespace postern::gateway {

constexpr UnixTime seconds_per_day = 86400;
/// SourceRow::next_poll_at of a source that is not polled by itself: the end of the year 9999.
constexpr UnixTime not_by_itself = 253'402'300'799;

/// SourceRow::facts. What was learned, and where the schedule and the brakes stand.
struct SourceFacts {
    enum class Auth { ok, doubtful, refused };

    std::string token;              ///< of the last complete listing, for the cheap poll
    UnixTime listed_at = 0;         ///< of the last complete listing
    UnixTime import_listed_at = 0;  ///< first listing: what it had is backlog
    UnixTime polled_at = 0;         ///< last session that reached the maildrop
    UnixTime login_at = 0;          ///< last sign-in upstream, for LOGIN-DELAY
    UnixTime seen_at = 0;           ///< last sign-in by the user
    UnixTime session_died_at = 0;
    std::int64_t login_delay = 0;  ///< seconds

    Auth auth = Auth::ok;
    std::uint32_t refusals = 0;
    UnixTime first_refusal_at = 0;
    UnixTime verified_at = 0;  ///< last time the provider accepted the password

    std::uint32_t failures = 0;  ///< sessions that failed in a row
    UnixTime failing_since = 0;  ///< the first of them
    std::string last_error;

    std::map<std::string, std::string> notices;  ///< by kind of incident: what the user was told

    UnixTime vanish_held_since = 0;
    std::uint32_t vanish_held_listings = 0;
    UnixTime delete_held_since = 0;
    bool ignores_delete = false;   ///< DELE is answered well and nothing goes
    UnixTime delete_probe_at = 0;  ///< when it was last tried again whether that still holds
    /// The last session that sent deletions, if it ended well: from when to when. What it asked for and is still there
    /// was not deleted; of others nobody knows whether they were asked.
    UnixTime deletes_from = 0;
    UnixTime deletes_until = 0;
    bool deletion_was_confirmed(UnixTime sent_at) const {
        return sent_at != 0 && deletes_from <= sent_at && sent_at <= deletes_until;
    }

    /// The last session that fetched mail and ended well: from when to when.
    UnixTime fetches_from = 0;
    UnixTime fetches_until = 0;
    bool fetch_was_confirmed(UnixTime stored_at) const {
        return stored_at != 0 && fetches_from <= stored_at && stored_at <= fetches_until;
    }
    bool keeps_fetched = false;  ///< mail that was fetched in such a session has been listed again
    /// Until that is seen, a message that is gone after it was fetched may have been hidden by the fetching.
    bool may_hide_fetched() const { return fetches_until != 0 && !keeps_fetched; }
    /// Nobody knows before such a session whether what is gone was hidden.
    bool knows_what_fetching_does() const { return fetches_until != 0 || keeps_fetched; }

    static SourceFacts parse(std::string_view text);
    std::string format() const;
};

}  // namespace postern::gateway
