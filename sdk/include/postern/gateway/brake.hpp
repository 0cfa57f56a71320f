#pragma once
#include <string_view>

namespace postern::gateway {

/// An attribute of the account (mailbox 0) that says: what the brakes hold is meant (gateway.md 2.7). An operator sets
/// it; the gateway takes it away when nothing is held any more.
inline constexpr std::string_view brake_release_entry = "/postern/gateway/release";
/// Keys of SourceRow::facts, "key=value" lines, that are there while a brake holds.
inline constexpr std::string_view vanish_held_fact = "vanish_held";
inline constexpr std::string_view delete_held_fact = "delete_held";

}  // namespace postern::gateway
