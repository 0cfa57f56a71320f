#include "kernel/mail/mailbox_table.hpp"

#include <algorithm>

namespace postern::mail {

MailboxTable::MailboxTable(const store::AccountView& view)
    : subscriptions_(view.subscriptions),
      highest_uidvalidity_(view.highest_uidvalidity),
      used_bytes_(view.account.used_bytes),
      used_count_(view.account.used_count) {
    mailboxes_.reserve(view.mailboxes.size());
    for (const store::MailboxRow& row : view.mailboxes) {
        MailboxInfo info;
        info.id = row.id;
        info.name = row.name;
        info.uidvalidity = row.uidvalidity;
        info.uidnext = row.uidnext;
        info.highest_modseq = std::max<Modseq>(row.highest_modseq, 1);
        info.total = row.total;
        info.unseen = row.unseen;
        info.deleted = row.deleted;
        info.bytes = row.bytes;
        info.special_use = split_uses(row.special_use);
        mailboxes_.push_back(std::move(info));
    }
    std::sort(subscriptions_.begin(), subscriptions_.end());
    sort();
}

void MailboxTable::sort() {
    std::sort(mailboxes_.begin(), mailboxes_.end(),
              [](const MailboxInfo& a, const MailboxInfo& b) { return a.name < b.name; });
    index_.clear();
    for (std::size_t i = 0; i < mailboxes_.size(); ++i) index_.emplace(value_of(mailboxes_[i].id), i);
}

const MailboxInfo* MailboxTable::find(std::string_view name) const {
    const auto at = std::lower_bound(mailboxes_.begin(), mailboxes_.end(), name,
                                     [](const MailboxInfo& m, std::string_view n) { return m.name < n; });
    return at != mailboxes_.end() && at->name == name ? &*at : nullptr;
}

const MailboxInfo* MailboxTable::find(MailboxId id) const {
    const auto found = index_.find(value_of(id));
    return found == index_.end() ? nullptr : &mailboxes_[found->second];
}

MailboxInfo* MailboxTable::entry(MailboxId id) {
    const auto found = index_.find(value_of(id));
    return found == index_.end() ? nullptr : &mailboxes_[found->second];
}

std::vector<const MailboxInfo*> MailboxTable::subtree(std::string_view name) const {
    std::vector<const MailboxInfo*> found;
    const std::string below = std::string(name) + hierarchy_delimiter;
    for (const MailboxInfo& info : mailboxes_) {
        if (info.name == name || info.name.starts_with(below)) found.push_back(&info);
    }
    return found;
}

bool MailboxTable::has_children(std::string_view name) const {
    const std::string below = std::string(name) + hierarchy_delimiter;
    return std::any_of(mailboxes_.begin(), mailboxes_.end(),
                       [&](const MailboxInfo& info) { return info.name.starts_with(below); });
}

bool MailboxTable::subscribed(std::string_view name) const {
    return std::binary_search(subscriptions_.begin(), subscriptions_.end(), name);
}

std::uint32_t MailboxTable::next_uidvalidity(UnixTime now) const {
    return std::max(highest_uidvalidity_ + 1, static_cast<std::uint32_t>(std::max<UnixTime>(now, 1)));
}

void MailboxTable::apply(const Change& change, MailboxId mailbox, Modseq modseq, Uid first_uid) {
    if (change.kind == ChangeKind::subscription) return subscribe(change.name, change.subscribed);
    if (change.kind == ChangeKind::mailbox_created) return create(change, mailbox, modseq);
    MailboxInfo* info = entry(mailbox);
    if (!info) return;
    info->highest_modseq = std::max(info->highest_modseq, modseq);
    switch (change.kind) {
        case ChangeKind::added:
            if (!change.added.empty()) info->uidnext = first_uid + static_cast<Uid>(change.added.size());
            [[fallthrough]];
        case ChangeKind::flags:
        case ChangeKind::expunged:
            add_counters(*info, change.counters);
            break;
        case ChangeKind::mailbox_renamed:
            rename(change, mailbox);
            break;
        case ChangeKind::mailbox_deleted:
            remove(mailbox);
            break;
        case ChangeKind::special_use:
            info->special_use = split_uses(change.uses);
            break;
        default:
            break;
    }
}

void MailboxTable::add_counters(MailboxInfo& info, const store::CounterDelta& delta) {
    info.total += static_cast<std::uint32_t>(delta.total);
    info.unseen += static_cast<std::uint32_t>(delta.unseen);
    info.deleted += static_cast<std::uint32_t>(delta.deleted);
    info.bytes += static_cast<std::uint64_t>(delta.bytes);
    used_count_ += static_cast<std::uint64_t>(delta.total);
    used_bytes_ += static_cast<std::uint64_t>(delta.bytes);
}

void MailboxTable::create(const Change& change, MailboxId id, Modseq modseq) {
    if (find(id)) return;
    MailboxInfo info;
    info.id = id;
    info.name = change.name;
    info.uidvalidity = change.uidvalidity;
    info.highest_modseq = modseq;
    info.special_use = split_uses(change.uses);
    highest_uidvalidity_ = std::max(highest_uidvalidity_, change.uidvalidity);
    mailboxes_.push_back(std::move(info));
    sort();
}

void MailboxTable::rename(const Change& change, MailboxId id) {
    entry(id)->name = change.name;
    sort();
}

void MailboxTable::remove(MailboxId id) {
    const MailboxInfo& info = *entry(id);
    used_bytes_ -= info.bytes;
    used_count_ -= info.total;
    mailboxes_.erase(mailboxes_.begin() + (&info - mailboxes_.data()));
    sort();
}

void MailboxTable::subscribe(const std::string& name, bool subscribed) {
    const auto at = std::lower_bound(subscriptions_.begin(), subscriptions_.end(), name);
    const bool there = at != subscriptions_.end() && *at == name;
    if (subscribed && !there) subscriptions_.insert(at, name);
    if (!subscribed && there) subscriptions_.erase(at);
}

}  // namespace postern::mail
