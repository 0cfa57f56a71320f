#pragma once
// The client's side of IMAP for tests: cuts what a server sends into responses, strictly, and keeps the view of the open
// mailbox that a client would have from them (RFC 3501 section 7).
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "postern/imap/flags.hpp"
#include "postern/imap/value.hpp"

namespace postern::testkit {

/// One response, literals included.
struct ImapResponse {
    enum class Kind : std::uint8_t { untagged, tagged, continuation };
    Kind kind = Kind::untagged;
    std::string tag;                      ///< of a tagged response
    std::optional<std::uint64_t> number;  ///< "* 12 FETCH": 12
    std::string name;                     ///< "FETCH", "OK", upper case; empty for a continuation
    std::string code;                     ///< of status responses: what stands in "[...]"
    std::string text;                     ///< of status responses and continuations
    std::vector<imap::Value> data;        ///< of other responses: the tokens after the name
    std::string raw;                      ///< all octets, with the final CRLF
    std::string malformed;                ///< why it breaks the grammar; empty if it does not

    bool is_status() const;
    /// First word of `code`, upper case.
    std::string code_name() const;
    /// What follows the first word of `code`.
    std::string code_arguments() const;
};

/// Incremental: octets in, responses out.
class ImapClientParser {
public:
    void feed(std::string_view octets) { buffer_.append(octets); }
    /// The next complete response.
    std::optional<ImapResponse> next();
    /// Octets of an unfinished response.
    std::size_t pending() const { return buffer_.size() - begin_; }
    /// After STARTTLS or a layer was pushed.
    void clear() { buffer_.clear(), begin_ = 0; }

private:
    /// Where the response that starts at begin_ ends; npos if it is not complete.
    std::size_t find_end() const;

    std::string buffer_;
    std::size_t begin_ = 0;
};

/// Flags from a list of atoms.
imap::Flags flags_of(const imap::Value& list);
/// The pairs "NAME value" of a FETCH, STATUS or ESEARCH response; names in upper case.
std::map<std::string, imap::Value> pairs_of(const std::vector<imap::Value>& items);
/// A number or 0.
std::uint64_t number_of(const imap::Value& v);

struct ClientMessage {
    std::uint32_t uid = 0;  ///< 0 until the server told it
    std::uint64_t modseq = 0;
    bool flags_known = false;
    imap::Flags flags;
    std::map<std::string, imap::Value> items;  ///< the last value of each FETCH item
};

struct ClientListEntry {
    std::vector<std::string> attributes;
    std::string delimiter;  ///< empty for NIL
    std::string name;       ///< as on the wire
    std::optional<imap::Value> extended;
};

struct ClientEsearch {
    std::string tag;
    bool uid = false;
    std::map<std::string, imap::Value> data;
};

/// What a client believes of the open mailbox. Feed every untagged response in order; `violations` says where the
/// server contradicted itself (a number above EXISTS, an EXISTS that shrinks, UIDs that do not ascend).
class ImapClientView {
public:
    /// A SELECT or EXAMINE was sent: what is known of the mailbox before is void.
    void select();
    void apply(const ImapResponse& r);

    std::vector<ClientMessage> messages;  ///< messages[0] is number 1
    std::uint64_t recent = 0;
    std::vector<std::string> flags;
    std::vector<std::string> permanent_flags;
    std::uint64_t uidvalidity = 0;
    std::uint64_t uidnext = 0;
    std::uint64_t highest_modseq = 0;
    std::vector<std::uint32_t> vanished_earlier;

    std::vector<std::uint64_t> search;  ///< of the last SEARCH
    std::vector<ClientEsearch> esearch;
    std::vector<ClientListEntry> list;
    std::map<std::string, std::map<std::string, imap::Value>> status;  ///< by mailbox name as on the wire
    std::vector<std::string> capabilities;
    std::vector<std::string> violations;

    ClientMessage* by_uid(std::uint32_t uid);

private:
    void apply_exists(std::uint64_t n);
    void apply_expunge(std::uint64_t n);
    void apply_fetch(const ImapResponse& r, bool number_is_uid);
    void apply_vanished(const ImapResponse& r);
    void apply_status_code(const ImapResponse& r);
    void apply_list(const ImapResponse& r);
    void apply_esearch(const ImapResponse& r);
    void violation(const std::string& what, const ImapResponse& r);
};

}  // namespace postern::testkit
