#include "tests/mail/support/fault_store.hpp"

namespace postern::mail::test {

namespace {

const Error away(Errc::temporary, "the database is away");

class FaultSession final : public store::StoreSession {
public:
    FaultSession(FaultStore& store, std::unique_ptr<store::StoreSession> inner)
        : store_(store), inner_(std::move(inner)) {}

    std::vector<Result<store::CommitResult>> commit(std::span<const store::Transaction> batch) override {
        const Fault fault = store_.plan("commit");
        const std::vector<Result<store::CommitResult>> none(batch.size(), away);
        if (fault == Fault::before) return none;
        auto results = inner_->commit(batch);
        return fault == Fault::after ? none : std::move(results);
    }
    Result<store::AccountView> load_account(AccountId account) override {
        if (fails("load_account")) return away;
        return inner_->load_account(account);
    }
    Result<store::MailboxLoad> load_mailbox(AccountId account, MailboxId mailbox) override {
        if (fails("load_mailbox")) return away;
        return inner_->load_mailbox(account, mailbox);
    }
    Result<std::vector<store::ChangeRow>> read_changes(AccountId account, Modseq after,
                                                       std::size_t limit) override {
        if (fails("read_changes")) return away;
        auto rows = inner_->read_changes(account, after, limit);
        if (rows) store_.after_read_changes(*rows);
        return rows;
    }
    Result<void> put_snapshot(AccountId account, MailboxId mailbox, Modseq modseq, std::string_view snapshot,
                              Modseq prune_through) override {
        if (fails("put_snapshot")) return away;
        return inner_->put_snapshot(account, mailbox, modseq, snapshot, prune_through);
    }
    Result<std::vector<store::MessageRow>> read_messages(AccountId account,
                                                         std::span<const MessageId> ids) override {
        if (fails("read_messages")) return away;
        return inner_->read_messages(account, ids);
    }
    Result<store::ContentSlice> read_content(AccountId account, const ContentHash& hash, std::size_t first,
                                             std::size_t count) override {
        if (fails("read_content")) return away;
        return inner_->read_content(account, hash, first, count);
    }
    Result<std::vector<std::string>> read_first_chunks(AccountId account,
                                                       std::span<const ContentHash> hashes) override {
        if (fails("read_first_chunks")) return away;
        return inner_->read_first_chunks(account, hashes);
    }

    // The rest never fails.
    Result<void> create_account(const store::AccountRow& account) override {
        return inner_->create_account(account);
    }
    Result<store::AccountRow> find_account(std::string_view login) override {
        return inner_->find_account(login);
    }
    Result<store::AccountRow> get_account(AccountId account) override { return inner_->get_account(account); }
    Result<std::vector<store::AccountRow>> list_accounts(std::string_view after, std::size_t limit) override {
        return inner_->list_accounts(after, limit);
    }
    Result<void> update_account(AccountId account, std::optional<std::string> secret,
                                std::optional<std::string> settings) override {
        return inner_->update_account(account, std::move(secret), std::move(settings));
    }
    Result<void> delete_account(AccountId account) override { return inner_->delete_account(account); }
    Result<std::vector<store::MessageRow>> list_unreferenced(AccountId account, UnixTime since,
                                                             std::size_t limit) override {
        return inner_->list_unreferenced(account, since, limit);
    }
    Result<store::Purged> purge(UnixTime before, std::size_t limit) override {
        return inner_->purge(before, limit);
    }
    Result<std::uint64_t> purge_receipts(UnixTime before, std::size_t limit) override {
        return inner_->purge_receipts(before, limit);
    }
    Result<std::vector<store::Attribute>> read_attributes(AccountId account, std::optional<MailboxId> mailbox,
                                                          std::string_view prefix) override {
        return inner_->read_attributes(account, mailbox, prefix);
    }
    Result<std::vector<store::Script>> read_scripts(AccountId account) override {
        return inner_->read_scripts(account);
    }
    Result<void> put_source(const store::SourceRow& source) override { return inner_->put_source(source); }
    Result<void> delete_source(AccountId account, SourceId source) override {
        return inner_->delete_source(account, source);
    }
    Result<std::vector<store::SourceRow>> list_sources(AccountId account) override {
        return inner_->list_sources(account);
    }
    Result<std::vector<store::SourceRow>> due_sources(UnixTime now, std::size_t limit) override {
        return inner_->due_sources(now, limit);
    }
    Result<std::uint64_t> acquire_lease(AccountId account, SourceId source, std::string_view owner,
                                        UnixTime now, UnixTime until) override {
        return inner_->acquire_lease(account, source, owner, now, until);
    }
    Result<void> release_lease(AccountId account, SourceId source, std::uint64_t number,
                               std::string_view facts, UnixTime next) override {
        return inner_->release_lease(account, source, number, facts, next);
    }
    Result<std::vector<store::Receipt>> read_receipts(AccountId account, SourceId source,
                                                      store::ReceiptStates states) override {
        return inner_->read_receipts(account, source, states);
    }
    Result<std::vector<std::string>> verify(AccountId account) override { return inner_->verify(account); }

private:
    bool fails(std::string_view call) { return store_.plan(call) != Fault::none; }

    FaultStore& store_;
    std::unique_ptr<store::StoreSession> inner_;
};

}  // namespace

Result<std::unique_ptr<store::StoreSession>> FaultStore::connect() {
    if (plan("connect") != Fault::none) return away;
    auto inner = inner_.connect();
    if (!inner) return inner.error();
    return std::unique_ptr<store::StoreSession>(std::make_unique<FaultSession>(*this, std::move(*inner)));
}

}  // namespace postern::mail::test
