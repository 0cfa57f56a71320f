#include "store/store_case.hpp"

namespace postern::testkit {

using namespace store;

ContentHash hash_of(std::uint64_t number) {
    ContentHash hash{};
    for (std::size_t i = 0; i < hash.size(); ++i) {
        hash[i] = static_cast<std::uint8_t>((number >> (8 * (i % 8))) ^ (i * 37));
    }
    return hash;
}

Change& Change::expect(Modseq seq) {
    value.expected_seq = seq;
    return *this;
}

Change& Change::create(MailboxId id, std::string name, std::uint32_t uidvalidity) {
    value.creates.push_back({id, std::move(name), uidvalidity, "", "create"});
    return *this;
}

Change& Change::rename(MailboxId id, std::string name) {
    value.renames.push_back({id, std::move(name), "rename"});
    return *this;
}

Change& Change::erase(MailboxId id) {
    value.deletes.push_back({id, "delete"});
    return *this;
}

Change& Change::subscribe(std::string name, bool subscribed) {
    value.subscriptions.push_back({std::move(name), subscribed, "subscribe"});
    return *this;
}

Change& Change::deliver(MailboxId mailbox, MessageId message, std::uint64_t content, std::string body) {
    value.contents.push_back({hash_of(content), StoreCase::body_size, {std::move(body)}});
    value.messages.push_back({message, hash_of(content), "record " + std::to_string(value_of(message))});
    value.references.push_back({message, 1});
    return change(mailbox, "added", 1, {1, 1, 0, static_cast<std::int64_t>(StoreCase::body_size)});
}

Change& Change::change(MailboxId mailbox, std::string data, std::uint32_t uids, CounterDelta counters) {
    value.changes.push_back({mailbox, std::move(data), uids, counters});
    return *this;
}

Change& Change::reference(MessageId message, std::int32_t delta) {
    value.references.push_back({message, delta});
    return *this;
}

Change& Change::receipt(const Receipt& receipt, ReceiptStates from) {
    value.receipts.push_back({receipt, from});
    return *this;
}

StoreCase::StoreCase(StoreHarness& harness) : harness_(harness) {
    reopen();
}

StoreCase::~StoreCase() {
    session_.reset();
    if (store_) store_->close();
}

void StoreCase::reopen() {
    session_.reset();
    if (store_) store_->close();
    store_.reset();
    store_ = must(harness_.open());
    session_ = connect();
}

void StoreCase::add_account(AccountId id, std::string login) {
    AccountRow row;
    row.id = id;
    row.login = std::move(login);
    row.secret = "$secret";
    row.settings = "settings";
    must(session().create_account(row));
}

void StoreCase::add_inbox(AccountId id, std::string login) {
    add_account(id, std::move(login));
    must(commit(Change(id).create(inbox, "INBOX", 100)));
}

void StoreCase::add_source(AccountId id) {
    SourceRow row;
    row.account = id;
    row.id = source;
    row.connector = "connector-pop3";
    must(session().put_source(row));
}

Result<CommitResult> StoreCase::commit_on(StoreSession& session, const Change& change) {
    auto results = session.commit({&change.value, 1});
    if (results.size() != 1) throw std::runtime_error("commit of one transaction gave no single result");
    return std::move(results.front());
}

MailboxRow StoreCase::mailbox(MailboxId id) {
    return must(session().load_mailbox(account, id)).mailbox;
}

std::optional<MessageRow> StoreCase::message(MessageId id) {
    auto rows = must(session().read_messages(account, {&id, 1}));
    if (rows.empty()) return std::nullopt;
    return std::move(rows.front());
}

std::optional<Receipt> StoreCase::receipt(const std::string& uidl) {
    for (auto& row : must(session().read_receipts(account, source, any_receipt_state))) {
        if (row.uidl == uidl) return row;
    }
    return std::nullopt;
}

}  // namespace postern::testkit
