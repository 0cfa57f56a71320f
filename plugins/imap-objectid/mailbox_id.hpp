#pragma once
// MAILBOXID (RFC 8474 section 4): the id under which the store keeps a mailbox. It stays when the mailbox is renamed and
// is never given again.
#include "postern/imap/ext/operation.hpp"
#include "postern/imap/ext/status_item.hpp"

namespace postern::imap {

/// STATUS mailbox (MAILBOXID)
class MailboxIdItem final : public StatusItem {
public:
    void write(const StatusSource& source, ResponseWriter& out) override;
};

/// MAILBOXID after CREATE, SELECT and EXAMINE.
class MailboxIdCodes final : public ResponseCodes {
public:
    std::string tagged_code(Session& session, const Operation& operation) override;
    void untagged(Session& session, const Operation& operation, ResponseWriter& out) override;
};

}  // namespace postern::imap
