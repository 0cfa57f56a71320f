#pragma once
#include <string_view>

namespace postern::gateway {

/// An attribute of the account (mailbox 0) that says: what the brakes hold is meant (gateway.md 2.7). An operator sets
/// it; the gateway takes it away when nothing is held any more.
inline constexpr std::string_view brake_release_entry = "/postern/gateway/release";
/// Likewise, and says: it is not meant. Messages that were to be deleted there come back here; what is missing there stays
/// here as local mail.
inline constexpr std::string_view brake_cancel_entry = "/postern/gateway/cancel";
/// What both begin with.
inline constexpr std::string_view brake_entries = "/postern/gateway/";
/// Keys of SourceRow::facts, "key=value" lines: last session that reached the maildrop, and since when and why none does.
inline constexpr std::string_view polled_fact = "polled";
inline constexpr std::string_view failing_since_fact = "failing";
inline constexpr std::string_view error_fact = "error";
/// They are there while a brake holds.
inline constexpr std::string_view vanish_held_fact = "vanish_held";
inline constexpr std::string_view delete_held_fact = "delete_held";

}  // namespace postern::gateway
