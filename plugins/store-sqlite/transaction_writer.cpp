#include "store-sqlite/transaction_writer.hpp"

#include "postern/store/check.hpp"

namespace postern::store::sqlite {

void TransactionWriter::check() {
    const auto sound = store::check(transaction_);
    if (!sound) fail(sound.error().code, sound.error().text);
    auto account = database_.query("select change_seq from account where account_id = ?");
    if (!account.bind(account_).step()) fail(Errc::not_found, "no such account");
    before_ = account.number(0);
    if (transaction_.expected_seq && *transaction_.expected_seq != before_) {
        fail(Errc::conflict, "another writer was first");
    }
    if (!transaction_.fence) return;
    auto lease = database_.query(
        "select 1 from source where account_id = ? and source_id = ? and lease_number = ? and lease_owner <> "
        "''");
    lease.bind(account_, value_of(transaction_.fence->source), transaction_.fence->number);
    if (!lease.step()) fail(Errc::conflict, "the lease of the source is another's by now");
}

CommitResult TransactionWriter::apply() {
    next_ = before_ + 1;
    result_.first_modseq = next_;
    write_mailboxes();
    write_messages();
    write_changes();
    write_receipts();
    write_attributes();
    write_scripts();
    write_account();
    result_.last_modseq = next_ - 1;
    return std::move(result_);
}

void TransactionWriter::write_account() {
    if (next_ - 1 == before_ && usage_count_ == 0 && usage_bytes_ == 0) return;
    database_
        .query(
            "update account set change_seq = ?, used_count = used_count + ?, used_bytes = used_bytes + ? "
            "where account_id = ?")
        .bind(next_ - 1, usage_count_, usage_bytes_, account_)
        .run();
}

void TransactionWriter::write_changes() {
    result_.first_uids.reserve(transaction_.changes.size());
    for (const NewChange& change : transaction_.changes) {
        const Uid first = take_from_mailbox(change, next_);
        log(change.mailbox, first, change.data);
        result_.first_uids.push_back(first);
        usage_count_ += change.counters.total;
        usage_bytes_ += change.counters.bytes;
    }
}

Uid TransactionWriter::take_from_mailbox(const NewChange& change, Modseq modseq) {
    const CounterDelta& delta = change.counters;
    if (change.mailbox == MailboxId{}) return 0;
    // Two statements: RETURNING makes SQLite build a temporary table.
    auto present = database_.query(
        "select uidnext from mailbox where account_id = ? and mailbox_id = ? and deleted_modseq = 0");
    if (!present.bind(account_, value_of(change.mailbox)).step()) fail(Errc::not_found, "no such mailbox");
    const Uid first = present.number32(0);
    database_
        .query(
            "update mailbox set uidnext = uidnext + ?3, highest_modseq = ?4, total = total + ?5, "
            "unseen = unseen + ?6, deleted = deleted + ?7, bytes = bytes + ?8 "
            "where account_id = ?1 and mailbox_id = ?2")
        .bind(account_, value_of(change.mailbox), change.uids, modseq, delta.total, delta.unseen,
              delta.deleted, delta.bytes)
        .run();
    return change.uids == 0 ? 0 : first;
}

Modseq TransactionWriter::log(MailboxId mailbox, Uid first_uid, const std::string& data) {
    database_
        .query("insert into change (account_id, modseq, mailbox_id, first_uid, data) values (?, ?, ?, ?, ?)")
        .bind(account_, next_, value_of(mailbox), first_uid, Blob{data})
        .run();
    return next_++;
}

}  // namespace postern::store::sqlite
