#pragma once
// What responses say, as values. Tolerant where servers are known to differ, never beyond the response's own bounds.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "connector-imap/response_reader.hpp"
#include "postern/imap/number_set.hpp"
#include "postern/store/ids.hpp"

namespace postern::imap_client {

/// OK, NO, BAD, BYE, PREAUTH, tagged or not.
struct Status {
    enum class Kind : std::uint8_t { ok, no, bad, bye, preauth } kind = Kind::ok;
    std::string code;      ///< first word in "[...]", upper case; "" if there is none
    std::string argument;  ///< what follows it there
    std::string text;

    bool ok() const { return kind == Kind::ok || kind == Kind::preauth; }
};
std::optional<Status> parse_status(std::string_view text);

/// "12 FETCH ...", "LIST ...": what kind of data it is, and where it begins.
struct DataHead {
    std::uint32_t number = 0;
    std::string name;      ///< upper case
    std::size_t rest = 0;  ///< in Response::text, after the space
};
std::optional<DataHead> parse_head(const Response& response);

struct RemoteFlags {
    std::uint8_t bits = 0;  ///< mail::Flag
    std::vector<std::string> keywords;
};
/// "(\Seen $Forwarded)"; \Recent and what is no flag is left out.
RemoteFlags parse_flags(imap::ArgumentCursor& cursor);

struct FetchData {
    std::uint32_t number = 0;
    std::uint32_t uid = 0;  ///< 0: not said
    std::optional<RemoteFlags> flags;
    std::optional<std::uint64_t> size;
    std::optional<UnixTime> date;
    std::uint64_t modseq = 0;
    bool has_body = false;            ///< BODY[...] or RFC822.HEADER was there, perhaps as NIL
    std::optional<std::string> body;  ///< its octets
};
/// Takes the octets of a large body out of the response.
std::optional<FetchData> parse_fetch(Response& response, const DataHead& head);

struct ListData {
    std::vector<std::string> attributes;  ///< lower case, "\noselect"
    char delimiter = 0;                   ///< 0: no hierarchy
    std::string name;                     ///< as on the wire
    bool has(std::string_view attribute) const;
};
std::optional<ListData> parse_list(const Response& response, const DataHead& head);

struct MailboxStatus {
    std::string name;  ///< as on the wire
    std::uint32_t uidvalidity = 0;
    std::uint32_t uidnext = 0;
    std::uint32_t messages = 0;
    std::uint32_t unseen = 0;
    std::uint64_t modseq = 0;
};
std::optional<MailboxStatus> parse_mailbox_status(const Response& response, const DataHead& head);

/// SEARCH or ESEARCH; the numbers found.
std::optional<imap::NumberSet> parse_search(const Response& response, const DataHead& head);

struct Vanished {
    bool earlier = false;
    imap::NumberSet uids;
};
std::optional<Vanished> parse_vanished(const Response& response, const DataHead& head);

struct Namespaces {
    std::string prefix;               ///< of the first personal one, "INBOX."
    char delimiter = 0;               ///< its
    std::vector<std::string> others;  ///< prefixes of other users' and shared mailboxes
};
std::optional<Namespaces> parse_namespaces(const Response& response, const DataHead& head);

/// COPYUID's argument: uids there by uid here (RFC 4315 section 3).
struct CopiedUids {
    std::uint32_t uidvalidity = 0;
    std::vector<std::pair<std::uint32_t, std::uint32_t>> uids;
};
std::optional<CopiedUids> parse_copyuid(std::string_view argument);
/// APPENDUID's argument: uidvalidity and uid.
std::optional<std::pair<std::uint32_t, std::uint32_t>> parse_appenduid(std::string_view argument);

/// A decimal number and nothing else.
std::optional<std::uint64_t> parse_number(std::string_view text);
/// In lower case, as far as it is ASCII.
std::string lower(std::string_view text);
/// Splits at single blanks; empty words are left out.
std::vector<std::string_view> words_of(std::string_view text);

}  // namespace postern::imap_client
