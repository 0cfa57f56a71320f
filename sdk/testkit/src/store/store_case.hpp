#pragma once
// What the cases of the store contract share: an open store, one session, and short ways to say a transaction.
#include <gtest/gtest.h>

#include <span>
#include <stdexcept>

#include "postern/testkit/store_contract.hpp"

namespace postern::testkit {

/// The value, or an exception, which fails the case.
template <class T>
T must(Result<T> result) {
    if (!result) throw std::runtime_error(result.error().to_string());
    if constexpr (!std::is_void_v<T>) return std::move(*result);
}

template <class T>
void expect_error(const Result<T>& result, Errc code) {
    if (result) {
        ADD_FAILURE() << "succeeded, expected " << to_string(code);
    } else {
        EXPECT_EQ(result.error().code, code) << result.error().to_string();
    }
}

ContentHash hash_of(std::uint64_t number);

/// A transaction in the making.
class Change {
public:
    explicit Change(AccountId account, UnixTime now = 1'000) {
        value.account = account;
        value.now = now;
    }
    Change& expect(Modseq seq);
    Change& create(MailboxId id, std::string name, std::uint32_t uidvalidity);
    Change& rename(MailboxId id, std::string name);
    Change& erase(MailboxId id);
    Change& subscribe(std::string name, bool subscribed = true);
    /// A message with content hash_of(content) in one chunk, placed once.
    Change& deliver(MailboxId mailbox, MessageId message, std::uint64_t content, std::string body = "body");
    Change& change(MailboxId mailbox, std::string data, std::uint32_t uids = 0,
                   store::CounterDelta counters = {});
    Change& reference(MessageId message, std::int32_t delta);
    Change& receipt(const store::Receipt& receipt, store::ReceiptStates from = store::any_receipt_state);

    store::Transaction value;
};

/// State of one running case.
class StoreCase {
public:
    static constexpr AccountId account{7};
    static constexpr MailboxId inbox{11};
    static constexpr SourceId source{21};
    static constexpr std::uint64_t body_size = 1'000;  ///< that Change::deliver counts

    explicit StoreCase(StoreHarness& harness);
    ~StoreCase();

    store::StoreSession& session() { return *session_; }
    store::Store& store() { return *store_; }
    StoreHarness& harness() { return harness_; }
    std::unique_ptr<store::StoreSession> connect() { return must(store_->connect()); }
    /// Closes everything and opens the database again.
    void reopen();

    void add_account(AccountId id = account, std::string login = "ann");
    /// The account and its INBOX; the log stands at 1.
    void add_inbox(AccountId id = account, std::string login = "ann");
    void add_source(AccountId id = account);

    Result<store::CommitResult> commit(const Change& change) { return commit_on(session(), change); }
    static Result<store::CommitResult> commit_on(store::StoreSession& session, const Change& change);

    store::MailboxRow mailbox(MailboxId id = inbox);
    store::AccountRow row() { return must(session().get_account(account)); }
    std::optional<store::MessageRow> message(MessageId id);
    std::optional<store::Receipt> receipt(const std::string& uidl);

private:
    StoreHarness& harness_;
    std::unique_ptr<store::Store> store_;
    std::unique_ptr<store::StoreSession> session_;
};

struct Case {
    const char* name;
    void (*run)(StoreCase&);
};

// One list a file.
std::span<const Case> account_cases();
std::span<const Case> mailbox_cases();
std::span<const Case> transaction_cases();
std::span<const Case> content_cases();
std::span<const Case> log_cases();
std::span<const Case> receipt_cases();
std::span<const Case> source_cases();
std::span<const Case> detail_cases();
std::span<const Case> concurrency_cases();
std::span<const Case> maintenance_cases();

}  // namespace postern::testkit
