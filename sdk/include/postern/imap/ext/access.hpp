#pragma once
// Who may do what with which mailboxes (X29, X31): mailboxes of other accounts, and rights.
#include <memory>
#include <string>
#include <string_view>

#include "postern/export.hpp"
#include "postern/mail/account.hpp"
#include "postern/plugin/registry.hpp"
#include "postern/result.hpp"
#include "postern/runtime/runtime.hpp"

namespace postern::imap {

class Session;

/// What the user of a session may do with a mailbox.
struct MailboxRights {
    bool read = true;    ///< SELECT, STATUS
    bool insert = true;  ///< APPEND, COPY into it
    bool expunge = true;
    mail::FlagRights flags;

    bool writes() const { return insert || expunge || flags.flags != 0 || flags.keywords; }
};

/// The sole provider; without one a user has every right in his own mailboxes and sees no others. Store operations are
/// guarded by a mail::StoreGuard: what is answered here is for what only reads, and for what clients are told.
class POSTERN_SDK MailboxAccess {
public:
    static constexpr InterfaceId interface_id{"postern.imap.access", 1, 0};
    virtual ~MailboxAccess();

    /// What Session::account() is to be: the user's account, with the mailboxes that others let him use among its own. Called
    /// at sign-in, on the account's core.
    virtual Task<Result<std::shared_ptr<mail::Account>>> attach(std::shared_ptr<mail::Account> own) = 0;
    virtual MailboxRights rights(const Session& session, const mail::MailboxInfo& mailbox) const = 0;
    /// As MYRIGHTS tells them: "lrswipkxtea" (RFC 4314 section 2.1).
    virtual std::string rights_text(const Session& session, const mail::MailboxInfo& mailbox) const = 0;
    /// Where other users' mailboxes are: "user/", before the user's name (RFC 2342).
    virtual std::string_view other_users() const = 0;
};

}  // namespace postern::imap
