#pragma once
// The change record: what one row of an account's log says (design 6). Packed, versioned, self-contained: keywords go
// by name, counters as differences, so that a reader which has not opened the mailbox can still keep its totals. The
// driver's row adds modseq, mailbox and the first UID.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "postern/mail/types.hpp"
#include "postern/result.hpp"
#include "postern/store/transaction.hpp"

namespace postern::mail {

enum class ChangeKind : std::uint8_t {
    added = 1,
    flags = 2,
    expunged = 3,
    recent = 4,  ///< nothing but the \Recent cursor
    mailbox_created = 5,
    mailbox_renamed = 6,
    mailbox_deleted = 7,
    special_use = 8,
    subscription = 9,
    attributes = 10,
};

/// Inclusive. In a record it may also span UIDs that did not exist any more.
struct UidRange {
    Uid first = 0;
    Uid last = 0;
    bool operator==(const UidRange&) const = default;
};

/// A new placement. Its UID is the row's first UID plus its position.
struct AddedMessage {
    MessageId message{};
    FlagBits flags = 0;
    std::uint32_t keyword_set = 0;  ///< into Change::keyword_sets
    std::uint32_t size = 0;
    UnixTime internal_date = 0;
    std::int16_t zone = 0;
    bool operator==(const AddedMessage&) const = default;
};

/// The messages of some ranges have these flags now.
struct FlagGroup {
    FlagBits flags = 0;
    std::uint32_t keyword_set = 0;
    std::uint32_t range_count = 0;  ///< as many of Change::ranges belong to this group, in order
    bool operator==(const FlagGroup&) const = default;
};

/// An attribute written or removed. Only resident ones come with their value.
struct AttributeChange {
    std::string entry;
    bool removed = false;
    std::string value;
    bool operator==(const AttributeChange&) const = default;
};

/// One change, unpacked. Which members count depends on the kind.
struct Change {
    ChangeKind kind = ChangeKind::recent;
    /// UIDs from here on have not been told as \Recent to any session. Any record of a mailbox may carry it.
    std::optional<Uid> recent_from;

    std::vector<std::string> keywords;                     ///< names used below
    std::vector<std::vector<std::uint16_t>> keyword_sets;  ///< indexes into keywords; the first set is empty

    UnixTime saved = 0;               ///< added
    std::vector<AddedMessage> added;  ///< added
    std::vector<FlagGroup> groups;    ///< flags
    std::vector<UidRange> ranges;     ///< flags, expunged; ascending and disjoint within a group
    store::CounterDelta counters;     ///< added (derived, not stored), flags, expunged
    std::string name;                 ///< mailbox or subscription; renamed: the new one
    std::string old_name;             ///< renamed
    std::string uses;                 ///< created, special_use: tokens separated by spaces
    std::uint32_t uidvalidity = 0;    ///< created
    bool subscribed = false;          ///< subscription
    std::vector<AttributeChange> attributes;
};

std::string encode_change(const Change& change);
/// Errc::corrupt if it does not decode, Errc::unsupported if a newer version wrote it.
Result<Change> decode_change(std::string_view data);

/// What the added messages add to a mailbox's counters.
store::CounterDelta counters_of(const std::vector<AddedMessage>& added);

}  // namespace postern::mail
