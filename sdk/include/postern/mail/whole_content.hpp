#pragma once
#include <memory>
#include <string>

#include "postern/export.hpp"
#include "postern/mail/account.hpp"

namespace postern::mail {

/// All octets of a message, in memory. corrupt: it is shorter than its record says. On the account's core.
POSTERN_SDK Task<Result<std::shared_ptr<const std::string>>> read_whole(Account* account,
                                                                        StoredMessagePtr message);

}  // namespace postern::mail
