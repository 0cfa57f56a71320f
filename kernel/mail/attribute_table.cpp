#include "kernel/mail/attribute_table.hpp"

#include "postern/mail/account.hpp"

namespace postern::mail {

AttributeTable::AttributeTable(const std::vector<store::Attribute>& resident) {
    for (const auto& attribute : resident) values_[{attribute.mailbox, attribute.entry}] = attribute.value;
}

const std::string* AttributeTable::find(MailboxId mailbox, std::string_view entry) const {
    const auto found = values_.find(std::pair<MailboxId, std::string_view>(mailbox, entry));
    return found == values_.end() ? nullptr : &found->second;
}

void AttributeTable::apply(const Change& change, MailboxId mailbox) {
    if (change.kind == ChangeKind::mailbox_deleted) {
        std::erase_if(values_, [&](const auto& one) { return one.first.first == mailbox; });
    }
    if (change.kind != ChangeKind::attributes) return;
    for (const AttributeChange& attribute : change.attributes) {
        if (!is_resident(attribute.entry)) continue;
        if (attribute.removed) {
            values_.erase({mailbox, attribute.entry});
        } else {
            values_[{mailbox, attribute.entry}] = attribute.value;
        }
    }
}

std::vector<store::NewChange> changes_of(const std::vector<store::AttributeWrite>& writes) {
    std::map<MailboxId, Change> by_mailbox;
    for (const store::AttributeWrite& write : writes) {
        if (!is_resident(write.attribute.entry) && !is_of_users(write.attribute.entry)) continue;
        Change& change = by_mailbox[write.attribute.mailbox];
        change.kind = ChangeKind::attributes;
        const bool keep = !write.remove && is_resident(write.attribute.entry);
        change.attributes.push_back(
            {write.attribute.entry, write.remove, keep ? write.attribute.value : std::string()});
    }
    std::vector<store::NewChange> changes;
    for (const auto& [mailbox, change] : by_mailbox) {
        store::NewChange row;
        row.mailbox = mailbox;
        row.data = encode_change(change);
        changes.push_back(std::move(row));
    }
    return changes;
}

}  // namespace postern::mail
