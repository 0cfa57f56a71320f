#include <algorithm>
#include <array>
#include <utility>

#include "postern/imap/lexical.hpp"
#include "postern/testkit/imap_client_parser.hpp"

namespace postern::testkit {

using imap::Value;

namespace {

constexpr std::array<std::string_view, 5> conditions{"OK", "NO", "BAD", "BYE", "PREAUTH"};

bool is_condition(std::string_view name) {
    return std::find(conditions.begin(), conditions.end(), name) != conditions.end();
}

/// Size announced at the end of a line without CRLF; nullopt if it announces none.
std::optional<std::size_t> announced(std::string_view line) {
    if (!line.ends_with('}')) return std::nullopt;
    const std::size_t open = line.rfind('{');
    if (open == std::string_view::npos || open + 2 >= line.size()) return std::nullopt;
    std::size_t size = 0;
    for (const char c : line.substr(open + 1, line.size() - open - 2)) {
        if (!imap::is_digit(c)) return std::nullopt;
        size = size * 10 + static_cast<std::size_t>(c - '0');
    }
    return size;
}

/// Tokens of a server's data response. Throws nothing: the first error stops it.
class Tokens {
public:
    explicit Tokens(std::string_view text) : text_(text) {}

    std::vector<Value> all(std::string& malformed) {
        std::vector<Value> out;
        while (at_ < text_.size() && error_.empty()) {
            // THREAD puts threads side by side without a space.
            const bool side_by_side = peek() == '(' && !out.empty() && out.back().is_list();
            if (!side_by_side && text_[at_++] != ' ') fail("expected a space");
            if (error_.empty()) out.push_back(token());
        }
        malformed = error_;
        return out;
    }

private:
    void fail(const std::string& what) {
        if (error_.empty()) error_ = what + " at octet " + std::to_string(at_);
    }
    char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

    Value token() {
        if (peek() == '(') return list();
        if (peek() == '"') return quoted();
        if (peek() == '{' || text_.substr(at_, 2) == "~{") return literal();
        return atom();
    }

    Value list() {
        Value out{Value::Kind::list, {}, {}};
        ++at_;
        while (error_.empty() && peek() != ')') {
            out.items.push_back(token());
            // BODYSTRUCTURE puts lists side by side without a space.
            const bool side_by_side = peek() == '(' && out.items.back().is_list();
            if (peek() == ' ') {
                ++at_;
                if (peek() == ')') fail("space before the end of a list");
            } else if (peek() != ')' && !side_by_side) {
                fail("list without end");
            }
        }
        ++at_;
        return out;
    }

    Value quoted() {
        Value out{Value::Kind::string, {}, {}};
        for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_) {
            if (text_[at_] == '\r' || text_[at_] == '\n' || text_[at_] == '\0')
                fail("control in a quoted string");
            if (text_[at_] == '\\' && ++at_ < text_.size() && text_[at_] != '"' && text_[at_] != '\\')
                fail("bad escape");
            if (at_ < text_.size()) out.text += text_[at_];
        }
        if (at_ >= text_.size()) fail("quoted string without end");
        ++at_;
        return out;
    }

    Value literal() {
        const std::size_t end = text_.find("\r\n", at_);
        const auto size =
            end == std::string_view::npos ? std::nullopt : announced(text_.substr(at_, end - at_));
        if (!size || end + 2 + *size > text_.size()) {
            fail("malformed literal");
            return {};
        }
        Value out{Value::Kind::string, std::string(text_.substr(end + 2, *size)), {}};
        if (text_[at_] != '~' && out.text.find('\0') != std::string::npos) fail("NUL in a literal");
        at_ = end + 2 + *size;
        return out;
    }

    /// "BODY[HEADER.FIELDS (From To)]<0>" is one.
    Value atom() {
        const std::size_t begin = at_;
        int brackets = 0;
        for (; at_ < text_.size(); ++at_) {
            const char c = text_[at_];
            if (c == '[') ++brackets;
            if (c == ']' && brackets > 0) --brackets;
            const bool ends = c == ' ' || c == '(' || c == ')';
            if (ends && brackets == 0) break;
            const bool control = static_cast<unsigned char>(c) < 32 || static_cast<unsigned char>(c) >= 127;
            if (control || ((c == '"' || c == '{') && brackets == 0))
                fail("character not allowed in an atom");
        }
        if (at_ == begin) fail("expected a token");
        const std::string_view word = text_.substr(begin, at_ - begin);
        if (imap::equals_ignore_case(word, "NIL")) return {};
        return {Value::Kind::atom, std::string(word), {}};
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::string error_;
};

std::string_view take_word(std::string_view& rest) {
    const std::size_t end = std::min(rest.find(' '), rest.size());
    const std::string_view word = rest.substr(0, end);
    rest.remove_prefix(end);
    return word;
}

void parse_status_text(std::string_view rest, ImapResponse& out) {
    if (!rest.starts_with(' ')) out.malformed = "no text after the condition";
    if (rest.starts_with(' ')) rest.remove_prefix(1);
    if (rest.starts_with('[')) {
        const std::size_t end = rest.find(']');
        if (end == std::string_view::npos) {
            out.malformed = "response code without end";
            return;
        }
        out.code = rest.substr(1, end - 1);
        rest.remove_prefix(end + 1);
        if (rest.starts_with(' ')) rest.remove_prefix(1);
    }
    out.text = rest;
    if (rest.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos)
        out.malformed = "control in text";
}

ImapResponse parse(std::string_view raw) {
    ImapResponse out;
    out.raw = raw;
    std::string_view rest = raw.substr(0, raw.size() - 2);
    const std::string_view first = take_word(rest);
    if (first == "+") {
        out.kind = ImapResponse::Kind::continuation;
        if (rest.empty()) out.malformed = "continuation without a space";
        out.text = rest.substr(std::min<std::size_t>(1, rest.size()));
        return out;
    }
    if (first != "*") {
        out.kind = ImapResponse::Kind::tagged;
        out.tag = first;
    }
    if (rest.empty()) {
        out.malformed = "nothing after the tag";
        return out;
    }
    rest.remove_prefix(1);
    std::string_view word = take_word(rest);
    if (out.kind == ImapResponse::Kind::untagged && !word.empty() && imap::is_digit(word.front())) {
        out.number = number_of({Value::Kind::atom, std::string(word), {}});
        rest.remove_prefix(std::min<std::size_t>(1, rest.size()));
        word = take_word(rest);
    }
    out.name = imap::to_upper(word);
    if (is_condition(out.name)) {
        parse_status_text(rest, out);
    } else if (out.kind == ImapResponse::Kind::tagged) {
        out.malformed = "tagged response without condition";
    } else {
        out.data = Tokens(rest).all(out.malformed);
    }
    return out;
}

}  // namespace

bool ImapResponse::is_status() const {
    return is_condition(name);
}

std::string ImapResponse::code_name() const {
    return imap::to_upper(std::string_view(code).substr(0, code.find(' ')));
}

std::string ImapResponse::code_arguments() const {
    const std::size_t space = code.find(' ');
    return space == std::string::npos ? std::string() : code.substr(space + 1);
}

std::size_t ImapClientParser::find_end() const {
    std::size_t line = begin_;
    for (;;) {
        const std::size_t end = buffer_.find("\r\n", line);
        if (end == std::string::npos) return end;
        const std::string_view first = std::string_view(buffer_).substr(begin_, end - begin_);
        // Free text may end like a literal.
        std::string_view words = first;
        const std::string_view tag = take_word(words);
        if (!words.empty()) words.remove_prefix(1);
        const bool text = tag != "*" || is_condition(imap::to_upper(take_word(words)));
        const auto size = text ? std::nullopt : announced(std::string_view(buffer_).substr(line, end - line));
        if (!size) return end + 2;
        line = end + 2 + *size;
        if (line > buffer_.size()) return std::string::npos;
    }
}

std::optional<ImapResponse> ImapClientParser::next() {
    const std::size_t end = find_end();
    if (end == std::string::npos) return std::nullopt;
    ImapResponse out = parse(std::string_view(buffer_).substr(begin_, end - begin_));
    begin_ = end;
    if (begin_ == buffer_.size()) {
        clear();
    } else if (begin_ > 65536) {
        buffer_.erase(0, std::exchange(begin_, 0));
    }
    return out;
}

}  // namespace postern::testkit
