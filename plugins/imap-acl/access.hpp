#pragma once
#include "postern/imap/ext/access.hpp"

namespace postern::imap {

/// Adds others' mailboxes to a session's account, and says what may be done with them.
class AclAccess final : public MailboxAccess {
public:
    explicit AclAccess(Runtime& runtime) : runtime_(runtime) {}
    void set_mail(mail::MailService* mail) { mail_ = mail; }

    Task<Result<std::shared_ptr<mail::Account>>> attach(std::shared_ptr<mail::Account> own) override;
    MailboxRights rights(const Session& session, const mail::MailboxInfo& mailbox) const override;
    std::string rights_text(const Session& session, const mail::MailboxInfo& mailbox) const override;
    std::string_view other_users() const override;

private:
    Runtime& runtime_;
    mail::MailService* mail_ = nullptr;
};

}  // namespace postern::imap
