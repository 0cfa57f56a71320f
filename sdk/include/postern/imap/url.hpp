#pragma once
// IMAP URLs that name a message or a part of one (RFC 5092, RFC 5593), as CATENATE and URLAUTH take them:
//
//     imap://joe@example.com/INBOX;UIDVALIDITY=385/;UID=20/;SECTION=1.2/;PARTIAL=0.1024;URLAUTH=submit+fred:internal:91354a...
//     /Drafts;UIDVALIDITY=385/;UID=20/;SECTION=HEADER
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "postern/export.hpp"
#include "postern/imap/fetch.hpp"
#include "postern/result.hpp"

namespace postern::imap {

/// Who may use a URL: "submit+fred", "authuser" (RFC 5593 section 4).
struct UrlAccess {
    std::string application;          ///< lower case
    std::optional<std::string> user;  ///< decoded
};

/// ";PARTIAL=0.1024"; without a length up to the end.
struct UrlRange {
    std::uint64_t offset = 0;
    std::optional<std::uint64_t> length;  ///< not 0
};

/// One URL, taken apart. Escapes are undone, so that nothing of it can be put together again.
struct ImapUrl {
    // Absolute URLs only
    bool absolute = false;
    std::string user;  ///< empty: none given
    std::string host;
    std::uint16_t port = 0;  ///< 0: none given

    std::string mailbox;  ///< UTF-8
    std::optional<std::uint32_t> uidvalidity;
    std::uint32_t uid = 0;
    std::optional<Section> section;  ///< not set: the whole message
    std::optional<UrlRange> range;

    // URLAUTH
    std::optional<std::int64_t> expires;  ///< seconds since 1970: valid up to and including then
    std::optional<UrlAccess> access;
    std::string mechanism;  ///< lower case; empty in a URL that is not authorised yet
    std::string token;      ///< hexadecimal, lower case
    std::size_t rump = 0;   ///< length of the URL without ":MECHANISM:TOKEN"
};

/// Longest URL that is read, in octets.
constexpr std::size_t max_url = 8192;

/// Relative URLs are those that begin with one "/". Errc::invalid with a text for the client: other forms of relative URLs,
/// URLs of servers, mailboxes and searches, anything malformed.
POSTERN_SDK Result<ImapUrl> parse_imap_url(std::string_view url);

/// "2006-05-01T12:00:00Z", "...+02:00" (RFC 3339) in seconds since 1970; not set if it is no date-time.
POSTERN_SDK std::optional<std::int64_t> parse_internet_time(std::string_view text);

}  // namespace postern::imap
