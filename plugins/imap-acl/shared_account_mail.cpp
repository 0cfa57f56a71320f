// Messages and attributes over several accounts.
#include <algorithm>

#include "postern/mail/withdraw.hpp"
#include "shared_account.hpp"

namespace postern::imap {

Task<Result<std::shared_ptr<mail::Mailbox>>> SharedAccount::open_mailbox(MailboxId mailbox) {
    Account* account = &account_of(mailbox);
    if (account != own_.get() && (rights(mailbox) & right_read) == 0) co_return denied();
    auto opened = co_await account->open_mailbox(mailbox);
    if (opened) last_read_ = account;
    co_return opened;
}

Task<Result<mail::DeliveryResult>> SharedAccount::deliver(mail::DeliveryRequest request) {
    Account* account = &account_of(request.mailbox);
    if (request.replaced_in && &request.replaced_in->account() != account) {
        auto delivered = co_await replace_elsewhere(account, std::move(request));
        co_return delivered;
    }
    auto delivered = co_await account->deliver(std::move(request));
    co_return delivered;
}

/// The replacement goes into another account: it is stored first, so that no crash loses both.
Task<Result<mail::DeliveryResult>> SharedAccount::replace_elsewhere(Account* account,
                                                                    mail::DeliveryRequest request) {
    const std::shared_ptr<mail::Mailbox> source = std::move(request.replaced_in);
    mail::ExpungeRequest removal;
    removal.slots = std::move(request.replaced);
    removal.force = true;
    removal.cause = request.cause;
    request.replaced_in = nullptr;
    request.replaced.clear();
    const MailboxId destination = request.mailbox;
    auto delivered = co_await account->deliver(std::move(request));
    if (!delivered) co_return delivered;
    auto removed = co_await source->expunge(std::move(removal));
    if (removed && removed->uids.empty())
        removed = Error(Errc::not_found, "another session was faster and removed the message");
    if (!removed) {
        std::vector<Uid> unwanted = delivered->uids;
        auto withdrawn = co_await mail::withdraw(account, destination, std::move(unwanted));
        static_cast<void>(withdrawn);  // a message too many is the lesser evil
        co_return removed.error();
    }
    delivered->expunge_modseq = removed->modseq;
    co_return delivered;
}

mail::StoredMessagePtr SharedAccount::cached_message(MessageId id) const {
    if (auto found = own_->cached_message(id)) return found;
    for (const auto& guest : guests_) {
        auto found = guest->account->cached_message(id);
        if (!found) continue;
        last_read_ = guest->account.get();
        return found;
    }
    return nullptr;
}

/// Message ids are unique, and those of one call are of one account: most likely of the one that was read last.
Task<Result<std::vector<mail::StoredMessagePtr>>> SharedAccount::load_messages(std::vector<MessageId> ids) {
    const auto self = shared_from_this();
    std::vector<Account*> accounts{own_.get()};
    for (const auto& guest : guests_) accounts.push_back(guest->account.get());
    const auto last = std::ranges::find(accounts, last_read_);
    if (last != accounts.end()) std::rotate(accounts.begin(), last, last + 1);
    std::vector<mail::StoredMessagePtr> none(ids.size());
    for (Account* account : accounts) {
        std::vector<MessageId> wanted = ids;
        auto loaded = co_await account->load_messages(std::move(wanted));
        if (!loaded) co_return loaded;
        if (std::ranges::none_of(*loaded, [](const auto& message) { return message != nullptr; })) continue;
        last_read_ = account;
        co_return loaded;
    }
    co_return none;
}

Task<Result<std::string>> SharedAccount::read_content(mail::StoredMessagePtr message, std::uint64_t offset,
                                                      std::uint64_t length) {
    const auto self = shared_from_this();
    if (guests_.empty()) {
        auto content = co_await own_->read_content(std::move(message), offset, length);
        co_return content;
    }
    std::vector<Account*> accounts{own_.get()};
    for (const auto& guest : guests_) accounts.push_back(guest->account.get());
    const auto has = [&](Account* account) { return account->cached_message(message->id) != nullptr; };
    const auto likely = std::ranges::find_if(accounts, has);
    const auto last = likely != accounts.end() ? likely : std::ranges::find(accounts, last_read_);
    if (last != accounts.end()) std::rotate(accounts.begin(), last, last + 1);
    Result<std::string> content = Error(Errc::not_found, "there is no such message");
    for (Account* account : accounts) {
        mail::StoredMessagePtr wanted = message;
        content = co_await account->read_content(std::move(wanted), offset, length);
        if (content || content.error().code != Errc::not_found) break;
    }
    co_return content;
}

Task<void> SharedAccount::prefetch_content(std::vector<mail::StoredMessagePtr> messages) {
    const auto first = std::ranges::find_if(messages, [](const auto& message) { return message != nullptr; });
    if (first == messages.end()) co_return;
    Account* account = own_.get();
    for (const auto& guest : guests_) {
        if (guest->account->cached_message((*first)->id)) account = guest->account.get();
    }
    co_await account->prefetch_content(std::move(messages));
}

/// An index knows its own account's messages alone; whoever searches a mailbox asks the mailbox's account.
Task<std::vector<mail::TextCandidatesPtr>> SharedAccount::find_text(std::vector<std::string> texts) {
    std::vector<mail::TextCandidatesPtr> nothing(texts.size());
    if (!guests_.empty()) co_return nothing;
    auto found = co_await own_->find_text(std::move(texts));
    co_return found;
}

std::string SharedAccount::stored_entry(const Account& account, const std::string& entry) const {
    return &account != own_.get() && entry.starts_with("/private") ? private_prefix() + entry : entry;
}

/// Of one mailbox, or of all that the user may use, in one call: the user's private entries lie elsewhere than what everybody
/// shares.
Task<Result<std::vector<store::Attribute>>> SharedAccount::read_guest_attributes(
    std::shared_ptr<Account> account, std::optional<MailboxId> mailbox, std::string entry_prefix) {
    std::vector<store::Attribute> found;
    const auto useful = [&](MailboxId id) {
        const Rights mine = rights(id);
        constexpr Rights some = right_read | right_seen | right_write | right_insert | right_post;
        return (mine & right_lookup) != 0 && (mine & some) != 0;
    };
    if (mailbox && !useful(*mailbox)) co_return denied();
    std::string every_entry = "/";
    auto stored = co_await account->read_attributes(mailbox, std::move(every_entry));
    if (!stored) co_return stored;
    const std::string prefix = private_prefix();
    for (store::Attribute& attribute : *stored) {
        if (attribute.mailbox == MailboxId{} || !useful(attribute.mailbox)) continue;
        if (attribute.entry.starts_with(prefix + "/private")) {
            attribute.entry.erase(0, prefix.size());
        } else if (!attribute.entry.starts_with("/shared")) {
            continue;
        }
        if (attribute.entry.starts_with(entry_prefix)) found.push_back(std::move(attribute));
    }
    co_return found;
}

Task<Result<std::vector<store::Attribute>>> SharedAccount::read_attributes(std::optional<MailboxId> mailbox,
                                                                           std::string entry_prefix) {
    const auto self = shared_from_this();
    for (const auto& guest : guests_) {
        if (!mailbox || guest->account.get() != &account_of(*mailbox)) continue;
        std::shared_ptr<Account> account = guest->account;
        auto found = co_await read_guest_attributes(std::move(account), mailbox, std::move(entry_prefix));
        co_return found;
    }
    const std::string prefix = entry_prefix;
    auto found = co_await own_->read_attributes(mailbox, std::move(entry_prefix));
    if (mailbox || !found) co_return found;
    for (std::size_t i = 0; i < guests_.size(); ++i) {
        std::shared_ptr<Account> account = guests_[i]->account;
        std::string wanted = prefix;
        auto more = co_await read_guest_attributes(std::move(account), std::nullopt, std::move(wanted));
        if (more) found->insert(found->end(), more->begin(), more->end());
    }
    co_return found;
}

Task<Result<void>> SharedAccount::write_attributes(std::vector<store::AttributeWrite> writes,
                                                   mail::Cause cause) {
    if (writes.empty()) co_return Result<void>();
    Account* account = &account_of(writes.front().attribute.mailbox);
    for (store::AttributeWrite& write : writes) {
        if (&account_of(write.attribute.mailbox) != account)
            co_return Error(Errc::invalid, "attributes of several accounts at once");
        write.attribute.entry = stored_entry(*account, write.attribute.entry);
    }
    auto written = co_await account->write_attributes(std::move(writes), std::move(cause));
    co_return written;
}

const std::string* SharedAccount::find_attribute(MailboxId mailbox, std::string_view entry) const {
    return account_of(mailbox).find_attribute(mailbox, entry);
}

Task<Result<void>> SharedAccount::write_receipts(std::vector<store::ReceiptWrite> receipts,
                                                 std::optional<store::Fence> fence) {
    auto written = co_await own_->write_receipts(std::move(receipts), fence);
    co_return written;
}

Task<Result<std::vector<store::Receipt>>> SharedAccount::read_receipts(SourceId source,
                                                                       store::ReceiptStates states) {
    auto receipts = co_await own_->read_receipts(source, states);
    co_return receipts;
}

Task<Result<std::vector<store::MessageRow>>> SharedAccount::list_recoverable(std::size_t limit) {
    auto rows = co_await own_->list_recoverable(limit);
    co_return rows;
}

}  // namespace postern::imap
