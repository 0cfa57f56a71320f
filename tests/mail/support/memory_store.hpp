#pragma once
// A store in memory that keeps the contract of postern/store/store.hpp, for tests of the mail model alone.
#include <map>
#include <mutex>
#include <set>

#include "postern/store/secret_exchange.hpp"
#include "postern/store/store.hpp"

namespace postern::mail::test {

/// What the sessions share. Guarded by `mutex`.
struct MemoryData {
    struct Mailbox {
        store::MailboxRow row;
        bool deleted = false;
        std::string snapshot;
    };
    struct AccountData {
        store::AccountRow row;
        std::map<MailboxId, Mailbox> mailboxes;
        std::set<std::string> subscriptions;
        std::map<Modseq, store::ChangeRow> log;
        std::map<MessageId, store::MessageRow> messages;
        std::map<ContentHash, store::Content> contents;
        std::map<SourceId, store::SourceRow> sources;
        std::vector<store::Receipt> receipts;
        std::map<std::pair<MailboxId, std::string>, std::string> attributes;
    };

    std::mutex mutex;
    std::map<AccountId, AccountData> accounts;
    std::vector<store::ChangeListener> listeners;
};

class MemorySession final : public store::StoreSession, public store::SecretExchange {
public:
    explicit MemorySession(std::shared_ptr<MemoryData> data) : data_(std::move(data)) {}

    Result<void> create_account(const store::AccountRow& account) override;
    Result<store::AccountRow> find_account(std::string_view login) override;
    Result<store::AccountRow> get_account(AccountId account) override;
    Result<std::vector<store::AccountRow>> list_accounts(std::string_view after, std::size_t limit) override;
    Result<void> update_account(AccountId account, std::optional<std::string> secret,
                                std::optional<std::string> settings) override;
    Result<void> exchange_secret(AccountId account, std::string_view expected,
                                 std::string_view secret) override;
    Result<void> delete_account(AccountId account) override;
    std::vector<Result<store::CommitResult>> commit(std::span<const store::Transaction> batch) override;
    Result<store::AccountView> load_account(AccountId account) override;
    Result<store::MailboxLoad> load_mailbox(AccountId account, MailboxId mailbox) override;
    Result<std::vector<store::ChangeRow>> read_changes(AccountId account, Modseq after,
                                                       std::size_t limit) override;
    Result<void> put_snapshot(AccountId account, MailboxId mailbox, Modseq modseq, std::string_view snapshot,
                              Modseq prune_through) override;
    Result<std::vector<store::MessageRow>> read_messages(AccountId account,
                                                         std::span<const MessageId> ids) override;
    Result<store::ContentSlice> read_content(AccountId account, const ContentHash& hash,
                                             std::size_t first_chunk, std::size_t count) override;
    Result<std::vector<std::string>> read_first_chunks(AccountId account,
                                                       std::span<const ContentHash> hashes) override;
    Result<std::vector<store::MessageRow>> list_unreferenced(AccountId account, UnixTime since,
                                                             std::size_t limit) override;
    Result<store::Purged> purge(UnixTime before, std::size_t limit) override;
    Result<std::uint64_t> purge_receipts(UnixTime before, std::size_t limit) override;
    Result<std::vector<store::Attribute>> read_attributes(AccountId account, std::optional<MailboxId> mailbox,
                                                          std::string_view entry_prefix) override;
    Result<std::vector<store::Script>> read_scripts(AccountId account) override;
    Result<void> put_source(const store::SourceRow& source) override;
    Result<void> delete_source(AccountId account, SourceId source) override;
    Result<std::vector<store::SourceRow>> list_sources(AccountId account) override;
    Result<std::vector<store::SourceRow>> due_sources(UnixTime now, std::size_t limit) override;
    Result<std::uint64_t> acquire_lease(AccountId account, SourceId source, std::string_view owner,
                                        UnixTime now, UnixTime until) override;
    Result<void> release_lease(AccountId account, SourceId source, std::uint64_t number,
                               std::string_view facts, UnixTime next_poll_at) override;
    Result<std::vector<store::Receipt>> read_receipts(AccountId account, SourceId source,
                                                      store::ReceiptStates states) override;
    Result<std::vector<std::string>> verify(AccountId account) override;

private:
    std::shared_ptr<MemoryData> data_;
};

class MemoryStore final : public store::Store {
public:
    store::StoreCapabilities capabilities() const override {
        return {.shared = true, .parallel_writes = false, .reader_sessions = 2};
    }
    Result<std::unique_ptr<store::StoreSession>> connect() override {
        return std::unique_ptr<store::StoreSession>(std::make_unique<MemorySession>(data_));
    }
    Result<void> listen(store::ChangeListener listener) override {
        const std::lock_guard lock(data_->mutex);
        data_->listeners.push_back(std::move(listener));
        return {};
    }
    void close() override {
        const std::lock_guard lock(data_->mutex);
        data_->listeners.clear();
    }
    MemoryData& data() { return *data_; }

private:
    std::shared_ptr<MemoryData> data_ = std::make_shared<MemoryData>();
};

}  // namespace postern::mail::test
