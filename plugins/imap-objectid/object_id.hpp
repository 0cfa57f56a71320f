#pragma once
// The text of object ids (RFC 8474 section 8.1): a letter for the kind and 16 hexadecimal digits. Never changed: clients
// keep them for ever.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace postern::imap {

enum class ObjectKind : char { mailbox = 'F', message = 'M', thread = 'T', single = 'S' };

/// "M00000190a4f3c2d1"
std::string object_id(ObjectKind kind, std::uint64_t number);
/// The number of an id of that kind; nullopt for any other text. Ids are case-sensitive.
std::optional<std::uint64_t> object_number(ObjectKind kind, std::string_view id);
/// 1*255(ALPHA / DIGIT / "_" / "-")
bool is_object_id(std::string_view text);

}  // namespace postern::imap
