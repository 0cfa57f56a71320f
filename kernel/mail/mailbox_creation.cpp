#include "kernel/mail/mailbox_creation.hpp"

namespace postern::mail {

namespace {

struct DefaultMailbox {
    const char* name;
    const char* use;
};
constexpr DefaultMailbox default_mailboxes[] = {
    {"INBOX", ""},        {"Drafts", "\\Drafts"}, {"Sent", "\\Sent"},
    {"Trash", "\\Trash"}, {"Junk", "\\Junk"},     {"Archive", "\\Archive"},
};

}  // namespace

MailboxId MailboxCreation::add(const std::string& name, const std::string& uses) {
    const MailboxId id{ids_.next()};
    Change change;
    change.kind = ChangeKind::mailbox_created;
    change.name = name;
    change.uidvalidity =
        table_.next_uidvalidity(now_) + static_cast<std::uint32_t>(transaction_.creates.size());
    change.uses = uses;
    transaction_.creates.push_back({id, name, change.uidvalidity, uses, encode_change(change)});
    return id;
}

void MailboxCreation::add_parents(const std::string& name) {
    for (auto end = name.find(hierarchy_delimiter); end != std::string::npos;
         end = name.find(hierarchy_delimiter, end + 1)) {
        const std::string parent = name.substr(0, end);
        if (!table_.find(parent)) add(parent, "");
    }
}

void MailboxCreation::add_defaults() {
    for (const auto& mailbox : default_mailboxes) {
        if (table_.find(mailbox.name)) continue;
        add(mailbox.name, mailbox.use);
        if (!table_.subscribed(mailbox.name)) add_subscription(transaction_, mailbox.name, true);
    }
}

void add_subscription(store::Transaction& transaction, const std::string& name, bool subscribed) {
    Change change;
    change.kind = ChangeKind::subscription;
    change.name = name;
    change.subscribed = subscribed;
    transaction.subscriptions.push_back({name, subscribed, encode_change(change)});
}

}  // namespace postern::mail
