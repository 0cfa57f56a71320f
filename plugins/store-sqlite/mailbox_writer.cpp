// The part of TransactionWriter that changes the mailbox tree.
#include "store-sqlite/transaction_writer.hpp"

namespace postern::store::sqlite {

void TransactionWriter::write_mailboxes() {
    for (const auto& item : transaction_.creates) create(item);
    for (const auto& item : transaction_.renames) rename(item);
    for (const auto& item : transaction_.deletes) erase(item);
    for (const auto& item : transaction_.special_uses) set_special_use(item);
    for (const auto& item : transaction_.subscriptions) subscribe(item);
}

void TransactionWriter::create(const MailboxCreate& item) {
    auto used = database_.query("select 1 from mailbox where account_id = ? and uidvalidity = ?");
    if (used.bind(account_, item.uidvalidity).step()) {
        fail(Errc::conflict, "UIDVALIDITY " + std::to_string(item.uidvalidity) + " has been given before");
    }
    const Modseq modseq = log(item.id, 0, item.data);
    database_
        .query(
            "insert into mailbox (account_id, mailbox_id, name, uidvalidity, highest_modseq, created_modseq, "
            "special_use) values (?, ?, ?, ?, ?5, ?5, ?6)")
        .bind(account_, value_of(item.id), item.name, item.uidvalidity, modseq, item.special_use)
        .run();
}

void TransactionWriter::rename(const MailboxRename& item) {
    const Modseq modseq = log(item.id, 0, item.data);
    database_
        .query(
            "update mailbox set name = ?, highest_modseq = ? "
            "where account_id = ? and mailbox_id = ? and deleted_modseq = 0")
        .bind(item.name, modseq, account_, value_of(item.id))
        .run();
    if (database_.changes() == 0) fail(Errc::not_found, "no such mailbox");
}

void TransactionWriter::erase(const MailboxDelete& item) {
    const auto id = value_of(item.id);
    {
        auto query = database_.query(
            "select total, bytes from mailbox where account_id = ? and mailbox_id = ? and deleted_modseq = "
            "0");
        if (!query.bind(account_, id).step()) fail(Errc::not_found, "no such mailbox");
        usage_count_ -= query.integer(0);
        usage_bytes_ -= query.integer(1);
    }
    const Modseq modseq = log(item.id, 0, item.data);
    database_
        .query(
            "update mailbox set deleted_modseq = ?1, highest_modseq = ?1, total = 0, unseen = 0, deleted = "
            "0, "
            "bytes = 0, snapshot_modseq = 0 where account_id = ?2 and mailbox_id = ?3")
        .bind(modseq, account_, id)
        .run();
    database_.query("delete from snapshot where account_id = ? and mailbox_id = ?").bind(account_, id).run();
    database_.query("delete from attribute where account_id = ? and mailbox_id = ?").bind(account_, id).run();
}

void TransactionWriter::set_special_use(const MailboxSpecialUse& item) {
    const Modseq modseq = log(item.id, 0, item.data);
    database_
        .query(
            "update mailbox set special_use = ?, highest_modseq = ? "
            "where account_id = ? and mailbox_id = ? and deleted_modseq = 0")
        .bind(item.special_use, modseq, account_, value_of(item.id))
        .run();
    if (database_.changes() == 0) fail(Errc::not_found, "no such mailbox");
}

void TransactionWriter::subscribe(const Subscription& item) {
    log(MailboxId{}, 0, item.data);
    database_
        .query(item.subscribed ? "insert or ignore into subscription (account_id, name) values (?, ?)"
                               : "delete from subscription where account_id = ? and name = ?")
        .bind(account_, item.name)
        .run();
}

}  // namespace postern::store::sqlite
