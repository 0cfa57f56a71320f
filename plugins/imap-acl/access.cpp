#include "access.hpp"

#include "acl_store.hpp"

namespace postern::imap {

Task<Result<std::shared_ptr<mail::Account>>> AclAccess::attach(std::shared_ptr<mail::Account> own) {
    auto shared = std::make_shared<SharedAccount>(std::move(own), *mail_, runtime_);
    co_await shared->attach();
    co_return std::shared_ptr<mail::Account>(std::move(shared));
}

MailboxRights AclAccess::rights(const Session& session, const mail::MailboxInfo& mailbox) const {
    const Rights rights = shared_account(session).rights(mailbox.id);
    MailboxRights may;
    may.read = (rights & right_read) != 0;
    may.insert = (rights & right_insert) != 0;
    may.expunge = (rights & right_expunge) != 0;
    may.flags = flag_rights(rights);
    return may;
}

std::string AclAccess::rights_text(const Session& session, const mail::MailboxInfo& mailbox) const {
    return imap::rights_text(shared_account(session).rights(mailbox.id));
}

std::string_view AclAccess::other_users() const {
    return other_users_prefix;
}

}  // namespace postern::imap
