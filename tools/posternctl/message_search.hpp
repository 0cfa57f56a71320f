#pragma once
// Messages of a mailbox by the keys of IMAP's SEARCH (RFC 3501 section 6.4.4).
#include <memory>
#include <string>
#include <vector>

#include "postern/imap/search.hpp"
#include "postern/mail/account.hpp"

namespace posternctl {

/// "UNSEEN FROM anna": the tree, or what is wrong. Sets are of UIDs (UID 1:9): outside of a session messages have no numbers.
postern::Result<postern::imap::SearchNode> parse_search(const std::string& keys);

/// UIDs of the messages that match, ascending. `keys` outlives the call. On the account's core.
postern::Task<postern::Result<std::vector<postern::Uid>>> find_messages(
    std::shared_ptr<postern::mail::Account> account, std::shared_ptr<postern::mail::Mailbox> mailbox,
    const postern::imap::SearchNode* keys);

}  // namespace posternctl
