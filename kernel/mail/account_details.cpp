// Attributes and receipts of an account, passed on to the store in turn with its other writes; its search index.
#include "kernel/mail/account.hpp"

namespace postern::mail {

Task<Result<std::vector<store::Attribute>>> AccountImpl::read_attributes(std::optional<MailboxId> mailbox,
                                                                         std::string entry_prefix) {
    using Attributes = std::vector<store::Attribute>;
    std::function<Result<Attributes>(store::StoreSession&)> call =
        [id = id_, mailbox, prefix = std::move(entry_prefix)](store::StoreSession& session) {
            return session.read_attributes(id, mailbox, prefix);
        };
    auto attributes = co_await core_.lanes.read<Attributes>(std::move(call));
    co_return attributes;
}

Task<std::vector<TextCandidatesPtr>> AccountImpl::find_text(std::vector<std::string> texts) {
    std::vector<TextCandidatesPtr> found(texts.size());
    if (core_.options.index_least == 0) co_return found;
    const std::shared_ptr<void> keep = shared_from_this();
    found = co_await index_.find(std::move(texts), keep);
    co_return found;
}

Task<Result<void>> AccountImpl::write_attributes(std::vector<store::AttributeWrite> writes, Cause cause) {
    auto request = new_write(cause);
    request->transaction.attributes = std::move(writes);
    auto committed = co_await write(request);
    if (!committed) co_return committed.error();
    co_return Result<void>{};
}

Task<Result<void>> AccountImpl::write_receipts(std::vector<store::ReceiptWrite> receipts,
                                               std::optional<store::Fence> fence) {
    const Cause cause;
    auto request = new_write(cause);
    request->transaction.receipts = std::move(receipts);
    request->transaction.fence = fence;
    auto committed = co_await write(request);
    if (!committed) co_return committed.error();
    co_return Result<void>{};
}

Task<Result<std::vector<store::Receipt>>> AccountImpl::read_receipts(SourceId source,
                                                                     store::ReceiptStates states) {
    using Receipts = std::vector<store::Receipt>;
    std::function<Result<Receipts>(store::StoreSession&)> call = [id = id_, source,
                                                                  states](store::StoreSession& session) {
        return session.read_receipts(id, source, states);
    };
    auto receipts = co_await core_.lanes.read<Receipts>(std::move(call));
    co_return receipts;
}

Task<Result<std::vector<store::MessageRow>>> AccountImpl::list_recoverable(std::size_t limit) {
    using Rows = std::vector<store::MessageRow>;
    const UnixTime since = core_.now() - core_.options.keep_expunged.count();
    std::function<Result<Rows>(store::StoreSession&)> call = [id = id_, since,
                                                              limit](store::StoreSession& session) {
        return session.list_unreferenced(id, since, limit);
    };
    auto rows = co_await core_.lanes.read<Rows>(std::move(call));
    co_return rows;
}

}  // namespace postern::mail
