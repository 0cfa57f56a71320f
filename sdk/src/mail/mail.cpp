#include "postern/mail/account.hpp"

namespace postern::mail {

// Key functions: vtables and typeinfo live in this library.
View::~View() = default;
Mailbox::~Mailbox() = default;
Subscription::~Subscription() = default;
TextCandidates::~TextCandidates() = default;
Account::~Account() = default;
Account::Presence::~Presence() = default;
MailService::~MailService() = default;
StoreGuard::~StoreGuard() = default;
bool StoreGuard::depends_on_state(const GuardedOperation&) {
    return false;
}
bool StoreGuard::counts_attributes(const Account&) {
    return false;
}

}  // namespace postern::mail
