#pragma once
// Paths and addresses of SMTP envelopes (RFC 5321 section 4.1.2, RFC 6531 section 3.3).
#include <optional>
#include <string>
#include <string_view>

#include "postern/export.hpp"

namespace postern::smtp {

/// Longest address taken, in octets. RFC 5321 section 4.5.3.1.3 asks for 256; senders that encode addresses in addresses use
/// more.
constexpr std::size_t max_address = 512;

/// "<@a.example:anna@example.org>" without its source route.
struct Path {
    std::string address;  ///< "anna@example.org", as sent; "" for <>
    bool utf8 = false;    ///< has octets beyond ASCII
    bool operator==(const Path&) const = default;
};

enum class PathKind {
    reverse,  ///< MAIL: may be <>
    forward,  ///< RCPT: may lack the domain (<Postmaster>, and local users over LMTP)
};

/// Takes a path from the front of `in`. nullopt if there is none; `in` is then unchanged. Octets beyond ASCII must be UTF-8.
POSTERN_SDK std::optional<Path> take_path(std::string_view& in, PathKind kind);

/// An address in its parts: quotes of the local part undone, the domain in lower case (ASCII).
struct AddressParts {
    std::string local;
    std::string domain;  ///< "" if there is none
};
/// nullopt if the text is no address take_path() would have taken.
POSTERN_SDK std::optional<AddressParts> split_address(std::string_view address);

/// The address in its usual form, for comparing: domain in lower case, quotes only where they are needed.
POSTERN_SDK std::string canonical_address(const AddressParts& parts);

}  // namespace postern::smtp
