#include "lexer.hpp"

namespace postern::sieve {

namespace {

bool starts_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

}  // namespace

Token Lexer::fault(Place place, std::string text) {
    Token out;
    out.kind = Token::Kind::fault;
    out.place = place;
    out.text = std::move(text);
    return out;
}

void Lexer::advance(std::size_t count) {
    for (; count > 0 && !at_end(); --count) {
        if (script_[position_++] == '\n') {
            ++place_.line;
            place_.column = 1;
        } else {
            ++place_.column;
        }
    }
}

bool Lexer::skip_blank(Token& out) {
    while (!at_end()) {
        const char c = peek();
        if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
            advance();
        } else if (c == '#') {
            while (!at_end() && peek() != '\n') advance();
        } else if (c == '/' && peek(1) == '*') {
            const Place begin = place_;
            advance(2);
            while (!at_end() && !(peek() == '*' && peek(1) == '/')) advance();
            if (at_end()) {
                out = fault(begin, "this comment does not end");
                return false;
            }
            advance(2);
        } else {
            return true;
        }
    }
    return true;
}

std::string Lexer::word() {
    std::string out;
    while (starts_word(peek()) || is_digit(peek())) {
        const char c = peek();
        out += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        advance();
    }
    return out;
}

Token Lexer::read_number() {
    Token out;
    out.kind = Token::Kind::number;
    out.place = place_;
    constexpr std::uint64_t most = std::uint64_t{1} << 62;
    bool too_large = false;
    for (; is_digit(peek()); advance()) {
        out.number = out.number * 10 + static_cast<std::uint64_t>(peek() - '0');
        too_large = too_large || out.number > most;
        if (too_large) out.number = 0;
    }
    int shift = 0;
    switch (peek()) {
        case 'k':
        case 'K':
            shift = 10;
            break;
        case 'm':
        case 'M':
            shift = 20;
            break;
        case 'g':
        case 'G':
            shift = 30;
            break;
        default:
            break;
    }
    if (shift > 0) advance();
    if (too_large || out.number > most >> shift) return fault(out.place, "this number is too large");
    out.number <<= shift;
    if (starts_word(peek()) || is_digit(peek()))
        return fault(out.place, "this is neither a number nor a name");
    return out;
}

Token Lexer::read_quoted() {
    Token out;
    out.kind = Token::Kind::string;
    out.place = place_;
    for (advance(); !at_end() && peek() != '"'; advance()) {
        if (peek() == '\\') {
            advance();
            if (at_end()) break;
        }
        out.text += peek();
    }
    if (at_end()) return fault(out.place, "this string does not end");
    advance();
    return out;
}

/// After "text:" (RFC 5228 section 2.4.2, multi-line).
Token Lexer::read_multi_line(Place place) {
    Token out;
    out.kind = Token::Kind::string;
    out.place = place;
    while (peek() == ' ' || peek() == '\t') advance();
    if (peek() == '#') {
        while (!at_end() && peek() != '\n') advance();
    }
    if (peek() == '\r') advance();
    if (peek() != '\n') return fault(place_, "a line end must follow \"text:\"");
    advance();
    while (!at_end()) {
        const std::size_t end = script_.find('\n', position_);
        std::string_view line =
            script_.substr(position_, end == std::string_view::npos ? end : end - position_);
        const std::size_t length = line.size() + (end == std::string_view::npos ? 0 : 1);
        if (line.ends_with('\r')) line.remove_suffix(1);
        advance(length);
        if (line == ".") return out;
        out.text += line.starts_with('.') ? line.substr(1) : line;
        out.text += "\r\n";
    }
    return fault(out.place, "this text does not end: a line with a dot alone is missing");
}

Token Lexer::next() {
    Token out;
    if (!skip_blank(out)) return out;
    out.place = place_;
    if (at_end()) return out;
    const char c = peek();
    if (c == '"') return read_quoted();
    if (is_digit(c)) return read_number();
    if (starts_word(c)) {
        out.text = word();
        if (out.text == "text" && peek() == ':') {
            advance();
            return read_multi_line(out.place);
        }
        out.kind = Token::Kind::identifier;
        return out;
    }
    if (c == ':' && starts_word(peek(1))) {
        advance();
        out.kind = Token::Kind::tag;
        out.text = ":" + word();
        return out;
    }
    if (std::string_view("[](){},;").find(c) != std::string_view::npos) {
        advance();
        out.kind = Token::Kind::symbol;
        out.symbol = c;
        return out;
    }
    const bool printable = c > ' ' && c < 0x7f;
    return fault(place_, printable ? std::string("unexpected '") + c + "'" : "unexpected character");
}

}  // namespace postern::sieve
