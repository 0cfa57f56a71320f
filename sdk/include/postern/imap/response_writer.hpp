#pragma once
// Writes responses token by token (RFC 3501 section 7 and 9). The only place that knows how octets become strings.
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "postern/export.hpp"
#include "postern/imap/date_time.hpp"
#include "postern/imap/flags.hpp"
#include "postern/imap/number_set.hpp"
#include "postern/imap/output_buffer.hpp"
#include "postern/imap/value.hpp"

namespace postern::imap {

/// What the client of this session understands. Set by extensions.
struct WriterModes {
    bool utf8_quoted = false;         ///< UTF-8 may stand in quoted strings (RFC 9755 section 3)
    bool utf8_mailbox_names = false;  ///< mailbox names go out as UTF-8, not modified UTF-7
    bool recent = true;  ///< RECENT, \Recent and SELECT's UNSEEN are told (RFC 9051 appendix E drops them)
    /// SEARCH without RETURN is answered in the plain form, otherwise as with "RETURN ()" (RFC 9051 section 6.4.4).
    bool plain_search = true;
};

/// Tokens separate themselves: inside a response or a list a SP goes before each token but the first after "(", so
/// `w.untagged(12).atom("FETCH").open().atom("UID").number(7).close().end_line()` writes "* 12 FETCH (UID 7)" CRLF.
/// glue() suppresses the next SP; raw() writes octets as they are. Cheap to construct; not thread-safe.
class POSTERN_SDK ResponseWriter {
public:
    explicit ResponseWriter(OutputBuffer& out, WriterModes modes = {}) : out_(out), modes_(modes) {}

    OutputBuffer& buffer() { return out_; }
    const WriterModes& modes() const { return modes_; }

    // Lines
    ResponseWriter& untagged();                 ///< "*"
    ResponseWriter& untagged(std::uint32_t n);  ///< "* 12"
    ResponseWriter& tagged(std::string_view tag);
    ResponseWriter& continuation();  ///< "+"
    ResponseWriter& end_line();      ///< CRLF
    /// Whole status lines: "TAG OK [CODE] text" CRLF. An empty tag means "*". `code` without brackets, may be empty.
    /// CR, LF and NUL in text become spaces, octets above 127 "?" unless UTF-8 is on; an empty text becomes "done".
    void status(std::string_view tag, std::string_view condition, std::string_view code,
                std::string_view text);
    /// "+ text" CRLF; RFC 3501 wants the space even before an empty text.
    void continue_request(std::string_view text);

    // Structure
    ResponseWriter& open();        ///< "("
    ResponseWriter& close();       ///< ")"
    ResponseWriter& open_code();   ///< "[" of a response code
    ResponseWriter& close_code();  ///< "]"
    /// No SP before the next token.
    ResponseWriter& glue();

    // Tokens
    ResponseWriter& atom(std::string_view s);  ///< not checked
    ResponseWriter& nil() { return atom("NIL"); }
    ResponseWriter& number(std::uint64_t n);
    /// Quoted if it can be, else a literal.
    ResponseWriter& string(std::string_view s);
    ResponseWriter& nstring(const std::optional<std::string_view>& s);
    /// Atom if it can be (not "NIL", not empty), else as string().
    ResponseWriter& astring(std::string_view s);
    /// A quoted string always: only for text without CR, LF and NUL; others are replaced by "?".
    ResponseWriter& quoted(std::string_view s);
    ResponseWriter& literal(std::string_view s);
    /// "{n}" CRLF (or "~{n}" CRLF); the caller appends exactly n octets afterwards, by raw() or past this buffer.
    ResponseWriter& literal_header(std::uint64_t size, bool literal8 = false);
    /// A mailbox name, given in UTF-8.
    ResponseWriter& mailbox(std::string_view name);
    /// "(\Seen keyword)"
    ResponseWriter& flags(const Flags& f);
    /// The same for keywords known as views.
    ResponseWriter& flags(std::uint8_t system, std::span<const std::string_view> keywords);
    ResponseWriter& set(const NumberSet& s);  ///< not empty
    /// "17-Jul-1996 02:44:25 -0700" in quotes.
    ResponseWriter& date_time(DateTime t);
    ResponseWriter& value(const Value& v);
    /// Already encoded tokens, e.g. an ENVELOPE stored at delivery. A SP goes before them as before any token.
    ResponseWriter& encoded(std::string_view s);
    /// Octets as they are; neither a SP before nor any effect on the next one.
    ResponseWriter& raw(std::string_view s);

    /// Fast path of the commonest response: "* n FETCH (UID u FLAGS (...))" CRLF. `flags` is the inside of the list.
    void fetch_uid_flags(std::uint32_t n, std::uint32_t uid, std::string_view flags);

private:
    void separate() {
        if (space_) out_.append(' ');
        space_ = true;
    }
    void continue_text(std::string_view text);
    ResponseWriter& write_quoted(std::string_view s, bool escapes);

    OutputBuffer& out_;
    WriterModes modes_;
    bool space_ = false;  ///< the next token needs a SP before it
};

/// The inside of a flag list: "\Answered \Seen work". Sessions cache it per combination of flags.
POSTERN_SDK std::string flags_text(const Flags& f);

}  // namespace postern::imap
