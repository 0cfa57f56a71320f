// Words, strings and numbers; argument_values.cpp has the productions made of them.
#include "postern/imap/argument_cursor.hpp"

#include <algorithm>
#include <cassert>
#include <limits>

#include "postern/mime/decode.hpp"

namespace postern::imap {

ArgumentCursor::ArgumentCursor(std::string_view text, std::span<const LiteralRef> literals,
                               const LexicalFeatures& features, std::size_t begin, std::size_t end,
                               int max_depth)
    : text_(text), literals_(literals), features_(features), pos_(begin), end_(end), max_depth_(max_depth) {}

ArgumentCursor::ArgumentCursor(const Command& command, const LexicalFeatures& features, int max_depth)
    : ArgumentCursor(command.text, command.literals, features, 0, command.text.size(), max_depth) {}

ArgumentCursor::ArgumentCursor(std::string_view text, const LexicalFeatures& features)
    : ArgumentCursor(text, {}, features, 0, text.size(), default_max_depth) {}

ArgumentCursor ArgumentCursor::sub(std::size_t begin, std::size_t end) const {
    assert(begin <= end && end <= text_.size());
    return {text_, literals_, features_, begin, end, max_depth_};
}

Error ArgumentCursor::error(std::string_view text) const {
    return {Errc::protocol_violation, std::string(text) + " at position " + std::to_string(pos_ + 1)};
}

Error ArgumentCursor::expected(std::string_view what) const {
    return error(std::string("expected ").append(what));
}

Result<void> ArgumentCursor::space() {
    if (peek() != ' ') return expected("a space");
    ++pos_;
    return {};
}

bool ArgumentCursor::skip_space() {
    return skip(' ');
}

bool ArgumentCursor::skip(char c) {
    if (at_end() || text_[pos_] != c) return false;
    ++pos_;
    return true;
}

Result<void> ArgumentCursor::expect(char c) {
    if (!skip(c)) return expected(std::string("\"") + c + "\"");
    return {};
}

Result<void> ArgumentCursor::end() {
    if (!at_end()) return expected("the end of the command");
    return {};
}

Result<bool> ArgumentCursor::list_end() {
    if (skip(')')) return true;
    if (skip(' ')) return false;
    return expected("a space or \")\"");
}

Result<std::string_view> ArgumentCursor::run(std::uint8_t char_class, std::string_view what) {
    std::size_t to = pos_;
    while (to < end_ && is_class(text_[to], char_class)) ++to;
    if (to == pos_) return expected(what);
    const std::string_view out = text_.substr(pos_, to - pos_);
    pos_ = to;
    return out;
}

Result<std::string_view> ArgumentCursor::atom() {
    return run(lexical::atom_char, "an atom");
}

Result<std::string> ArgumentCursor::keyword() {
    const auto word = run(lexical::atom_char, "a keyword");
    if (!word) return word.error();
    return to_upper(*word);
}

std::string_view ArgumentCursor::peek_atom() const {
    std::size_t to = pos_;
    while (to < end_ && is_atom_char(text_[to])) ++to;
    return text_.substr(pos_, to - pos_);
}

bool ArgumentCursor::match_keyword(std::string_view word) {
    if (!equals_ignore_case(peek_atom(), word)) return false;
    pos_ += word.size();
    return true;
}

Result<std::string_view> ArgumentCursor::astring_of(std::uint8_t char_class, std::string_view what) {
    if (at_string()) return string();
    return run(char_class, what);
}

Result<std::string_view> ArgumentCursor::astring() {
    return astring_of(lexical::astring_char, "a string");
}

Result<std::string_view> ArgumentCursor::list_mailbox() {
    return astring_of(lexical::list_char, "a mailbox name or pattern");
}

Result<std::string_view> ArgumentCursor::string() {
    if (peek() == '"') return quoted();
    if (peek() != '{') return expected("a string");
    const std::size_t begin = pos_;
    const auto l = literal();
    if (!l) return l.error();
    // CHAR8 leaves out NUL (RFC 3501 section 9).
    if (!l->streamed && l->data.find('\0') == std::string_view::npos) return l->data;
    pos_ = begin;
    return error(l->streamed ? "literal not allowed" : "NUL in a literal");
}

Result<std::optional<std::string_view>> ArgumentCursor::nstring() {
    if (match_keyword("NIL")) return std::optional<std::string_view>();
    const auto s = string();
    if (!s) return s.error();
    return std::optional<std::string_view>(*s);
}

Result<std::string_view> ArgumentCursor::quoted() {
    if (peek() != '"') return expected("a quoted string");
    bool escaped = false;
    bool eight_bit = false;
    std::size_t at = pos_ + 1;
    for (; at < end_ && text_[at] != '"'; ++at) {
        const char c = text_[at];
        if (is_class(c, lexical::quoted_plain)) continue;
        if (c == '\\') {
            escaped = true;
            ++at;
            if (at < end_ && (text_[at] == '"' || text_[at] == '\\')) continue;
            return error("malformed escape in a quoted string");
        }
        if (static_cast<unsigned char>(c) < 0x80 || !features_.utf8_quoted) {
            return error("character not allowed in a quoted string");
        }
        eight_bit = true;
    }
    if (at >= end_) return error("quoted string without end");
    const std::string_view inside = text_.substr(pos_ + 1, at - pos_ - 1);
    if (eight_bit && !mime::is_utf8(inside)) return error("quoted string is not UTF-8");
    pos_ = at + 1;
    if (!escaped) return inside;
    std::string& out = unescaped_.emplace_front();
    out.reserve(inside.size());
    for (std::size_t i = 0; i < inside.size(); ++i) {
        if (inside[i] == '\\') ++i;
        out += inside[i];
    }
    return std::string_view(out);
}

const LiteralRef* ArgumentCursor::literal_here(std::size_t& index) const {
    const auto found = std::lower_bound(literals_.begin(), literals_.end(), pos_,
                                        [](const LiteralRef& l, std::size_t at) { return l.offset < at; });
    if (found == literals_.end() || found->offset != pos_) return nullptr;
    index = static_cast<std::size_t>(found - literals_.begin());
    return &*found;
}

Result<ArgumentCursor::Literal> ArgumentCursor::literal() {
    Literal out;
    const LiteralRef* here = literal_here(out.index);
    if (!here) return expected("a literal");
    out.size = here->size;
    out.streamed = here->streamed;
    out.literal8 = here->literal8;
    const auto present = here->streamed ? 0 : static_cast<std::size_t>(here->size);
    if (here->data + present > end_) return expected("a literal");
    out.data = text_.substr(here->data, present);
    pos_ = here->data + present;
    return out;
}

Result<std::uint64_t> ArgumentCursor::digits(std::uint64_t max, std::string_view what) {
    std::size_t at = pos_;
    std::uint64_t value = 0;
    for (; at < end_ && is_digit(text_[at]); ++at) {
        const auto digit = static_cast<std::uint64_t>(text_[at] - '0');
        if (value > (max - digit) / 10) return error("number too large");
        value = value * 10 + digit;
    }
    if (at == pos_) return expected(what);
    pos_ = at;
    return value;
}

Result<std::uint32_t> ArgumentCursor::number() {
    const auto n = digits(std::numeric_limits<std::uint32_t>::max(), "a number");
    if (!n) return n.error();
    return static_cast<std::uint32_t>(*n);
}

Result<std::uint32_t> ArgumentCursor::nz_number() {
    const std::size_t begin = pos_;
    const auto n = number();
    if (!n || *n != 0) return n;
    pos_ = begin;
    return expected("a number above 0");
}

Result<std::uint64_t> ArgumentCursor::number64() {
    return digits(std::numeric_limits<std::int64_t>::max(), "a number");
}

Result<std::uint64_t> ArgumentCursor::nz_number64() {
    const std::size_t begin = pos_;
    const auto n = number64();
    if (!n || *n != 0) return n;
    pos_ = begin;
    return expected("a number above 0");
}

}  // namespace postern::imap
