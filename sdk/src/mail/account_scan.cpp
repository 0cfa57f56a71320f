#include "postern/mail/account_scan.hpp"

namespace postern::mail {

AccountScan::~AccountScan() = default;

}  // namespace postern::mail
