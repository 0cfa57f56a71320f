#pragma once
// Address lists (RFC 5322 section 3.4), obsolete forms included (section 4.4). Broken addresses degrade, none is dropped.
#include <string>
#include <string_view>
#include <vector>

#include "postern/export.hpp"

namespace postern::mime {

/// What one entry of a list is. A group "name: a, b;" gives group_begin, its mailboxes, group_end.
enum class AddressKind { mailbox, group_begin, group_end };

/// One entry. Texts are as sent (encoded-words not decoded), quotes and comments removed, folding undone.
struct Address {
    AddressKind kind = AddressKind::mailbox;
    std::string name;     ///< display name, or the comment after an old-style address, or the group's name
    std::string route;    ///< obsolete source route "@a,@b"
    std::string mailbox;  ///< local part without quotes
    std::string host;     ///< domain; empty when the sender gave none
    bool has_name = false;
};

/// Parses a field value. At most `limit` entries. Time is linear in the value.
POSTERN_SDK std::vector<Address> parse_addresses(std::string_view value, std::size_t limit = 5000);

}  // namespace postern::mime
