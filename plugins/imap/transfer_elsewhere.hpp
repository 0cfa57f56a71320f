#pragma once
#include <memory>

#include "postern/mail/account.hpp"

namespace postern::imap {

/// COPY and its like into a mailbox of another account, which `account` knows: the messages are read here and stored there, all or
/// none. Moved ones are removed here once they are stored there, so that no crash loses one.
Task<Result<mail::TransferResult>> transfer_elsewhere(mail::Account* account,
                                                      std::shared_ptr<mail::Mailbox> source,
                                                      mail::TransferRequest request);

}  // namespace postern::imap
