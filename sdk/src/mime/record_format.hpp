#pragma once
// Layout of the message record, version 1.
//
//   octet    version
//   octet    flags
//   varint   size, header length, header lines
//   signed   sent date UTC, zone minutes            (if flag_sent_date)
//   signed   received date UTC, zone minutes        (if flag_received_date)
//   fixed64  mask of fields stored, mask of fields known to be absent (by FieldId)
//   sized    hashes of the names of all other fields, 16 bit each, ascending
//   sized    common header, structure index, preview, extra text
//   varint   size of ENVELOPE; sized its packed form (pack.hpp, window: the common header)
//   varint   size of BODYSTRUCTURE; sized its packed form (the same)
//   7 texts  base subject, from, to, cc mailbox, from, to display, message id:
//            varint offset into common header + extra text, varint length
//   sized    hashes of the references: fixed64 each
//
// Sizes that a false blob could claim are bounded: every length is checked against the octets that are there, and the two
// unpacked sizes against the limits below.
#include <cstdint>
#include <string_view>

namespace postern::mime {

inline constexpr std::uint8_t record_version = 1;
inline constexpr std::uint8_t flag_attachment = 1;
inline constexpr std::uint8_t flag_reply_or_forward = 2;
inline constexpr std::uint8_t flag_sent_date = 4;
inline constexpr std::uint8_t flag_received_date = 8;
inline constexpr std::uint8_t flag_all_names =
    16;  ///< the fields' names were all looked at: absence can be told
inline constexpr std::uint8_t all_flags = 31;

inline constexpr std::uint64_t largest_envelope = std::uint64_t{1} << 20;
inline constexpr std::uint64_t largest_bodystructure = std::uint64_t{1} << 22;

/// Hash of a field name that FieldId does not know, without case. Stored.
std::uint16_t field_name_hash(std::string_view name) noexcept;

}  // namespace postern::mime
