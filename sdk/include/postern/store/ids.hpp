#pragma once
// The identities of the mail model.
#include <array>
#include <compare>
#include <cstdint>
#include <functional>

namespace postern {

enum class AccountId : std::uint64_t {};
enum class MailboxId : std::uint64_t {};
enum class MessageId : std::uint64_t {};
/// A remote mailbox that a gateway account collects from.
enum class SourceId : std::uint64_t {};

/// Ids have 63 bits: databases have no unsigned integers.
constexpr std::uint64_t max_id = (std::uint64_t{1} << 63) - 1;

/// IMAP unique identifier within a mailbox; 0 is none.
using Uid = std::uint32_t;
/// The account's change counter; 0 is none. One counter for all mailboxes of the account (design 6).
using Modseq = std::uint64_t;
/// Seconds since 1970-01-01 UTC.
using UnixTime = std::int64_t;

/// SHA-256 of a message's octets.
using ContentHash = std::array<std::uint8_t, 32>;

constexpr std::uint64_t value_of(AccountId id) {
    return static_cast<std::uint64_t>(id);
}
constexpr std::uint64_t value_of(MailboxId id) {
    return static_cast<std::uint64_t>(id);
}
constexpr std::uint64_t value_of(MessageId id) {
    return static_cast<std::uint64_t>(id);
}
constexpr std::uint64_t value_of(SourceId id) {
    return static_cast<std::uint64_t>(id);
}

}  // namespace postern
