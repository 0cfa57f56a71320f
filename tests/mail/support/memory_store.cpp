#include "tests/mail/support/memory_store.hpp"

#include <algorithm>

#include "tests/mail/support/memory_transaction.hpp"

namespace postern::mail::test {

namespace {

const Error no_account(Errc::not_found, "no such account");

}  // namespace

Result<void> MemorySession::create_account(const store::AccountRow& account) {
    const std::lock_guard lock(data_->mutex);
    for (const auto& [id, other] : data_->accounts) {
        if (other.row.login == account.login || id == account.id) return Error(Errc::already_exists, "taken");
    }
    data_->accounts[account.id].row = account;
    return {};
}

Result<store::AccountRow> MemorySession::find_account(std::string_view login) {
    const std::lock_guard lock(data_->mutex);
    for (const auto& [id, account] : data_->accounts) {
        if (account.row.login == login) return account.row;
    }
    return no_account;
}

Result<store::AccountRow> MemorySession::get_account(AccountId account) {
    const std::lock_guard lock(data_->mutex);
    const auto found = data_->accounts.find(account);
    if (found == data_->accounts.end()) return no_account;
    return found->second.row;
}

Result<std::vector<store::AccountRow>> MemorySession::list_accounts(std::string_view after,
                                                                    std::size_t limit) {
    const std::lock_guard lock(data_->mutex);
    std::map<std::string, store::AccountRow> by_login;
    for (const auto& [id, account] : data_->accounts) by_login.emplace(account.row.login, account.row);
    std::vector<store::AccountRow> rows;
    for (const auto& [login, row] : by_login) {
        if (login > after && rows.size() < limit) rows.push_back(row);
    }
    return rows;
}

Result<void> MemorySession::update_account(AccountId account, std::optional<std::string> secret,
                                           std::optional<std::string> settings) {
    const std::lock_guard lock(data_->mutex);
    const auto found = data_->accounts.find(account);
    if (found == data_->accounts.end()) return no_account;
    if (secret) found->second.row.secret = *secret;
    if (settings) found->second.row.settings = *settings;
    return {};
}

Result<void> MemorySession::exchange_secret(AccountId account, std::string_view expected,
                                            std::string_view secret) {
    const std::lock_guard lock(data_->mutex);
    const auto found = data_->accounts.find(account);
    if (found == data_->accounts.end()) return no_account;
    if (found->second.row.secret != expected) return Error(Errc::conflict, "the secret is another by now");
    found->second.row.secret = secret;
    return {};
}

Result<void> MemorySession::delete_account(AccountId account) {
    const std::lock_guard lock(data_->mutex);
    if (data_->accounts.erase(account) == 0) return no_account;
    return {};
}

std::vector<Result<store::CommitResult>> MemorySession::commit(std::span<const store::Transaction> batch) {
    std::vector<Result<store::CommitResult>> results;
    const std::lock_guard lock(data_->mutex);
    for (const auto& transaction : batch) {
        const auto found = data_->accounts.find(transaction.account);
        if (found == data_->accounts.end()) {
            results.emplace_back(no_account);
            continue;
        }
        // On a copy, so that a failure leaves nothing behind.
        MemoryData::AccountData changed = found->second;
        auto result = MemoryTransaction(changed, transaction).run();
        if (result) found->second = std::move(changed);
        if (result && result->last_modseq >= result->first_modseq && result->first_modseq != 0) {
            for (const auto& tell : data_->listeners) tell(transaction.account, result->last_modseq);
        }
        results.push_back(std::move(result));
    }
    return results;
}

Result<store::AccountView> MemorySession::load_account(AccountId account) {
    const std::lock_guard lock(data_->mutex);
    const auto found = data_->accounts.find(account);
    if (found == data_->accounts.end()) return no_account;
    store::AccountView view;
    view.account = found->second.row;
    for (const auto& [id, mailbox] : found->second.mailboxes) {
        view.highest_uidvalidity = std::max(view.highest_uidvalidity, mailbox.row.uidvalidity);
        if (!mailbox.deleted) view.mailboxes.push_back(mailbox.row);
    }
    std::sort(view.mailboxes.begin(), view.mailboxes.end(),
              [](const auto& a, const auto& b) { return a.name < b.name; });
    view.subscriptions.assign(found->second.subscriptions.begin(), found->second.subscriptions.end());
    return view;
}

Result<store::MailboxLoad> MemorySession::load_mailbox(AccountId account, MailboxId mailbox) {
    const std::lock_guard lock(data_->mutex);
    const auto found = data_->accounts.find(account);
    if (found == data_->accounts.end()) return no_account;
    const auto box = found->second.mailboxes.find(mailbox);
    if (box == found->second.mailboxes.end() || box->second.deleted)
        return Error(Errc::not_found, "no mailbox");
    store::MailboxLoad load;
    load.mailbox = box->second.row;
    load.snapshot = box->second.snapshot;
    load.snapshot_modseq = box->second.row.snapshot_modseq;
    load.change_seq = found->second.row.change_seq;
    for (const auto& [modseq, row] : found->second.log) {
        if (row.mailbox == mailbox && modseq > load.snapshot_modseq) load.tail.push_back(row);
    }
    return load;
}

Result<std::vector<store::ChangeRow>> MemorySession::read_changes(AccountId account, Modseq after,
                                                                  std::size_t limit) {
    const std::lock_guard lock(data_->mutex);
    const auto found = data_->accounts.find(account);
    if (found == data_->accounts.end()) return no_account;
    std::vector<store::ChangeRow> rows;
    for (auto row = found->second.log.upper_bound(after);
         row != found->second.log.end() && rows.size() < limit; ++row) {
        rows.push_back(row->second);
    }
    return rows;
}

Result<void> MemorySession::put_snapshot(AccountId account, MailboxId mailbox, Modseq modseq,
                                         std::string_view snapshot, Modseq prune_through) {
    const std::lock_guard lock(data_->mutex);
    const auto found = data_->accounts.find(account);
    if (found == data_->accounts.end()) return no_account;
    Modseq prune = prune_through;
    if (mailbox != MailboxId{}) {
        const auto box = found->second.mailboxes.find(mailbox);
        if (box == found->second.mailboxes.end() || box->second.deleted)
            return Error(Errc::not_found, "no mailbox");
        if (modseq > box->second.row.snapshot_modseq) {
            box->second.snapshot = snapshot;
            box->second.row.snapshot_modseq = modseq;
        }
        prune = std::min(prune, box->second.row.snapshot_modseq);
    }
    std::erase_if(found->second.log, [&](const auto& row) {
        const auto box = found->second.mailboxes.find(row.second.mailbox);
        const bool gone = box == found->second.mailboxes.end() || box->second.deleted;
        const bool concerned = mailbox == MailboxId{} ? gone : row.second.mailbox == mailbox;
        return concerned && row.first <= prune;
    });
    return {};
}

Result<std::vector<store::MessageRow>> MemorySession::read_messages(AccountId account,
                                                                    std::span<const MessageId> ids) {
    const std::lock_guard lock(data_->mutex);
    const auto found = data_->accounts.find(account);
    if (found == data_->accounts.end()) return no_account;
    std::vector<store::MessageRow> rows;
    for (const MessageId id : ids) {
        const auto row = found->second.messages.find(id);
        if (row != found->second.messages.end()) rows.push_back(row->second);
    }
    return rows;
}

Result<store::ContentSlice> MemorySession::read_content(AccountId account, const ContentHash& hash,
                                                        std::size_t first_chunk, std::size_t count) {
    const std::lock_guard lock(data_->mutex);
    const auto found = data_->accounts.find(account);
    if (found == data_->accounts.end()) return no_account;
    const auto content = found->second.contents.find(hash);
    if (content == found->second.contents.end()) return Error(Errc::not_found, "no content");
    store::ContentSlice slice;
    slice.size = content->second.size;
    const auto& chunks = content->second.chunks;
    for (std::size_t i = first_chunk; i < chunks.size() && i < first_chunk + count; ++i) {
        slice.chunks.push_back(chunks[i]);
    }
    return slice;
}

Result<std::vector<std::string>> MemorySession::read_first_chunks(AccountId account,
                                                                  std::span<const ContentHash> hashes) {
    const std::lock_guard lock(data_->mutex);
    const auto found = data_->accounts.find(account);
    if (found == data_->accounts.end()) return no_account;
    std::vector<std::string> chunks(hashes.size());
    for (std::size_t i = 0; i < hashes.size(); ++i) {
        const auto content = found->second.contents.find(hashes[i]);
        if (content == found->second.contents.end() || content->second.chunks.empty()) continue;
        chunks[i] = content->second.chunks.front();
    }
    return chunks;
}

Result<std::vector<store::MessageRow>> MemorySession::list_unreferenced(AccountId account, UnixTime since,
                                                                        std::size_t limit) {
    const std::lock_guard lock(data_->mutex);
    std::vector<store::MessageRow> rows;
    for (const auto& [id, row] : data_->accounts[account].messages) {
        if (row.references == 0 && row.unreferenced_at >= since) rows.push_back(row);
    }
    std::reverse(rows.begin(), rows.end());
    if (rows.size() > limit) rows.resize(limit);
    return rows;
}

Result<store::Purged> MemorySession::purge(UnixTime, std::size_t) {
    return Error(Errc::unsupported, "the store in memory keeps everything");
}

Result<std::uint64_t> MemorySession::purge_receipts(UnixTime, std::size_t) {
    return Error(Errc::unsupported, "the store in memory keeps everything");
}

Result<std::vector<store::Attribute>> MemorySession::read_attributes(AccountId account,
                                                                     std::optional<MailboxId> mailbox,
                                                                     std::string_view entry_prefix) {
    const std::lock_guard lock(data_->mutex);
    std::vector<store::Attribute> found;
    for (const auto& [key, value] : data_->accounts[account].attributes) {
        if (mailbox && key.first != *mailbox) continue;
        if (key.second.starts_with(entry_prefix)) found.push_back({key.first, key.second, value});
    }
    return found;
}

Result<std::vector<store::Script>> MemorySession::read_scripts(AccountId) {
    return std::vector<store::Script>{};
}

Result<void> MemorySession::put_source(const store::SourceRow& source) {
    const std::lock_guard lock(data_->mutex);
    data_->accounts[source.account].sources[source.id] = source;
    return {};
}

Result<void> MemorySession::delete_source(AccountId account, SourceId source) {
    const std::lock_guard lock(data_->mutex);
    data_->accounts[account].sources.erase(source);
    return {};
}

Result<std::vector<store::SourceRow>> MemorySession::list_sources(AccountId account) {
    const std::lock_guard lock(data_->mutex);
    std::vector<store::SourceRow> rows;
    for (const auto& [id, row] : data_->accounts[account].sources) rows.push_back(row);
    return rows;
}

Result<std::vector<store::SourceRow>> MemorySession::due_sources(UnixTime now, std::size_t limit) {
    const std::lock_guard lock(data_->mutex);
    std::vector<store::SourceRow> rows;
    for (const auto& [id, account] : data_->accounts) {
        for (const auto& [source, row] : account.sources) {
            if (row.next_poll_at <= now && rows.size() < limit) rows.push_back(row);
        }
    }
    return rows;
}

Result<std::uint64_t> MemorySession::acquire_lease(AccountId account, SourceId source, std::string_view owner,
                                                   UnixTime now, UnixTime until) {
    const std::lock_guard lock(data_->mutex);
    store::SourceRow& row = data_->accounts[account].sources[source];
    if (!row.lease_owner.empty() && row.lease_owner != owner && row.lease_until > now) {
        return Error(Errc::conflict, "leased");
    }
    row.lease_owner = owner;
    row.lease_until = until;
    return ++row.lease_number;
}

Result<void> MemorySession::release_lease(AccountId account, SourceId source, std::uint64_t number,
                                          std::string_view facts, UnixTime next_poll_at) {
    const std::lock_guard lock(data_->mutex);
    store::SourceRow& row = data_->accounts[account].sources[source];
    if (row.lease_number != number) return Error(Errc::conflict, "not ours");
    row.lease_owner.clear();
    row.facts = facts;
    row.next_poll_at = next_poll_at;
    return {};
}

Result<std::vector<store::Receipt>> MemorySession::read_receipts(AccountId account, SourceId source,
                                                                 store::ReceiptStates states) {
    const std::lock_guard lock(data_->mutex);
    std::vector<store::Receipt> found;
    for (const auto& receipt : data_->accounts[account].receipts) {
        if (receipt.source == source && (states & store::bit(receipt.state))) found.push_back(receipt);
    }
    return found;
}

Result<std::vector<std::string>> MemorySession::verify(AccountId) {
    return std::vector<std::string>{};
}

}  // namespace postern::mail::test
