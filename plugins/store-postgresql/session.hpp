#pragma once
#include <memory>

#include "postern/store/secret_exchange.hpp"
#include "postern/store/store.hpp"
#include "store-postgresql/connection.hpp"
#include "store-postgresql/notifier.hpp"

namespace postern::store::postgresql {

/// One connection. The calls are grouped as in the interface: session_accounts.cpp, session_mail.cpp,
/// session_gateway.cpp, session_maintenance.cpp; session.cpp commits.
class PostgresqlSession final : public StoreSession, public SecretExchange {
public:
    PostgresqlSession(ConnectOptions options, std::shared_ptr<Notifier> notifier);

    Result<void> create_account(const AccountRow& account) override;
    Result<AccountRow> find_account(std::string_view login) override;
    Result<AccountRow> get_account(AccountId account) override;
    Result<std::vector<AccountRow>> list_accounts(std::string_view after, std::size_t limit) override;
    Result<void> exchange_secret(AccountId account, std::string_view expected,
                                 std::string_view secret) override;
    Result<void> update_account(AccountId account, std::optional<std::string> secret,
                                std::optional<std::string> settings) override;
    Result<void> delete_account(AccountId account) override;

    std::vector<Result<CommitResult>> commit(std::span<const Transaction> batch) override;
    Result<AccountView> load_account(AccountId account) override;
    Result<MailboxLoad> load_mailbox(AccountId account, MailboxId mailbox) override;
    Result<std::vector<ChangeRow>> read_changes(AccountId account, Modseq after, std::size_t limit) override;
    Result<void> put_snapshot(AccountId account, MailboxId mailbox, Modseq modseq, std::string_view snapshot,
                              Modseq prune_through) override;
    Result<std::vector<MessageRow>> read_messages(AccountId account, std::span<const MessageId> ids) override;
    Result<ContentSlice> read_content(AccountId account, const ContentHash& hash, std::size_t first_chunk,
                                      std::size_t count) override;
    Result<std::vector<std::string>> read_first_chunks(AccountId account,
                                                       std::span<const ContentHash> hashes) override;
    Result<std::vector<MessageRow>> list_unreferenced(AccountId account, UnixTime since,
                                                      std::size_t limit) override;
    Result<Purged> purge(UnixTime before, std::size_t limit) override;
    Result<std::uint64_t> purge_receipts(UnixTime before, std::size_t limit) override;

    Result<std::vector<Attribute>> read_attributes(AccountId account, std::optional<MailboxId> mailbox,
                                                   std::string_view entry_prefix) override;
    Result<std::vector<Script>> read_scripts(AccountId account) override;

    Result<void> put_source(const SourceRow& source) override;
    Result<void> delete_source(AccountId account, SourceId source) override;
    Result<std::vector<SourceRow>> list_sources(AccountId account) override;
    Result<std::vector<SourceRow>> due_sources(UnixTime now, std::size_t limit) override;
    Result<std::uint64_t> acquire_lease(AccountId account, SourceId source, std::string_view owner,
                                        UnixTime now, UnixTime until) override;
    Result<void> release_lease(AccountId account, SourceId source, std::uint64_t number,
                               std::string_view facts, UnixTime next_poll_at) override;
    Result<std::vector<Receipt>> read_receipts(AccountId account, SourceId source,
                                               ReceiptStates states) override;

    Result<std::vector<std::string>> verify(AccountId account) override;

private:
    /// Runs `work`, which may throw Failure, on a living connection.
    template <class Value, class Work>
    Result<Value> call(Work work);

    void commit_single(const Transaction& transaction, Result<CommitResult>& result);
    /// All in one round trip and one database transaction; false if one of them failed, and then nothing happened.
    bool commit_together(std::span<const Transaction> batch, std::vector<Result<CommitResult>>& results);
    /// In one database transaction with a savepoint around each.
    void commit_apart(std::span<const Transaction> batch, std::vector<Result<CommitResult>>& results);
    std::vector<Rows> run_steps(const std::vector<Connection::Step>& steps);

    Connection connection_;
    std::shared_ptr<Notifier> notifier_;
};

template <class Value, class Work>
Result<Value> PostgresqlSession::call(Work work) {
    try {
        connection_.ensure();
        if constexpr (std::is_void_v<Value>) {
            work();
            return {};
        } else {
            return work();
        }
    } catch (const Failure& failure) {
        return failure.error;
    }
}

}  // namespace postern::store::postgresql
