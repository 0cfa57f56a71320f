#pragma once
#include <string>

#include "kernel/mail/id_generator.hpp"
#include "kernel/mail/mailbox_table.hpp"
#include "postern/store/transaction.hpp"

namespace postern::mail {

/// Adds new mailboxes to a transaction. Everything it is given outlives it.
class MailboxCreation {
public:
    MailboxCreation(const MailboxTable& table, IdGenerator& ids, UnixTime now,
                    store::Transaction& transaction)
        : table_(table), ids_(ids), now_(now), transaction_(transaction) {}

    /// A name that is free. `uses` as join_uses() makes them.
    MailboxId add(const std::string& name, const std::string& uses);
    /// What is missing above `name`, topmost first.
    void add_parents(const std::string& name);
    /// INBOX and the usual others with their special use (RFC 6154), subscribed, as far as they are missing.
    void add_defaults();

private:
    const MailboxTable& table_;
    IdGenerator& ids_;
    UnixTime now_;
    store::Transaction& transaction_;
};

/// Adds a subscription or its end.
void add_subscription(store::Transaction& transaction, const std::string& name, bool subscribed);

}  // namespace postern::mail
