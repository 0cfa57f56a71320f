#pragma once
// The user's table of mailbox access keys (RFC 4467 section 2.2), kept in the attribute store. The entry's name is no
// METADATA entry, which begin with "/": keys are never shown.
#include <optional>
#include <string>

#include "postern/export.hpp"
#include "postern/mail/account.hpp"

namespace postern::imap {

/// Empty if the mailbox has none.
POSTERN_SDK Task<Result<std::string>> read_access_key(mail::Account* account, MailboxId mailbox);
/// The mailbox's key, made at first use.
POSTERN_SDK Task<Result<std::string>> need_access_key(mail::Account* account, MailboxId mailbox,
                                                      mail::Cause cause);
/// A new key: URLs of the former one are void.
POSTERN_SDK Task<Result<std::string>> renew_access_key(mail::Account* account, MailboxId mailbox,
                                                       mail::Cause cause);
POSTERN_SDK Task<Result<void>> remove_access_keys(mail::Account* account, mail::Cause cause);

}  // namespace postern::imap
