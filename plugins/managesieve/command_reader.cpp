#include "command_reader.hpp"

#include <algorithm>

namespace postern::managesieve {

namespace {

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

}  // namespace

void CommandReader::fail(const char* text) {
    if (error_.empty()) error_ = text;
}

void CommandReader::begin_argument(Argument::Kind kind) {
    if (command_.arguments.size() >= limits_.arguments) {
        fail("Too many arguments");
        command_.arguments.pop_back();
    }
    command_.arguments.emplace_back();
    command_.arguments.back().kind = kind;
}

CommandReader::Event CommandReader::end_line() {
    mode_ = Mode::start;
    after_space_ = false;
    if (error_.empty()) return Event::command;
    command_ = {};
    return Event::error;
}

CommandReader::Event CommandReader::feed(std::string_view& input) {
    if (mode_ == Mode::start) {
        error_.clear();
        command_ = {};
    }
    while (!input.empty()) {
        if (mode_ == Mode::literal) {
            const std::size_t take = std::min<std::uint64_t>(left_, input.size());
            if (error_.empty()) text().append(input.substr(0, take));
            input.remove_prefix(take);
            left_ -= take;
            if (left_ == 0) mode_ = Mode::gap;
            continue;
        }
        const char c = input.front();
        input.remove_prefix(1);
        const Event event = step(c);
        if (event != Event::more) return event;
    }
    return Event::more;
}

CommandReader::Event CommandReader::step(char c) {
    switch (mode_) {
        case Mode::start:
            return step_start(c);
        case Mode::word:
            return step_word(c);
        case Mode::gap:
        case Mode::number:
            return step_gap(c);
        case Mode::quoted:
        case Mode::escape:
            return step_quoted(c);
        case Mode::count:
        case Mode::count_end:
        case Mode::count_lf:
            return step_count(c);
        case Mode::line_end:
            if (c == '\n') return end_line();
            break;
        case Mode::literal:
            break;
    }
    return Event::more;
}

CommandReader::Event CommandReader::step_start(char c) {
    if (is_letter(c)) {
        mode_ = Mode::word;
        return step_word(c);
    }
    // A response of SASL is a string alone.
    after_space_ = true;
    mode_ = Mode::gap;
    return step_gap(c);
}

CommandReader::Event CommandReader::step_word(char c) {
    if (is_letter(c)) {
        if (command_.name.size() >= limits_.word) fail("There is no such command");
        if (error_.empty()) command_.name += c >= 'a' ? static_cast<char>(c - 'a' + 'A') : c;
        return Event::more;
    }
    mode_ = Mode::gap;
    return step_gap(c);
}

/// Between arguments, and within a number.
CommandReader::Event CommandReader::step_gap(char c) {
    if (mode_ == Mode::number && is_digit(c)) {
        std::uint64_t& number = command_.arguments.back().number;
        if (number > 0xffffffffULL) fail("The number is too large");
        if (error_.empty()) number = number * 10 + static_cast<std::uint64_t>(c - '0');
        return Event::more;
    }
    mode_ = Mode::gap;
    if (c == '\n') return end_line();
    if (c == '\r') return Event::more;
    if (c == ' ') {
        after_space_ = true;
        return Event::more;
    }
    if (!after_space_) fail("A blank is missing");
    after_space_ = false;
    if (c == '"') {
        begin_argument(Argument::Kind::string);
        mode_ = Mode::quoted;
    } else if (c == '{') {
        begin_argument(Argument::Kind::string);
        left_ = 0;
        plus_ = false;
        mode_ = Mode::count;
    } else if (is_digit(c)) {
        begin_argument(Argument::Kind::number);
        command_.arguments.back().number = static_cast<std::uint64_t>(c - '0');
        mode_ = Mode::number;
    } else {
        fail("A string or a number is expected");
        mode_ = Mode::line_end;
    }
    return Event::more;
}

CommandReader::Event CommandReader::step_quoted(char c) {
    const bool escaped = mode_ == Mode::escape;
    if (c == '\r' || c == '\n' || c == '\0') {
        fail("The quoted string does not end");
        mode_ = Mode::line_end;
        return c == '\n' ? end_line() : Event::more;
    }
    mode_ = Mode::quoted;
    if (!escaped && c == '"') {
        mode_ = Mode::gap;
    } else if (!escaped && c == '\\') {
        mode_ = Mode::escape;
    } else if (text().size() >= limits_.quoted) {
        fail("The quoted string is too long");
    } else {
        text() += c;
    }
    return Event::more;
}

/// "{123+}" CRLF; also "{123}", which some clients send.
CommandReader::Event CommandReader::step_count(char c) {
    if (mode_ == Mode::count && is_digit(c) && !plus_) {
        left_ = left_ * 10 + static_cast<std::uint64_t>(c - '0');
        if (left_ <= 0xffffffffULL) return Event::more;
    } else if (mode_ == Mode::count && c == '+' && !plus_) {
        plus_ = true;
        return Event::more;
    } else if (mode_ == Mode::count && c == '}') {
        mode_ = Mode::count_end;
        return Event::more;
    } else if (mode_ == Mode::count_end && c == '\r') {
        mode_ = Mode::count_lf;
        return Event::more;
    } else if (mode_ != Mode::count && c == '\n') {
        // Whoever sends more than that in spite of the limit is not waited for.
        if (left_ > 16 * limits_.literal) {
            fail("The literal is too long");
            return Event::fatal;
        }
        if (left_ > limits_.literal) fail("The literal is too long");
        mode_ = left_ == 0 ? Mode::gap : Mode::literal;
        return Event::more;
    }
    fail("The literal is malformed");
    return Event::fatal;
}

}  // namespace postern::managesieve
