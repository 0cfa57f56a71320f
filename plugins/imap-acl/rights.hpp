#pragma once
// Rights and access control lists as text (RFC 4314 section 2).
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "postern/mail/account.hpp"
#include "postern/result.hpp"

namespace postern::imap {

/// A set of rights, a bit each.
using Rights = std::uint16_t;
enum Right : Rights {
    right_lookup = 1,     ///< l
    right_read = 2,       ///< r
    right_seen = 4,       ///< s
    right_write = 8,      ///< w
    right_insert = 16,    ///< i
    right_post = 32,      ///< p
    right_create = 64,    ///< k
    right_delete = 128,   ///< x
    right_deleted = 256,  ///< t
    right_expunge = 512,  ///< e
    right_admin = 1024,   ///< a
};
constexpr Rights all_rights = 2047;
/// One of these lets a user know that the mailbox exists (section 4: MYRIGHTS).
constexpr Rights rights_to_know =
    right_lookup | right_read | right_insert | right_create | right_delete | right_admin;

/// "lrswipkxtea", and the obsolete "c" and "d" where one of their members is there (section 2.1.1).
std::string rights_text(Rights rights);
/// protocol_violation for anything but the standard rights. "c" stands for "kx", "d" for "te".
Result<Rights> parse_rights(std::string_view text);

/// Who has which rights in a mailbox, beside its owner, who always has all.
using AccessList = std::map<std::string, Rights>;

/// The resident attribute of a mailbox that holds its list: lines "rights login".
constexpr std::string_view acl_entry = ".acl";
std::string acl_text(const AccessList& list);
AccessList parse_acl(std::string_view text);

/// The list of a mailbox: its own or, as long as nobody has changed it, that of the nearest mailbox above.
AccessList access_list(const mail::Account& account, std::string_view mailbox);
/// What a user may do with a mailbox of somebody's account. The name need not be a mailbox: then the nearest one above
/// counts.
Rights rights_of(const mail::Account& account, std::string_view mailbox, std::string_view login);

/// What those are told who lack a right.
Error denied();

/// What these rights let change of flags.
mail::FlagRights flag_rights(Rights rights);

}  // namespace postern::imap
