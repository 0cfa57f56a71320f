#pragma once
// URLs with a token (RFC 4467): whoever may use one reads what it leads to, in whosever account that is.
#include <optional>
#include <string>

#include "postern/export.hpp"
#include "postern/imap/url_content.hpp"

namespace postern::imap {

/// On the owner's core. Not set: the token is not one of this URL, or there is nothing behind it. Whether the URL has expired and
/// who uses it is the caller's to know. An error: it cannot be said now. `text` is the URL as it was given.
POSTERN_SDK Task<Result<std::optional<UrlContent>>> read_authorised_url(mail::MailService* service,
                                                                        AccountId owner, std::string text,
                                                                        ImapUrl url, UrlForm form,
                                                                        std::uint64_t limit);

/// As much work as a look into an account: for URLs of users that do not exist. Time tells nothing (RFC 4467 section 6).
POSTERN_SDK void pretend_to_authorise(const ImapUrl& url, std::string_view text);

}  // namespace postern::imap
