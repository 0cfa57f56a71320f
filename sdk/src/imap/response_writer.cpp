#include "postern/imap/response_writer.hpp"

#include <algorithm>
#include <charconv>

#include "postern/imap/lexical.hpp"
#include "postern/imap/mailbox_name.hpp"
#include "postern/mime/decode.hpp"

namespace postern::imap {

namespace {

/// Longer strings go out as literals: some clients read quoted strings into short buffers.
constexpr std::size_t longest_quoted = 1024;
constexpr std::size_t number_size = 20;

char* put(char* to, std::string_view s) {
    std::memcpy(to, s.data(), s.size());
    return to + s.size();
}

char* put(char* to, std::uint64_t n) {
    return std::to_chars(to, to + number_size, n).ptr;
}

struct Traits {
    bool line_break = false;  ///< CR, LF or NUL: never in a quoted string
    bool eight_bit = false;
    bool escapes = false;  ///< DQUOTE or backslash
};

Traits examine(std::string_view s) {
    Traits t;
    for (const char c : s) {
        if (is_class(c, lexical::quoted_plain)) continue;
        if (c == '"' || c == '\\') {
            t.escapes = true;
        } else if (static_cast<unsigned char>(c) >= 0x80) {
            t.eight_bit = true;
        } else {
            t.line_break = true;
        }
    }
    return t;
}

}  // namespace

ResponseWriter& ResponseWriter::untagged() {
    out_.append('*');
    space_ = true;
    return *this;
}

ResponseWriter& ResponseWriter::untagged(std::uint32_t n) {
    return untagged().number(n);
}

ResponseWriter& ResponseWriter::tagged(std::string_view tag) {
    out_.append(tag);
    space_ = true;
    return *this;
}

ResponseWriter& ResponseWriter::continuation() {
    out_.append('+');
    space_ = true;
    return *this;
}

ResponseWriter& ResponseWriter::end_line() {
    out_.append("\r\n");
    space_ = false;
    return *this;
}

void ResponseWriter::status(std::string_view tag, std::string_view condition, std::string_view code,
                            std::string_view text) {
    tagged(tag.empty() ? "*" : tag).atom(condition);
    if (!code.empty()) open_code().glue().atom(code).close_code();
    // resp-text needs one character of text at least.
    continue_text(text.empty() ? "done" : text);
}

void ResponseWriter::continue_request(std::string_view text) {
    continuation();
    continue_text(text);
}

void ResponseWriter::continue_text(std::string_view text) {
    const bool utf8 = modes_.utf8_quoted && mime::is_utf8(text);
    char* const begin = out_.prepare(text.size() + 3);
    char* to = begin;
    *to++ = ' ';
    for (const char c : text) {
        const bool control = c == '\r' || c == '\n' || c == '\0';
        const bool foreign = static_cast<unsigned char>(c) >= 0x80 && !utf8;
        *to++ = control ? ' ' : foreign ? '?' : c;
    }
    to = put(to, "\r\n");
    out_.commit(static_cast<std::size_t>(to - begin));
    space_ = false;
}

ResponseWriter& ResponseWriter::open() {
    separate();
    out_.append('(');
    return glue();
}

ResponseWriter& ResponseWriter::close() {
    out_.append(')');
    space_ = true;
    return *this;
}

ResponseWriter& ResponseWriter::open_code() {
    separate();
    out_.append('[');
    return glue();
}

ResponseWriter& ResponseWriter::close_code() {
    out_.append(']');
    space_ = true;
    return *this;
}

ResponseWriter& ResponseWriter::glue() {
    space_ = false;
    return *this;
}

ResponseWriter& ResponseWriter::atom(std::string_view s) {
    separate();
    out_.append(s);
    return *this;
}

ResponseWriter& ResponseWriter::encoded(std::string_view s) {
    return atom(s);
}

ResponseWriter& ResponseWriter::raw(std::string_view s) {
    out_.append(s);
    return *this;
}

ResponseWriter& ResponseWriter::number(std::uint64_t n) {
    separate();
    char* const begin = out_.prepare(number_size);
    out_.commit(static_cast<std::size_t>(put(begin, n) - begin));
    return *this;
}

ResponseWriter& ResponseWriter::string(std::string_view s) {
    if (s.size() > longest_quoted) return literal(s);
    const Traits t = examine(s);
    if (t.line_break || (t.eight_bit && !(modes_.utf8_quoted && mime::is_utf8(s)))) return literal(s);
    return write_quoted(s, t.escapes);
}

ResponseWriter& ResponseWriter::nstring(const std::optional<std::string_view>& s) {
    return s ? string(*s) : nil();
}

ResponseWriter& ResponseWriter::astring(std::string_view s) {
    const bool plain = !s.empty() && std::all_of(s.begin(), s.end(), is_astring_char);
    return plain && !equals_ignore_case(s, "NIL") ? atom(s) : string(s);
}

ResponseWriter& ResponseWriter::quoted(std::string_view s) {
    const Traits t = examine(s);
    const bool utf8 = !t.eight_bit || (modes_.utf8_quoted && mime::is_utf8(s));
    if (!t.line_break && utf8) return write_quoted(s, t.escapes);
    std::string clean(s);
    for (char& c : clean) {
        const bool foreign = static_cast<unsigned char>(c) >= 0x80 && !utf8;
        if (c == '\r' || c == '\n' || c == '\0' || foreign) c = '?';
    }
    return write_quoted(clean, t.escapes);
}

ResponseWriter& ResponseWriter::write_quoted(std::string_view s, bool escapes) {
    separate();
    char* const begin = out_.prepare(s.size() * 2 + 2);
    char* to = begin;
    *to++ = '"';
    if (!escapes) {
        to = put(to, s);
    } else {
        for (const char c : s) {
            if (c == '"' || c == '\\') *to++ = '\\';
            *to++ = c;
        }
    }
    *to++ = '"';
    out_.commit(static_cast<std::size_t>(to - begin));
    return *this;
}

ResponseWriter& ResponseWriter::literal_header(std::uint64_t size, bool literal8) {
    separate();
    char* const begin = out_.prepare(number_size + 5);
    char* to = put(begin, literal8 ? "~{" : "{");
    to = put(put(to, size), "}\r\n");
    out_.commit(static_cast<std::size_t>(to - begin));
    return *this;
}

ResponseWriter& ResponseWriter::literal(std::string_view s) {
    literal_header(s.size());
    if (s.empty()) return *this;
    char* const begin = out_.prepare(s.size());
    put(begin, s);
    // CHAR8 leaves out NUL (RFC 3501 section 9); the size is announced already.
    if (std::memchr(begin, '\0', s.size())) std::replace(begin, begin + s.size(), '\0', '?');
    out_.commit(s.size());
    return *this;
}

ResponseWriter& ResponseWriter::mailbox(std::string_view name) {
    return astring(mailbox_to_wire(name, modes_.utf8_mailbox_names));
}

ResponseWriter& ResponseWriter::flags(const Flags& f) {
    open();
    for (unsigned bit = flag_answered; bit <= flag_recent; bit <<= 1) {
        if (f.system & bit) atom(system_flag_name(static_cast<SystemFlag>(bit)));
    }
    for (const std::string& k : f.keywords) atom(k);
    if (f.wildcard) atom("\\*");
    return close();
}

ResponseWriter& ResponseWriter::flags(std::uint8_t system, std::span<const std::string_view> keywords) {
    flags(Flags{system, {}, false});
    if (keywords.empty()) return *this;
    out_.truncate(out_.size() - 1);
    space_ = system != 0;
    for (const std::string_view k : keywords) atom(k);
    return close();
}

ResponseWriter& ResponseWriter::set(const NumberSet& s) {
    separate();
    bool first = true;
    for (const NumberRange& r : s.ranges()) {
        char* const begin = out_.prepare(2 * number_size + 2);
        char* to = begin;
        if (!first) *to++ = ',';
        first = false;
        to = put(to, std::uint64_t{r.first});
        if (r.last != r.first) {
            *to++ = ':';
            to = put(to, std::uint64_t{r.last});
        }
        out_.commit(static_cast<std::size_t>(to - begin));
    }
    return *this;
}

ResponseWriter& ResponseWriter::date_time(DateTime t) {
    separate();
    char* const begin = out_.prepare(date_time_size + 2);
    begin[0] = '"';
    format_date_time(t, begin + 1);
    begin[date_time_size + 1] = '"';
    out_.commit(date_time_size + 2);
    return *this;
}

ResponseWriter& ResponseWriter::value(const Value& v) {
    switch (v.kind) {
        case Value::Kind::nil:
            return nil();
        case Value::Kind::atom:
            return atom(v.text);
        case Value::Kind::string:
            return string(v.text);
        case Value::Kind::list:
            break;
    }
    open();
    for (const Value& item : v.items) value(item);
    return close();
}

void ResponseWriter::fetch_uid_flags(std::uint32_t n, std::uint32_t uid, std::string_view flags) {
    char* const begin = out_.prepare(flags.size() + 64);
    char* to = put(put(begin, "* "), std::uint64_t{n});
    to = put(put(to, " FETCH (UID "), std::uint64_t{uid});
    to = put(put(put(to, " FLAGS ("), flags), "))\r\n");
    out_.commit(static_cast<std::size_t>(to - begin));
    space_ = false;
}

std::string flags_text(const Flags& f) {
    OutputBuffer out;
    ResponseWriter(out).flags(f);
    return std::string(out.view().substr(1, out.size() - 2));
}

}  // namespace postern::imap
