#include "connector-imap/response_reader.hpp"

#include <algorithm>
#include <charconv>

#include "postern/imap/lexical.hpp"

namespace postern::imap_client {

namespace {

/// Above this a literal is a message or a part of one.
constexpr std::uint64_t large_literal = 2048;
constexpr std::size_t max_tag = 32;

}  // namespace

imap::ArgumentCursor Response::cursor() const {
    imap::Command command;
    command.text = text;
    command.literals = literals;
    imap::LexicalFeatures features;
    features.literal8 = true;
    features.utf8_quoted = true;
    return imap::ArgumentCursor(command, features);
}

void ResponseReader::reset() {
    state_ = State::line;
    response_ = Response();
    line_begin_ = 0;
    remaining_ = 0;
}

Response ResponseReader::take() {
    Response out = std::move(response_);
    reset();
    return out;
}

ResponseReader::Status ResponseReader::fail(const char* problem) {
    problem_ = problem;
    return Status::error;
}

// "* ", "+ " or a tag; what is left is the text.
bool ResponseReader::split_start() {
    std::string& text = response_.text;
    if (text.starts_with("+")) {
        // Servers leave out the space where there is nothing to say.
        response_.kind = Response::Kind::continuation;
        text.erase(0, text.starts_with("+ ") ? 2 : 1);
        return true;
    }
    const std::size_t space = text.find(' ');
    if (space == std::string::npos || space == 0) return false;
    if (text[0] == '*' && space == 1) {
        response_.kind = Response::Kind::untagged;
    } else {
        const bool sound =
            space <= max_tag && std::all_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(space),
                                            [](char c) { return imap::is_tag_char(c); });
        if (!sound) return false;
        response_.kind = Response::Kind::tagged;
        response_.tag = text.substr(0, space);
    }
    text.erase(0, space + 1);
    return true;
}

// Human text follows: what looks like a literal there is none.
bool ResponseReader::is_status() const {
    if (response_.kind != Response::Kind::untagged) return true;
    const std::string_view text = response_.text;
    const std::string_view word = text.substr(0, std::min(text.find(' '), text.size()));
    for (const std::string_view name : {"OK", "NO", "BAD", "BYE", "PREAUTH"}) {
        if (imap::equals_ignore_case(word, name)) return true;
    }
    return false;
}

// The line ends with "{n}": its octets follow. False if that breaks a limit.
bool ResponseReader::begin_literal() {
    std::string& text = response_.text;
    std::size_t open = text.rfind('{');
    if (open == std::string::npos || open < line_begin_ || !text.ends_with('}')) return true;
    const char* begin = text.data() + open + 1;
    const char* end = text.data() + text.size() - 1;
    std::uint64_t size = 0;
    const auto parsed = std::from_chars(begin, end, size);
    if (begin == end || parsed.ptr != end || parsed.ec != std::errc()) return true;
    if (size > limits_.literal || response_.literals.size() >= limits_.literals) return false;
    imap::LiteralRef literal;
    literal.literal8 = open > line_begin_ && text[open - 1] == '~';
    literal.offset = literal.literal8 ? open - 1 : open;
    literal.size = size;
    literal.streamed = size > large_literal;
    text += "\r\n";
    literal.data = text.size();
    response_.literals.push_back(literal);
    response_.large.emplace_back();
    remaining_ = size;
    state_ = State::literal;
    return true;
}

ResponseReader::Status ResponseReader::end_line() {
    std::string& text = response_.text;
    if (text.size() > line_begin_ && text.back() == '\r') text.pop_back();
    if (line_begin_ == 0 && response_.tag.empty() && response_.literals.empty() && !split_start()) {
        return fail("a line is no response");
    }
    if (!is_status() && !begin_literal()) return fail("a literal is too large");
    if (state_ == State::literal) return Status::need_more;
    state_ = State::finished;
    return Status::done;
}

std::size_t ResponseReader::take_literal(std::string_view data) {
    const std::size_t count = static_cast<std::size_t>(std::min<std::uint64_t>(remaining_, data.size()));
    const imap::LiteralRef& literal = response_.literals.back();
    if (literal.streamed) {
        std::string& into = response_.large.back();
        // What is announced is believed only as far as it comes.
        if (into.empty())
            into.reserve(static_cast<std::size_t>(std::min<std::uint64_t>(literal.size, 1U << 20)));
        into.append(data.substr(0, count));
    } else {
        response_.text.append(data.substr(0, count));
    }
    remaining_ -= count;
    if (remaining_ == 0) {
        state_ = State::line;
        line_begin_ = response_.text.size();
    }
    return count;
}

ResponseReader::Status ResponseReader::feed(std::string_view data, std::size_t& consumed) {
    consumed = 0;
    while (true) {
        if (state_ == State::finished) return Status::done;
        if (state_ == State::literal) {
            consumed += take_literal(data.substr(consumed));
            if (state_ == State::literal) return Status::need_more;
            continue;
        }
        const std::string_view rest = data.substr(consumed);
        const std::size_t lf = rest.find('\n');
        const std::size_t count = lf == std::string_view::npos ? rest.size() : lf;
        if (response_.text.size() + count > limits_.text) return fail("a response is too long");
        response_.text.append(rest.substr(0, count));
        consumed += count;
        if (lf == std::string_view::npos) return Status::need_more;
        ++consumed;
        const Status status = end_line();
        if (status != Status::need_more) return status;
    }
}

}  // namespace postern::imap_client
