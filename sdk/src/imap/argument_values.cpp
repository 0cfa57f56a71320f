// Productions of mail and generic values; argument_cursor.cpp has the words they are made of.
#include <algorithm>

#include "postern/imap/argument_cursor.hpp"
#include "postern/imap/mailbox_name.hpp"

namespace postern::imap {

namespace {

bool is_set_char(char c) {
    return is_digit(c) || c == ':' || c == ',' || c == '*';
}

/// What a generic value may look like without quotes: atoms, sets, "\Flag" (RFC 6154 uses flags as values).
bool is_value_char(char c) {
    return is_list_char(c) || c == '\\';
}

/// More parts than any command needs; bounds the memory of a hostile one.
constexpr std::size_t max_value_parts = 100000;

}  // namespace

Result<SequenceSet> ArgumentCursor::sequence_set() {
    std::size_t to = pos_;
    while (to < end_ && is_set_char(text_[to])) ++to;
    if (to == pos_ && features_.set_reference && peek() == '$') ++to;
    if (to == pos_) return expected("a message set");
    auto set = SequenceSet::parse(text_.substr(pos_, to - pos_), features_.set_reference);
    if (!set) return set.error().code == Errc::protocol_violation ? expected("a message set") : set.error();
    pos_ = to;
    return set;
}

Result<std::string> ArgumentCursor::mailbox() {
    const auto wire = astring_of(lexical::astring_char, "a mailbox name");
    if (!wire) return wire.error();
    return mailbox_from_wire(*wire, features_.utf8_mailbox_names);
}

Result<void> ArgumentCursor::flag(Flags& into) {
    const std::size_t begin = pos_;
    const bool system = skip('\\');
    const auto name = run(lexical::atom_char, "a flag");
    if (!name) {
        pos_ = begin;
        return expected("a flag");
    }
    if (system) {
        const auto known = parse_system_flag(text_.substr(begin, pos_ - begin));
        if (known && *known != flag_recent) {
            into.system |= *known;
            return {};
        }
        pos_ = begin;
        return error(known ? "\\Recent cannot be set" : "unknown system flag");
    }
    if (!is_keyword(*name)) return Error(Errc::invalid, "keyword too long");
    add_keyword(into, *name);
    return {};
}

Result<Flags> ArgumentCursor::flag_list() {
    Flags out;
    if (!skip('(')) return expected("a list of flags");
    if (skip(')')) return out;
    for (;;) {
        if (const auto r = flag(out); !r) return r.error();
        const auto last = list_end();
        if (!last) return last.error();
        if (*last) return out;
    }
}

Result<Flags> ArgumentCursor::flags() {
    if (peek() == '(') return flag_list();
    Flags out;
    do {
        if (const auto r = flag(out); !r) return r.error();
    } while (skip(' '));
    return out;
}

Result<std::chrono::year_month_day> ArgumentCursor::date() {
    const std::size_t begin = pos_;
    const auto text = peek() == '"' ? quoted() : run(lexical::atom_char, "a date");
    if (!text) return text.error();
    if (const auto parsed = parse_date(*text)) return *parsed;
    pos_ = begin;
    return expected("a date (dd-Mon-yyyy)");
}

Result<DateTime> ArgumentCursor::date_time() {
    const std::size_t begin = pos_;
    const auto text = quoted();
    if (!text) return text.error();
    if (const auto parsed = parse_date_time(*text)) return *parsed;
    pos_ = begin;
    return expected("a date-time (\"dd-Mon-yyyy hh:mm:ss +zzzz\")");
}

Result<Value> ArgumentCursor::value() {
    std::size_t budget = max_value_parts;
    return value_at(0, budget);
}

Result<Value> ArgumentCursor::value_at(int depth, std::size_t& budget) {
    if (budget == 0) return error("too many values");
    --budget;
    if (peek() == '(') return list_value(depth, budget);
    if (!at_string()) return atom_value();
    const auto s = string();
    if (!s) return s.error();
    return Value{Value::Kind::string, std::string(*s), {}};
}

Result<Value> ArgumentCursor::atom_value() {
    std::size_t to = pos_;
    while (to < end_ && is_value_char(text_[to])) ++to;
    if (to == pos_) return expected("a value");
    const std::string_view text = text_.substr(pos_, to - pos_);
    pos_ = to;
    if (equals_ignore_case(text, "NIL")) return Value{};
    return Value{Value::Kind::atom, std::string(text), {}};
}

Result<Value> ArgumentCursor::list_value(int depth, std::size_t& budget) {
    if (depth >= max_depth_) return error("lists nested too deep");
    Value out{Value::Kind::list, {}, {}};
    ++pos_;
    if (skip(')')) return out;
    for (;;) {
        auto item = value_at(depth + 1, budget);
        if (!item) return item;
        out.items.push_back(std::move(*item));
        const auto last = list_end();
        if (!last) return last.error();
        if (*last) return out;
    }
}

/// tagged-ext-val never starts like a label, but for a negative number (RFC 9394: partial-range-last).
bool ArgumentCursor::value_follows() const {
    const char c = peek();
    if (c == '-') return pos_ + 1 < end_ && is_digit(text_[pos_ + 1]);
    return is_digit(c) || c == '(' || c == '"' || c == '{' || c == '*' || c == '$' || c == '\\';
}

Result<std::vector<Parameter>> ArgumentCursor::parameters() {
    std::vector<Parameter> out;
    if (const auto r = expect('('); !r) return r.error();
    if (skip(')')) return out;
    std::size_t budget = max_value_parts;
    for (;;) {
        Parameter p;
        // tagged-ext-label starts with no digit: a number here is a value too many.
        if (is_digit(peek())) return expected("a keyword");
        auto name = keyword();
        if (!name) return name.error();
        p.name = std::move(*name);
        auto last = list_end();
        if (!last) return last.error();
        if (!*last && value_follows()) {
            p.has_value = true;
            p.begin = pos_;
            auto v = value_at(0, budget);
            if (!v) return v.error();
            p.value = std::move(*v);
            p.end = pos_;
            last = list_end();
            if (!last) return last.error();
        }
        out.push_back(std::move(p));
        if (*last) return out;
    }
}

Result<std::vector<std::string>> ArgumentCursor::name_list() {
    std::vector<std::string> out;
    if (const auto r = expect('('); !r) return r.error();
    for (;;) {
        auto name = keyword();
        if (!name) return name.error();
        out.push_back(std::move(*name));
        const auto last = list_end();
        if (!last) return last.error();
        if (*last) return out;
    }
}

}  // namespace postern::imap
