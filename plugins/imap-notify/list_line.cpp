#include "list_line.hpp"

#include <algorithm>

#include "postern/imap/ext/session.hpp"

namespace postern::imap {

namespace {

ListEntry entry_of(const mail::Account& account, const std::string& name) {
    ListEntry entry;
    entry.name = name;
    // What may not be looked up is not among them, though it may be used.
    const auto info = std::ranges::find(account.mailboxes(), name, &mail::MailboxInfo::name);
    if (info != account.mailboxes().end()) {
        entry.mailbox = info->id;
        entry.exists = true;
    }
    const std::string below = name + mail::hierarchy_delimiter;
    entry.has_children = std::ranges::any_of(
        account.mailboxes(), [&](const mail::MailboxInfo& info) { return info.name.starts_with(below); });
    entry.subscribed = std::ranges::find(account.subscriptions(), name) != account.subscriptions().end();
    entry.matches_pattern = true;
    return entry;
}

void add(ListEntry& entry, std::string_view attribute) {
    const bool there = std::ranges::any_of(
        entry.attributes, [&](const std::string& known) { return equals_ignore_case(known, attribute); });
    if (!there) entry.attributes.emplace_back(attribute);
}

}  // namespace

void write_list_line(Session& session, const std::vector<MailboxAttributes*>& attributes,
                     const std::string& name, const std::string& old_name) {
    ListPlan plan(session);
    plan.extended = true;
    ListEntry entry = entry_of(*session.account(), name);
    const bool hidden = std::ranges::any_of(
        attributes, [&](const MailboxAttributes* owner) { return owner->hides(session, entry); });
    if (hidden || !entry.exists) {
        entry.exists = false;
        entry.attributes.emplace_back("\\NonExistent");
    } else {
        for (const MailboxAttributes* owner : attributes) owner->contribute(plan, entry);
        add(entry, entry.has_children ? "\\HasChildren" : "\\HasNoChildren");
    }
    if (entry.subscribed) add(entry, "\\Subscribed");
    ResponseWriter out = session.writer();
    out.untagged().atom("LIST").open();
    for (const std::string& attribute : entry.attributes) out.atom(attribute);
    out.close().quoted("/").mailbox(name);
    if (!old_name.empty() && entry.exists)
        out.open().quoted("OLDNAME").open().mailbox(old_name).close().close();
    out.end_line();
}

}  // namespace postern::imap
