#pragma once
// Taking back what went into another account: a move between accounts is two transactions, and the second may find that somebody
// else was faster.
#include <vector>

#include "postern/export.hpp"
#include "postern/mail/account.hpp"

namespace postern::mail {

/// Removes messages of the mailbox that were just delivered, whatever rights the user has there. UIDs ascending; those
/// that are gone again are passed over. The mailbox's account must be open on this core.
POSTERN_SDK Task<Result<void>> withdraw(Account* account, MailboxId mailbox, std::vector<Uid> uids);

}  // namespace postern::mail
