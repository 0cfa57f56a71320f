#pragma once
// Which mailboxes an ESEARCH command is about (RFC 7377 section 2.2, RFC 5465 section 6).
#include <string>
#include <vector>

#include "postern/imap/argument_cursor.hpp"
#include "postern/imap/ext/access.hpp"
#include "postern/imap/ext/session.hpp"

namespace postern::imap {

struct MailboxScope {
    enum class Kind : std::uint8_t { inboxes, personal, subscribed, subtree, subtree_one, mailboxes };
    struct Source {
        Kind kind;
        std::vector<std::string> names;  ///< UTF-8
    };
    bool selected = false;  ///< the selected mailbox is among them
    std::vector<Source> sources;

    /// "IN (mailboxes folder1 subtree (folder2 folder3))", or nothing: the selected one. The cursor stands at the SP.
    static Result<MailboxScope> parse(ArgumentCursor& in);
    /// Mailboxes of these sources, besides the selected one, each once, in the order of their names. What does not
    /// exist, or may not be known, is passed over.
    std::vector<MailboxId> resolve(Session& session, const MailboxAccess* access) const;
};

}  // namespace postern::imap
