// Attributes and receipts of an account, passed on to the store in turn with its other writes; its search index.
#include <algorithm>
#include <iterator>
#include <map>
#include <set>

#include "kernel/mail/account.hpp"

namespace postern::mail {

namespace {

using Attributes = std::vector<store::Attribute>;

/// What users write, and nothing of what the server keeps beside it: the search index is large.
Result<Attributes> read_users_attributes(store::StoreSession& session, AccountId account,
                                         std::optional<MailboxId> mailbox) {
    Attributes all;
    for (const std::string_view prefix : {"/of/", "/private", "/shared"}) {
        auto some = session.read_attributes(account, mailbox, prefix);
        if (!some) return some;
        all.insert(all.end(), std::make_move_iterator(some->begin()), std::make_move_iterator(some->end()));
    }
    return all;
}

}  // namespace

Task<Result<std::vector<store::Attribute>>> AccountImpl::read_attributes(std::optional<MailboxId> mailbox,
                                                                         std::string entry_prefix) {
    std::function<Result<Attributes>(store::StoreSession&)> call =
        [id = id_, mailbox, prefix = std::move(entry_prefix)](store::StoreSession& session) {
            if (prefix == "/") return read_users_attributes(session, id, mailbox);
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
    const auto is_guarded = [](const store::AttributeWrite& write) {
        return is_resident(write.attribute.entry) || is_of_users(write.attribute.entry);
    };
    if (!core_.guards.empty() && std::any_of(writes.begin(), writes.end(), is_guarded)) {
        const auto counts = [this](StoreGuard* guard) { return guard->counts_attributes(*this); };
        Result<Attributes> stored = Attributes{};
        if (std::any_of(core_.guards.begin(), core_.guards.end(), counts)) {
            std::string every_entry = "/";
            stored = co_await read_attributes(std::nullopt, std::move(every_entry));
        }
        if (!stored) co_return stored.error();
        auto allowed = admit_attributes(writes, *stored, cause);
        if (!allowed) co_return allowed;
    }
    request->transaction.changes = changes_of(writes);
    request->transaction.attributes = std::move(writes);
    auto committed = co_await write(request);
    if (!committed) co_return committed.error();
    co_return Result<void>{};
}

Task<Result<void>> AccountImpl::edit_attribute(std::string entry, AttributeEdit edit) {
    auto request = new_write({});
    request->prepare = [this, &entry, &edit](store::Transaction& transaction) -> Result<bool> {
        const std::string* present = find_attribute(MailboxId{}, entry);
        auto value = edit(present);
        if (!value) return value.error();
        const bool same = present == nullptr ? !*value : *value == *present;
        if (same) return false;
        std::vector<store::AttributeWrite> writes(1);
        writes[0].attribute = {MailboxId{}, entry, value->value_or("")};
        writes[0].remove = !*value;
        transaction.changes = changes_of(writes);
        transaction.attributes = std::move(writes);
        return true;
    };
    auto committed = co_await write(request);
    if (!committed) co_return committed.error();
    co_return Result<void>{};
}

/// Asks the guards about each mailbox the writes are for.
Result<void> AccountImpl::admit_attributes(const std::vector<store::AttributeWrite>& writes,
                                           const std::vector<store::Attribute>& stored,
                                           const Cause& cause) const {
    GuardedOperation operation{};
    operation.kind = GuardedOperation::Kind::write_attributes;
    operation.account = this;
    operation.cause = &cause;
    operation.attributes = writes;
    std::map<std::pair<MailboxId, std::string>, std::uint64_t> sizes;
    const auto size_of = [](const store::Attribute& one) { return one.entry.size() + one.value.size(); };
    for (const auto& one : stored) {
        sizes[{one.mailbox, one.entry}] = size_of(one);
        operation.attribute_bytes_before += size_of(one);
    }
    std::set<MailboxId> mailboxes;
    for (const auto& write : writes) {
        mailboxes.insert(write.attribute.mailbox);
        if (!is_of_users(write.attribute.entry)) continue;
        sizes[{write.attribute.mailbox, write.attribute.entry}] = write.remove ? 0 : size_of(write.attribute);
    }
    for (const auto& [key, size] : sizes) operation.attribute_bytes += size;
    for (const MailboxId mailbox : mailboxes) {
        operation.mailbox = table_.find(mailbox);
        if (mailbox != MailboxId{} && !operation.mailbox)
            return Error(Errc::not_found, "there is no such mailbox");
        auto allowed = ask_guards(operation);
        if (!allowed) return allowed;
    }
    return {};
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
