// Sort values of address lists (RFC 5256 section 3, RFC 5957 section 3).
#include "postern/mime/sort.hpp"

#include "postern/mime/decode.hpp"

namespace postern::mime {

std::string_view sort_mailbox(const std::vector<Address>& list) {
    for (const Address& a : list) {
        if (a.kind == AddressKind::mailbox) return a.mailbox;
    }
    return {};
}

std::string sort_display(const std::vector<Address>& list) {
    if (list.empty()) return {};
    // A group counts as what its envelope form is: no name, the group's name in place of the mailbox.
    const Address& a = list.front();
    if (a.kind == AddressKind::group_begin) return decode_header(a.name);
    if (std::string name = decode_header(a.name); !name.empty()) return name;
    if (a.host.empty()) return decode_header(a.mailbox);
    return decode_header(a.mailbox + "@" + a.host);
}

}  // namespace postern::mime
