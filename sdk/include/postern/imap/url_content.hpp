#pragma once
// What an IMAP URL leads to, in one account.
#include <cstdint>
#include <string>

#include "postern/export.hpp"
#include "postern/imap/url.hpp"
#include "postern/mail/account.hpp"
#include "postern/result.hpp"
#include "postern/runtime/runtime.hpp"

namespace postern::imap {

enum class UrlForm : std::uint8_t {
    stored,   ///< as FETCH BODY.PEEK[...] answers
    decoded,  ///< without the part's transfer encoding, as FETCH BINARY.PEEK[...] answers
};

struct UrlContent {
    std::string octets;
    /// UrlForm::decoded was asked, and the encoding is not known: `octets` is empty.
    bool undecodable = false;
    mail::StoredMessagePtr message;
};

/// Reads the message or part. Whose mailbox it is and whether it may be read is the caller's to know; on the account's core,
/// `account` outlives the call. not_found: UIDVALIDITY has changed, there is no such message or part. too_large: more than
/// `limit` octets.
POSTERN_SDK Task<Result<UrlContent>> read_url(mail::Account* account, MailboxId mailbox, ImapUrl url,
                                              UrlForm form, std::uint64_t limit);

}  // namespace postern::imap
