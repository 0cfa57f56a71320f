#include "postern/imap/access_keys.hpp"

#include "postern/imap/url_token.hpp"

namespace postern::imap {

namespace {
constexpr std::string_view key_entry = "urlauth/key";
}  // namespace

Task<Result<std::string>> read_access_key(mail::Account* account, MailboxId mailbox) {
    const std::optional<MailboxId> where = mailbox;
    std::string entry(key_entry);
    auto found = co_await account->read_attributes(where, std::move(entry));
    if (!found) co_return found.error();
    co_return found->empty() ? std::string() : std::move(found->front().value);
}

Task<Result<std::string>> renew_access_key(mail::Account* account, MailboxId mailbox, mail::Cause cause) {
    auto key = make_access_key();
    if (!key) co_return key.error();
    store::AttributeWrite write;
    write.attribute = {mailbox, std::string(key_entry), *key};
    std::vector<store::AttributeWrite> writes{std::move(write)};
    auto written = co_await account->write_attributes(std::move(writes), std::move(cause));
    if (!written) co_return written.error();
    co_return key;
}

Task<Result<std::string>> need_access_key(mail::Account* account, MailboxId mailbox, mail::Cause cause) {
    auto key = co_await read_access_key(account, mailbox);
    if (!key || !key->empty()) co_return key;
    auto fresh = co_await renew_access_key(account, mailbox, std::move(cause));
    co_return fresh;
}

Task<Result<void>> remove_access_keys(mail::Account* account, mail::Cause cause) {
    const std::optional<MailboxId> everywhere;
    std::string entry(key_entry);
    auto found = co_await account->read_attributes(everywhere, std::move(entry));
    if (!found) co_return found.error();
    std::vector<store::AttributeWrite> writes;
    for (store::Attribute& key : *found) {
        store::AttributeWrite write;
        write.attribute = std::move(key);
        write.remove = true;
        writes.push_back(std::move(write));
    }
    if (writes.empty()) co_return Result<void>();
    auto written = co_await account->write_attributes(std::move(writes), std::move(cause));
    co_return written;
}

}  // namespace postern::imap
