#include "tests/gateway/support/crashing_store.hpp"

#include <algorithm>

namespace postern::gateway::test {

namespace {

using namespace store;

class CrashingSession final : public StoreSession {
public:
    CrashingSession(std::unique_ptr<StoreSession> inner, StoreHooks& hooks)
        : inner_(std::move(inner)), hooks_(hooks) {}

    std::vector<Result<CommitResult>> commit(std::span<const Transaction> batch) override {
        for (const Transaction& transaction : batch) {
            if (!hooks_.refuse_content || transaction.contents.empty()) continue;
            return {batch.size(), Result<CommitResult>(*hooks_.refuse_content)};
        }
        const bool brings =
            std::any_of(batch.begin(), batch.end(), [](const Transaction& t) { return !t.contents.empty(); });
        if (brings && hooks_.storing) hooks_.storing();
        step();
        const Error lost(Errc::temporary, "the database went away");
        const auto fault = hooks_.fault ? hooks_.fault() : CommitFault::none;
        if (fault == CommitFault::before) return {batch.size(), Result<CommitResult>(lost)};
        auto result = inner_->commit(batch);
        for (std::size_t i = 0; hooks_.committed && i < batch.size(); ++i) {
            if (result[i]) hooks_.committed(batch[i], *result[i]);
        }
        if (fault == CommitFault::after) return {batch.size(), Result<CommitResult>(lost)};
        step();
        return result;
    }
    Result<void> put_source(const SourceRow& source) override {
        step();
        if (hooks_.refuse_sources) return *hooks_.refuse_sources;
        if (hooks_.writing_source) hooks_.writing_source();
        auto result = inner_->put_source(source);
        step();
        return result;
    }
    Result<std::uint64_t> acquire_lease(AccountId account, SourceId source, std::string_view owner,
                                        UnixTime now, UnixTime until) override {
        step();
        auto result = inner_->acquire_lease(account, source, owner, now, until);
        step();
        return result;
    }
    Result<void> release_lease(AccountId account, SourceId source, std::uint64_t number,
                               std::string_view facts, UnixTime next_poll_at) override {
        step();
        auto result = inner_->release_lease(account, source, number, facts, next_poll_at);
        step();
        return result;
    }

    Result<void> create_account(const AccountRow& a) override { return inner_->create_account(a); }
    Result<AccountRow> find_account(std::string_view login) override { return inner_->find_account(login); }
    Result<AccountRow> get_account(AccountId a) override { return inner_->get_account(a); }
    Result<std::vector<AccountRow>> list_accounts(std::string_view after, std::size_t limit) override {
        return inner_->list_accounts(after, limit);
    }
    Result<void> update_account(AccountId a, std::optional<std::string> secret,
                                std::optional<std::string> settings) override {
        return inner_->update_account(a, std::move(secret), std::move(settings));
    }
    Result<void> delete_account(AccountId a) override { return inner_->delete_account(a); }
    Result<AccountView> load_account(AccountId a) override { return inner_->load_account(a); }
    Result<MailboxLoad> load_mailbox(AccountId a, MailboxId m) override { return inner_->load_mailbox(a, m); }
    Result<std::vector<ChangeRow>> read_changes(AccountId a, Modseq after, std::size_t limit) override {
        return inner_->read_changes(a, after, limit);
    }
    Result<void> put_snapshot(AccountId a, MailboxId m, Modseq modseq, std::string_view snapshot,
                              Modseq prune_through) override {
        return inner_->put_snapshot(a, m, modseq, snapshot, prune_through);
    }
    Result<std::vector<MessageRow>> read_messages(AccountId a, std::span<const MessageId> ids) override {
        return inner_->read_messages(a, ids);
    }
    Result<ContentSlice> read_content(AccountId a, const ContentHash& hash, std::size_t first,
                                      std::size_t count) override {
        return inner_->read_content(a, hash, first, count);
    }
    Result<std::vector<std::string>> read_first_chunks(AccountId a,
                                                       std::span<const ContentHash> hashes) override {
        return inner_->read_first_chunks(a, hashes);
    }
    Result<std::vector<MessageRow>> list_unreferenced(AccountId a, UnixTime since,
                                                      std::size_t limit) override {
        return inner_->list_unreferenced(a, since, limit);
    }
    Result<Purged> purge(UnixTime before, std::size_t limit) override { return inner_->purge(before, limit); }
    Result<std::uint64_t> purge_receipts(UnixTime before, std::size_t limit) override {
        return inner_->purge_receipts(before, limit);
    }
    Result<std::vector<Attribute>> read_attributes(AccountId a, std::optional<MailboxId> m,
                                                   std::string_view prefix) override {
        return inner_->read_attributes(a, m, prefix);
    }
    Result<std::vector<Script>> read_scripts(AccountId a) override { return inner_->read_scripts(a); }
    Result<void> delete_source(AccountId a, SourceId s) override { return inner_->delete_source(a, s); }
    Result<std::vector<SourceRow>> list_sources(AccountId a) override { return inner_->list_sources(a); }
    Result<std::vector<SourceRow>> due_sources(UnixTime now, std::size_t limit) override {
        return inner_->due_sources(now, limit);
    }
    Result<std::vector<Receipt>> read_receipts(AccountId a, SourceId s, ReceiptStates states) override {
        return inner_->read_receipts(a, s, states);
    }
    Result<std::vector<std::string>> verify(AccountId a) override { return inner_->verify(a); }

private:
    void step() {
        if (hooks_.step) hooks_.step();
    }

    std::unique_ptr<StoreSession> inner_;
    StoreHooks& hooks_;
};

}  // namespace

Result<std::unique_ptr<StoreSession>> CrashingStore::connect() {
    auto session = inner_.connect();
    if (!session) return session;
    return std::unique_ptr<StoreSession>(std::make_unique<CrashingSession>(std::move(*session), hooks_));
}

}  // namespace postern::gateway::test
