#pragma once
// The names LIST and LSUB choose from (RFC 3501 sections 6.3.8 and 6.3.9).
#include <string>
#include <string_view>
#include <vector>

#include "postern/imap/ext/list_option.hpp"
#include "postern/imap/list_pattern.hpp"
#include "postern/mail/account.hpp"

namespace postern::imap {

/// Every mailbox, and if asked for every subscribed name, in order, with the parents that are no mailboxes themselves.
std::vector<ListEntry> list_entries(const mail::Account& account, bool with_subscriptions);

/// One or more patterns under a reference.
class PatternSet {
public:
    PatternSet(std::string_view reference, const std::vector<std::string>& patterns);
    bool matches(std::string_view name) const;

private:
    std::vector<ListPattern> patterns_;
};

}  // namespace postern::imap
