#pragma once
#include "postern/mail/account.hpp"

namespace postern::imap {

/// Rights in other users' mailboxes (RFC 4314 section 4). What no IMAP user causes (a delivery, a connector) passes.
class AclGuard final : public mail::StoreGuard {
public:
    int order() const override { return 10; }
    Result<void> check(const mail::GuardedOperation& operation) override;
};

}  // namespace postern::imap
