#include "postern/imap/authorised_url.hpp"

#include "postern/imap/access_keys.hpp"
#include "postern/imap/url_token.hpp"

namespace postern::imap {

namespace {

/// A token is computed for mailboxes that do not exist, too: time tells nothing (section 6).
bool is_authorised(const ImapUrl& url, std::string_view text, std::string_view key) {
    static constexpr std::string_view nobody =
        "0000000000000000000000000000000000000000000000000000000000000000";
    const std::string token = make_token(key.empty() ? nobody : key, text.substr(0, url.rump));
    return same_token(token, url.token) && !key.empty();
}

}  // namespace

Task<Result<std::optional<UrlContent>>> read_authorised_url(mail::MailService* service, AccountId owner,
                                                            std::string text, ImapUrl url, UrlForm form,
                                                            std::uint64_t limit) {
    auto account = co_await service->open(owner);
    if (!account) co_return account.error();
    const mail::MailboxInfo* mailbox = (*account)->find_mailbox(url.mailbox);
    const MailboxId id = mailbox == nullptr ? MailboxId{} : mailbox->id;
    std::string key;
    if (mailbox != nullptr) {
        auto found = co_await read_access_key(account->get(), id);
        if (!found) co_return found.error();
        key = std::move(*found);
    }
    if (!is_authorised(url, text, key)) co_return std::optional<UrlContent>();
    auto content = co_await read_url(account->get(), id, std::move(url), form, limit);
    if (content) co_return std::optional<UrlContent>(std::move(*content));
    const Errc code = content.error().code;
    if (code == Errc::not_found || code == Errc::too_large) co_return std::optional<UrlContent>();
    co_return content.error();
}

void pretend_to_authorise(const ImapUrl& url, std::string_view text) {
    static_cast<void>(is_authorised(url, text, {}));
}

}  // namespace postern::imap
