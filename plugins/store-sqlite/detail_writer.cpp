// The part of TransactionWriter that writes receipts, attributes and scripts.
#include "store-sqlite/transaction_writer.hpp"

namespace postern::store::sqlite {

void TransactionWriter::write_receipts() {
    SourceId known{};
    for (const ReceiptWrite& write : transaction_.receipts) {
        if (write.receipt.source != known) {
            auto query = database_.query("select 1 from source where account_id = ? and source_id = ?");
            if (!query.bind(account_, value_of(write.receipt.source)).step()) {
                fail(Errc::not_found, "no such source");
            }
            known = write.receipt.source;
        }
        write_receipt(write);
    }
}

void TransactionWriter::write_receipt(const ReceiptWrite& write) {
    const Receipt& receipt = write.receipt;
    const auto source = value_of(receipt.source);
    if (write.from != any_receipt_state) {
        auto query = database_.query(
            "select state from receipt where account_id = ? and source_id = ? and epoch = ? and uidl = ? and "
            "occurrence = ?");
        query.bind(account_, source, receipt.epoch, Blob{receipt.uidl}, receipt.occurrence);
        const auto state = query.step() ? static_cast<ReceiptState>(query.integer(0)) : ReceiptState::none;
        if ((bit(state) & write.from) == 0) fail(Errc::conflict, "the receipt is in another state");
    }
    database_
        .query(
            "insert or replace into receipt (account_id, source_id, epoch, uidl, occurrence, state, "
            "message_id, "
            "size_listed, header_fingerprint, first_seen, last_seen, missing_count, missing_since, "
            "stored_at, "
            "delete_reason, delete_since, delete_attempts, fail_count, next_try, last_error) "
            "values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
        .bind(account_, source, receipt.epoch, Blob{receipt.uidl}, receipt.occurrence,
              static_cast<int>(receipt.state), value_of(receipt.message), receipt.size_listed,
              Blob{receipt.header_fingerprint}, receipt.first_seen, receipt.last_seen, receipt.missing_count,
              receipt.missing_since, receipt.stored_at, static_cast<int>(receipt.delete_reason),
              receipt.delete_since, receipt.delete_attempts, receipt.fail_count, receipt.next_try,
              Blob{receipt.last_error})
        .run();
}

void TransactionWriter::write_attributes() {
    for (const AttributeWrite& write : transaction_.attributes) {
        const auto mailbox = value_of(write.attribute.mailbox);
        if (write.remove) {
            database_.query("delete from attribute where account_id = ? and mailbox_id = ? and entry = ?")
                .bind(account_, mailbox, write.attribute.entry)
                .run();
            continue;
        }
        if (mailbox != 0) {
            auto query = database_.query(
                "select 1 from mailbox where account_id = ? and mailbox_id = ? and deleted_modseq = 0");
            if (!query.bind(account_, mailbox).step()) fail(Errc::not_found, "no such mailbox");
        }
        database_
            .query(
                "insert or replace into attribute (account_id, mailbox_id, entry, value) values (?, ?, ?, ?)")
            .bind(account_, mailbox, write.attribute.entry, Blob{write.attribute.value})
            .run();
    }
}

void TransactionWriter::write_scripts() {
    for (const ScriptWrite& script : transaction_.scripts) write_script(script);
}

void TransactionWriter::write_script(const ScriptWrite& script) {
    using Kind = ScriptWrite::Kind;
    if (script.kind == Kind::put) {
        database_
            .query(
                "insert into script (account_id, name, text, active) values (?, ?, ?, 0) "
                "on conflict do update set text = excluded.text")
            .bind(account_, script.name, Blob{script.text})
            .run();
        return;
    }
    if (script.kind == Kind::activate) {
        database_.query("update script set active = 0 where account_id = ? and active <> 0")
            .bind(account_)
            .run();
        if (script.name.empty()) return;
        database_.query("update script set active = 1 where account_id = ? and name = ?")
            .bind(account_, script.name)
            .run();
    } else if (script.kind == Kind::remove) {
        database_.query("delete from script where account_id = ? and name = ?")
            .bind(account_, script.name)
            .run();
    } else {
        database_.query("update script set name = ? where account_id = ? and name = ?")
            .bind(script.new_name, account_, script.name)
            .run();
    }
    if (database_.changes() == 0) fail(Errc::not_found, "no such script");
}

}  // namespace postern::store::sqlite
