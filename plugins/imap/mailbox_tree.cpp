#include "mailbox_tree.hpp"

#include <algorithm>
#include <map>

#include "postern/imap/mailbox_name.hpp"

namespace postern::imap {

std::vector<ListEntry> list_entries(const mail::Account& account, bool with_subscriptions) {
    std::map<std::string, ListEntry> names;
    const auto entry = [&](const std::string& name) -> ListEntry& {
        ListEntry& made = names[name];
        made.name = name;
        return made;
    };
    for (const mail::MailboxInfo& info : account.mailboxes()) {
        ListEntry& mailbox = entry(info.name);
        mailbox.mailbox = info.id;
        mailbox.exists = true;
    }
    for (const std::string& name : account.subscriptions()) {
        const std::string canonical = is_inbox(name) ? "INBOX" : name;
        if (with_subscriptions || names.contains(canonical)) entry(canonical).subscribed = true;
    }
    std::vector<std::string> parents;
    for (const auto& [name, child] : names) {
        for (auto end = name.rfind(mail::hierarchy_delimiter); end != std::string::npos && end > 0;
             end = name.rfind(mail::hierarchy_delimiter, end - 1)) {
            parents.push_back(name.substr(0, end));
        }
        static_cast<void>(child);
    }
    for (const std::string& parent : parents) entry(parent);
    // A subscription alone is no child (RFC 3348: child mailboxes that exist).
    for (const mail::MailboxInfo& info : account.mailboxes()) {
        const auto end = info.name.rfind(mail::hierarchy_delimiter);
        for (auto at = end; at != std::string::npos && at > 0;
             at = info.name.rfind(mail::hierarchy_delimiter, at - 1)) {
            names[info.name.substr(0, at)].has_children = true;
        }
    }
    std::vector<ListEntry> entries;
    entries.reserve(names.size());
    for (auto& [name, made] : names) entries.push_back(std::move(made));
    return entries;
}

PatternSet::PatternSet(std::string_view reference, const std::vector<std::string>& patterns) {
    for (const std::string& pattern : patterns) {
        patterns_.emplace_back(reference, pattern, mail::hierarchy_delimiter);
    }
}

bool PatternSet::matches(std::string_view name) const {
    return std::ranges::any_of(patterns_, [&](const ListPattern& p) { return p.matches(name); });
}

}  // namespace postern::imap
