// The mailbox tree over several accounts: each operation goes to the account whose mailbox it is.
#include "postern/imap/mailbox_name.hpp"
#include "shared_account.hpp"

namespace postern::imap {

namespace {

Error unknown_place() {
    return {Errc::permission_denied, "There is nobody by that name who shares mailboxes with you"};
}

}  // namespace

Task<Result<MailboxId>> SharedAccount::create_mailbox(std::string name, CreateOptions options) {
    const Guest* guest = guest_with(name);
    if (guest == nullptr) {
        // What is called so would be out of reach.
        if ((name + mail::hierarchy_delimiter).starts_with(other_users_prefix)) co_return unknown_place();
        auto created = co_await own_->create_mailbox(std::move(name), std::move(options));
        co_return created;
    }
    if (!options.special_use.empty())
        co_return Error(Errc::invalid, "[USEATTR] Only a mailbox of your own has a special use");
    const std::shared_ptr<Account> account = guest->account;
    std::string theirs = name.substr(guest->prefix.size());
    auto created = co_await account->create_mailbox(std::move(theirs), std::move(options));
    co_return created;
}

Task<Result<void>> SharedAccount::rename_mailbox(std::string from, std::string to, mail::Cause cause) {
    const Guest* source = guest_with(from);
    const Guest* target = guest_with(to);
    if (source != target) co_return Error(Errc::unsupported, "[CANNOT] A mailbox stays with its owner");
    if (source == nullptr) {
        if ((to + mail::hierarchy_delimiter).starts_with(other_users_prefix)) co_return unknown_place();
        auto renamed = co_await own_->rename_mailbox(std::move(from), std::move(to), std::move(cause));
        co_return renamed;
    }
    if (find_mailbox(from) == nullptr) co_return Error(Errc::not_found, "there is no such mailbox");
    if (is_inbox(from.substr(source->prefix.size())))
        co_return Error(Errc::unsupported, "[CANNOT] Another user's INBOX stays where it is");
    const std::shared_ptr<Account> account = source->account;
    std::string theirs = from.substr(source->prefix.size());
    std::string named = to.substr(source->prefix.size());
    auto renamed = co_await account->rename_mailbox(std::move(theirs), std::move(named), std::move(cause));
    co_return renamed;
}

Task<Result<void>> SharedAccount::delete_mailbox(std::string name, mail::Cause cause) {
    const Guest* guest = guest_with(name);
    if (guest == nullptr) {
        auto deleted = co_await own_->delete_mailbox(std::move(name), std::move(cause));
        co_return deleted;
    }
    if (find_mailbox(name) == nullptr) co_return Error(Errc::not_found, "there is no such mailbox");
    const std::shared_ptr<Account> account = guest->account;
    std::string theirs = name.substr(guest->prefix.size());
    auto deleted = co_await account->delete_mailbox(std::move(theirs), std::move(cause));
    co_return deleted;
}

Task<Result<void>> SharedAccount::set_subscribed(std::string name, bool subscribed, mail::Cause cause) {
    auto set = co_await own_->set_subscribed(std::move(name), subscribed, std::move(cause));
    co_return set;
}

Task<Result<void>> SharedAccount::set_special_use(MailboxId mailbox, std::vector<std::string> uses,
                                                  mail::Cause cause) {
    if (&account_of(mailbox) != own_.get())
        co_return Error(Errc::permission_denied, "Only a mailbox of your own has a special use");
    auto set = co_await own_->set_special_use(mailbox, std::move(uses), std::move(cause));
    co_return set;
}

}  // namespace postern::imap
