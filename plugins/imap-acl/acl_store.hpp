#pragma once
#include <optional>

#include "postern/imap/ext/session.hpp"
#include "rights.hpp"
#include "shared_account.hpp"

namespace postern::imap {

/// Reads and changes access control lists.
class AclStore {
public:
    void set_mail(mail::MailService* mail) { mail_ = mail; }

    /// What becomes of the rights that were there.
    enum class Change : std::uint8_t { replace, add, remove, forget };
    /// Errors: permission_denied; invalid for an identifier that nobody has or that cannot be listed.
    Task<Result<void>> change(Session* session, MailboxId mailbox, std::string identifier, Change change,
                              Rights rights) const;
    /// Is that a user who can have rights? His account.
    Task<Result<AccountId>> find_user(std::string identifier) const;

private:
    Task<Result<void>> leave_hint(Session* session, AccountId user, const mail::Account* owner) const;

    mail::MailService* mail_ = nullptr;
};

/// Session::account(), as the plugin has made it.
inline SharedAccount& shared_account(const Session& session) {
    return static_cast<SharedAccount&>(*session.account());
}

}  // namespace postern::imap
