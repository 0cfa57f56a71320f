#include "postern/mail/account_lock.hpp"

namespace postern::mail {

AccountLocks::~AccountLocks() = default;

}  // namespace postern::mail
