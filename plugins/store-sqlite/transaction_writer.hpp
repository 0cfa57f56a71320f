#pragma once
// Applies one Transaction inside an open database transaction. Throws Failure; the caller rolls back.
#include <map>

#include "postern/store/transaction.hpp"
#include "store-sqlite/database.hpp"

namespace postern::store::sqlite {

class TransactionWriter {
public:
    TransactionWriter(Database& database, const Transaction& transaction)
        : database_(database), transaction_(transaction), account_(value_of(transaction.account)) {}

    /// The preconditions on account and lease. Only reads.
    void check();
    /// Everything else; after check().
    CommitResult apply();

private:
    // transaction_writer.cpp: order, preconditions, the account's row, changes
    void write_account();
    void write_changes();
    Uid take_from_mailbox(const NewChange& change, Modseq modseq);
    Modseq log(MailboxId mailbox, Uid first_uid, const std::string& data);

    // mailbox_writer.cpp: the tree
    void write_mailboxes();
    void create(const MailboxCreate& item);
    void rename(const MailboxRename& item);
    void erase(const MailboxDelete& item);
    void set_special_use(const MailboxSpecialUse& item);
    void subscribe(const Subscription& item);

    // message_writer.cpp: contents, messages, references
    void write_messages();
    void write_contents(const std::map<ContentHash, std::int64_t>& uses);
    void write_content(const Content& content, std::int64_t uses);
    void insert_message(const NewMessage& message, std::int64_t references);
    void change_references(MessageId message, std::int64_t delta);
    void lost_last(MessageId message);
    void regained(MessageId message);

    // detail_writer.cpp: receipts, attributes, scripts
    void write_receipts();
    void write_receipt(const ReceiptWrite& write);
    void write_attributes();
    void write_scripts();
    void write_script(const ScriptWrite& script);

    Database& database_;
    const Transaction& transaction_;
    std::uint64_t account_;
    Modseq before_ = 0;             ///< the account's change_seq
    Modseq next_ = 0;               ///< modseq of the next log row
    std::int64_t usage_count_ = 0;  ///< to be added to the account's usage
    std::int64_t usage_bytes_ = 0;
    CommitResult result_;
};

}  // namespace postern::store::sqlite
