#pragma once
#include "tests/mail/support/memory_store.hpp"

namespace postern::mail::test {

/// Applies one transaction to an account. A failure leaves the account half changed: run it on a copy.
class MemoryTransaction {
public:
    MemoryTransaction(MemoryData::AccountData& account, const store::Transaction& transaction)
        : account_(account), transaction_(transaction) {}

    Result<store::CommitResult> run();

private:
    Result<void> check();
    Result<void> tree();
    Result<void> messages();
    Result<void> references();
    Result<void> changes();
    Result<void> receipts();
    MemoryData::Mailbox* living(MailboxId id);
    Modseq add_row(MailboxId mailbox, const std::string& data, Uid first_uid = 0);
    bool name_taken(const std::string& name) const;

    MemoryData::AccountData& account_;
    const store::Transaction& transaction_;
    store::CommitResult result_;
};

}  // namespace postern::mail::test
