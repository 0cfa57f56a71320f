#pragma once
#include <memory>
#include <set>
#include <string>

#include "postern/imap/ext/access.hpp"
#include "postern/imap/ext/session.hpp"
#include "postern/mail/quota.hpp"

namespace postern::imap {

/// Who sets quotas, and where they are kept. Each account is one quota root: "user/LOGIN".
class QuotaRoots {
public:
    void set_administrators(std::set<std::string> logins) { administrators_ = std::move(logins); }
    /// `access` may be null.
    void set_services(mail::QuotaService* quota, mail::MailService* mail, const MailboxAccess* access) {
        quota_ = quota;
        mail_ = mail;
        access_ = access;
    }
    bool is_of_another_user(std::string_view mailbox) const {
        return access_ != nullptr && mailbox.starts_with(access_->other_users());
    }
    mail::QuotaService& quota() const { return *quota_; }

    bool is_administrator(const Session& session) const;
    static std::string root_of(const mail::Account& account);
    /// The account of a quota root: the session's own or, for administrators, anybody's. not_found otherwise, in the same
    /// words whether there is such an account or not.
    Task<Result<std::shared_ptr<mail::Account>>> find(Session* session, std::string root) const;
    /// Writes "* QUOTA root (STORAGE 10 512)".
    Task<Result<void>> write(Session* session, std::shared_ptr<mail::Account> account) const;

private:
    std::set<std::string> administrators_;
    mail::QuotaService* quota_ = nullptr;
    mail::MailService* mail_ = nullptr;
    const MailboxAccess* access_ = nullptr;
};

}  // namespace postern::imap
