#include "tests/mail/support/memory_transaction.hpp"

#include <algorithm>

namespace postern::mail::test {

namespace {

const Error no_mailbox(Errc::not_found, "no such mailbox");

}  // namespace

MemoryData::Mailbox* MemoryTransaction::living(MailboxId id) {
    const auto found = account_.mailboxes.find(id);
    return found == account_.mailboxes.end() || found->second.deleted ? nullptr : &found->second;
}

Modseq MemoryTransaction::add_row(MailboxId mailbox, const std::string& data, Uid first_uid) {
    const Modseq modseq = ++account_.row.change_seq;
    account_.log[modseq] = {modseq, mailbox, first_uid, data};
    if (mailbox != MailboxId{}) account_.mailboxes[mailbox].row.highest_modseq = modseq;
    return modseq;
}

bool MemoryTransaction::name_taken(const std::string& name) const {
    return std::any_of(account_.mailboxes.begin(), account_.mailboxes.end(),
                       [&](const auto& m) { return !m.second.deleted && m.second.row.name == name; });
}

Result<store::CommitResult> MemoryTransaction::run() {
    const Modseq before = account_.row.change_seq;
    using Step = Result<void> (MemoryTransaction::*)();
    for (const Step step :
         {&MemoryTransaction::check, &MemoryTransaction::tree, &MemoryTransaction::messages,
          &MemoryTransaction::references, &MemoryTransaction::changes, &MemoryTransaction::receipts}) {
        auto done = (this->*step)();
        if (!done) return done.error();
    }
    result_.first_modseq = before + 1;
    result_.last_modseq = account_.row.change_seq;
    return result_;
}

Result<void> MemoryTransaction::check() {
    if (transaction_.expected_seq && *transaction_.expected_seq != account_.row.change_seq) {
        return Error(Errc::conflict, "another writer was first");
    }
    if (transaction_.fence) {
        const auto source = account_.sources.find(transaction_.fence->source);
        if (source == account_.sources.end() || source->second.lease_number != transaction_.fence->number) {
            return Error(Errc::conflict, "the lease is lost");
        }
    }
    return {};
}

Result<void> MemoryTransaction::tree() {
    for (const auto& create : transaction_.creates) {
        if (name_taken(create.name)) return Error(Errc::already_exists, "name taken");
        for (const auto& [id, mailbox] : account_.mailboxes) {
            if (mailbox.row.uidvalidity == create.uidvalidity) return Error(Errc::conflict, "uidvalidity");
        }
        auto& row = account_.mailboxes[create.id].row;
        row.id = create.id;
        row.name = create.name;
        row.uidvalidity = create.uidvalidity;
        row.special_use = create.special_use;
        row.created_modseq = add_row(create.id, create.data);
    }
    for (const auto& rename : transaction_.renames) {
        auto* mailbox = living(rename.id);
        if (!mailbox) return no_mailbox;
        if (name_taken(rename.name)) return Error(Errc::already_exists, "name taken");
        mailbox->row.name = rename.name;
        add_row(rename.id, rename.data);
    }
    for (const auto& removal : transaction_.deletes) {
        auto* mailbox = living(removal.id);
        if (!mailbox) return no_mailbox;
        add_row(removal.id, removal.data);
        account_.row.used_bytes -= mailbox->row.bytes;
        account_.row.used_count -= mailbox->row.total;
        mailbox->deleted = true;
        mailbox->snapshot.clear();
        std::erase_if(account_.attributes, [&](const auto& one) { return one.first.first == removal.id; });
    }
    for (const auto& use : transaction_.special_uses) {
        auto* mailbox = living(use.id);
        if (!mailbox) return no_mailbox;
        mailbox->row.special_use = use.special_use;
        add_row(use.id, use.data);
    }
    for (const auto& subscription : transaction_.subscriptions) {
        if (subscription.subscribed) {
            account_.subscriptions.insert(subscription.name);
        } else {
            account_.subscriptions.erase(subscription.name);
        }
        add_row(MailboxId{}, subscription.data);
    }
    return {};
}

Result<void> MemoryTransaction::messages() {
    for (const auto& content : transaction_.contents) account_.contents.emplace(content.hash, content);
    for (const auto& message : transaction_.messages) {
        if (!account_.contents.contains(message.content)) return Error(Errc::not_found, "no content");
        store::MessageRow row{message.id, message.content, 0, transaction_.now, message.record};
        if (!account_.messages.emplace(message.id, row).second) return Error(Errc::already_exists, "message");
    }
    return {};
}

Result<void> MemoryTransaction::references() {
    std::map<MessageId, std::int32_t> sums;
    for (const auto& change : transaction_.references) sums[change.message] += change.delta;
    for (const auto& [id, delta] : sums) {
        const auto message = account_.messages.find(id);
        if (message == account_.messages.end()) return Error(Errc::not_found, "no message");
        const std::int32_t before = message->second.references;
        message->second.references += delta;
        if (message->second.references < 0) return Error(Errc::invalid, "references");
        const bool last = before > 0 && message->second.references == 0;
        const bool first = before == 0 && message->second.references > 0;
        if (last) message->second.unreferenced_at = transaction_.now;
        if (last) result_.unreferenced.push_back(id);
        if (first) message->second.unreferenced_at = 0;
        for (auto& receipt : account_.receipts) {
            if (receipt.message != id) continue;
            const bool held =
                receipt.state == store::ReceiptState::stored || receipt.state == store::ReceiptState::suspect;
            if (last && held && transaction_.last_copy == store::LastCopy::delete_remote) {
                receipt.state = store::ReceiptState::delete_wanted;
            }
            if (first && receipt.state == store::ReceiptState::delete_wanted) {
                receipt.state = store::ReceiptState::stored;
            }
        }
    }
    return {};
}

Result<void> MemoryTransaction::changes() {
    for (const auto& change : transaction_.changes) {
        Uid first_uid = 0;
        if (change.mailbox != MailboxId{}) {
            auto* mailbox = living(change.mailbox);
            if (!mailbox) return no_mailbox;
            auto& row = mailbox->row;
            if (change.uids > 0) first_uid = row.uidnext;
            row.uidnext += change.uids;
            const auto fits = [](std::uint64_t now, std::int64_t delta) {
                return static_cast<std::int64_t>(now) + delta >= 0;
            };
            if (!fits(row.total, change.counters.total) || !fits(row.unseen, change.counters.unseen) ||
                !fits(row.deleted, change.counters.deleted) || !fits(row.bytes, change.counters.bytes)) {
                return Error(Errc::invalid, "counters below 0");
            }
            row.total += static_cast<std::uint32_t>(change.counters.total);
            row.unseen += static_cast<std::uint32_t>(change.counters.unseen);
            row.deleted += static_cast<std::uint32_t>(change.counters.deleted);
            row.bytes += static_cast<std::uint64_t>(change.counters.bytes);
            account_.row.used_count += static_cast<std::uint64_t>(change.counters.total);
            account_.row.used_bytes += static_cast<std::uint64_t>(change.counters.bytes);
        }
        add_row(change.mailbox, change.data, first_uid);
        result_.first_uids.push_back(first_uid);
    }
    return {};
}

Result<void> MemoryTransaction::receipts() {
    for (const auto& write : transaction_.receipts) {
        const auto& r = write.receipt;
        const auto known =
            std::find_if(account_.receipts.begin(), account_.receipts.end(), [&](const auto& other) {
                return other.source == r.source && other.epoch == r.epoch && other.uidl == r.uidl &&
                       other.occurrence == r.occurrence;
            });
        const auto now = known == account_.receipts.end() ? store::ReceiptState::none : known->state;
        if ((write.from & store::bit(now)) == 0) return Error(Errc::conflict, "receipt");
        if (known == account_.receipts.end()) {
            account_.receipts.push_back(r);
        } else {
            *known = r;
        }
    }
    for (const auto& write : transaction_.attributes) {
        const auto key = std::pair(write.attribute.mailbox, write.attribute.entry);
        if (write.remove) {
            account_.attributes.erase(key);
        } else {
            account_.attributes[key] = write.attribute.value;
        }
    }
    return {};
}

}  // namespace postern::mail::test
