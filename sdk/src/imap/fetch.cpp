#include "postern/imap/fetch.hpp"

#include <array>
#include <utility>

#include "postern/imap/section_text.hpp"

namespace postern::imap {

namespace {

constexpr std::size_t max_section_parts = 100;  ///< deeper than any message nests

constexpr std::array<std::pair<std::string_view, Section::Kind>, 5> section_names{{
    {"HEADER", Section::Kind::header},
    {"HEADER.FIELDS", Section::Kind::header_fields},
    {"HEADER.FIELDS.NOT", Section::Kind::header_fields_not},
    {"TEXT", Section::Kind::text},
    {"MIME", Section::Kind::mime},
}};

std::string_view section_name(Section::Kind kind) {
    for (const auto& [name, k] : section_names) {
        if (k == kind) return name;
    }
    return {};
}

/// "1.2" or "1.2." in front of a word. Returns true if a word must follow.
Result<bool> parse_part_numbers(ArgumentCursor& in, Section& out) {
    while (is_digit(in.peek())) {
        if (out.part.size() == max_section_parts) return in.error("too many levels in a section");
        const auto n = in.nz_number();
        if (!n) return n.error();
        out.part.push_back(*n);
        if (!in.skip('.')) return false;
        if (!is_digit(in.peek())) return true;
    }
    return in.peek() != ']';
}

Result<void> parse_field_names(ArgumentCursor& in, Section& out) {
    if (const auto r = in.space(); !r) return r;
    if (const auto r = in.expect('('); !r) return r;
    for (;;) {
        const auto name = in.astring();
        if (!name) return name.error();
        out.fields.emplace_back(*name);
        const auto last = in.list_end();
        if (!last) return last.error();
        if (*last) return {};
    }
}

Result<void> parse_section_text(ArgumentCursor& in, Section& out) {
    const std::size_t begin = in.mark();
    const std::string_view word = in.peek_atom();  // "]" is no ATOM-CHAR
    for (const auto& [name, kind] : section_names) {
        if (!equals_ignore_case(word, name)) continue;
        if (kind == Section::Kind::mime && out.part.empty()) break;
        in.rewind(begin + word.size());
        out.kind = kind;
        return picks_fields(kind) ? parse_field_names(in, out) : Result<void>();
    }
    return in.expected("a section");
}

/// The name of a fetch-att ends before "[" and "<", which are ATOM-CHARs.
Result<std::string> parse_item_name(ArgumentCursor& in) {
    const std::string_view word = in.peek_atom();
    const std::string_view name = word.substr(0, word.find_first_of("[<"));
    if (name.empty()) return in.expected("a FETCH item");
    in.rewind(in.mark() + name.size());
    return to_upper(name);
}

FetchItem named(const char* name) {
    FetchItem item;
    item.name = name;
    return item;
}

std::vector<FetchItem> expand_macro(std::string_view word) {
    std::vector<FetchItem> out;
    const bool all = equals_ignore_case(word, "ALL");
    const bool full = equals_ignore_case(word, "FULL");
    if (!all && !full && !equals_ignore_case(word, "FAST")) return out;
    for (const char* name : {"FLAGS", "INTERNALDATE", "RFC822.SIZE"}) out.push_back(named(name));
    if (all || full) out.push_back(named("ENVELOPE"));
    if (full) out.push_back(named("BODY"));
    return out;
}

}  // namespace

std::string Section::to_string() const {
    std::string out;
    for (const std::uint32_t n : part) {
        if (!out.empty()) out += '.';
        out += std::to_string(n);
    }
    if (kind == Kind::all) return out;
    if (!out.empty()) out += '.';
    out += section_name(kind);
    if (fields.empty()) return out;
    for (std::size_t i = 0; i < fields.size(); ++i) {
        out += i == 0 ? " (" : " ";
        out += is_atom(fields[i]) ? fields[i] : Value{Value::Kind::string, fields[i], {}}.to_string();
    }
    return out + ")";
}

Result<Section> parse_section(ArgumentCursor& in) {
    Section out;
    if (const auto r = in.expect('['); !r) return r.error();
    const auto word = parse_part_numbers(in, out);
    if (!word) return word.error();
    if (*word) {
        if (const auto r = parse_section_text(in, out); !r) return r.error();
    }
    if (const auto r = in.expect(']'); !r) return r.error();
    return out;
}

Result<Partial> parse_partial(ArgumentCursor& in) {
    if (const auto r = in.expect('<'); !r) return r.error();
    const auto offset = in.number64();
    if (!offset) return offset.error();
    if (const auto r = in.expect('.'); !r) return r.error();
    const auto count = in.nz_number64();
    if (!count) return count.error();
    if (const auto r = in.expect('>'); !r) return r.error();
    return Partial{*offset, *count};
}

Result<FetchItem> parse_fetch_item(ArgumentCursor& in, bool with_arguments) {
    FetchItem out;
    auto name = parse_item_name(in);
    if (!name) return name.error();
    out.name = std::move(*name);
    if (in.peek() == '[') {
        auto section = parse_section(in);
        if (!section) return section.error();
        out.section = std::move(*section);
    }
    if (in.peek() == '<') {
        const auto partial = parse_partial(in);
        if (!partial) return partial.error();
        out.partial = *partial;
    }
    const std::size_t after = in.mark();
    if (!with_arguments || !in.skip_space()) return out;
    if (in.peek() != '(') {
        in.rewind(after);
        return out;
    }
    out.begin = in.position();
    auto arguments = in.value();
    if (!arguments) return arguments.error();
    out.arguments = std::move(*arguments);
    out.end = in.position();
    return out;
}

Result<std::vector<FetchItem>> parse_fetch_items(ArgumentCursor& in, const TakesArguments& takes_arguments) {
    std::vector<FetchItem> out;
    if (in.skip('(')) {
        for (;;) {
            auto item = parse_fetch_item(in, true);
            if (!item) return item.error();
            out.push_back(std::move(*item));
            const auto last = in.list_end();
            if (!last) return last.error();
            if (*last) return out;
        }
    }
    const std::string_view word = in.peek_atom();
    if (out = expand_macro(word); !out.empty()) {
        in.rewind(in.mark() + word.size());
        return out;
    }
    const bool with_arguments = takes_arguments && takes_arguments(to_upper(word));
    auto item = parse_fetch_item(in, with_arguments);
    if (!item) return item.error();
    out.push_back(std::move(*item));
    return out;
}

Result<FetchArguments> parse_fetch(ArgumentCursor& in, const TakesArguments& takes_arguments) {
    FetchArguments out;
    auto set = in.sequence_set();
    if (!set) return set.error();
    out.set = std::move(*set);
    if (const auto r = in.space(); !r) return r.error();
    auto items = parse_fetch_items(in, takes_arguments);
    if (!items) return items.error();
    out.items = std::move(*items);
    if (in.skip_space()) {
        auto modifiers = in.parameters();
        if (!modifiers) return modifiers.error();
        out.modifiers = std::move(*modifiers);
    }
    if (const auto r = in.end(); !r) return r.error();
    return out;
}

}  // namespace postern::imap
