#include "mime/parameters.hpp"

#include <algorithm>
#include <string>

#include "mime/ascii.hpp"

namespace postern::mime {

namespace {

/// A parameter as it stands, its name taken apart: base*section*.
struct RawParameter {
    std::string_view name, value;
    std::string_view base;
    int section = -1;       ///< number of the continuation; -1 if it is none
    bool extended = false;  ///< name ends in "*": the value is %-encoded
};

constexpr bool is_token(char c) noexcept {
    constexpr std::string_view specials = "()<>@,;:\\\"/[]?=";
    return static_cast<unsigned char>(c) > 32 && c != 127 && specials.find(c) == std::string_view::npos;
}

/// A quoted string starting at value[i] == '"': content without quotes, quoted pairs and line ends.
std::string_view read_quoted(std::string_view value, std::size_t& i, TextStore& store) {
    const std::size_t begin = ++i;
    bool plain = true;
    while (i < value.size() && value[i] != '"') {
        if (value[i] == '\\' || value[i] == '\n') plain = false;
        i += value[i] == '\\' ? 2 : 1;
    }
    const std::size_t end = std::min(i, value.size());
    i = std::min(end + 1, value.size());
    const std::string_view inner = value.substr(begin, end - begin);
    if (plain) return inner;
    std::string text;
    text.reserve(inner.size());
    for (std::size_t k = 0; k < inner.size(); ++k) {
        const char c = inner[k];
        if (c == '\\' && k + 1 < inner.size()) {
            text += inner[++k];
        } else if (c != '\n' && !(c == '\r' && k + 1 < inner.size() && inner[k + 1] == '\n')) {
            text += c;
        }
    }
    return store.keep(text);
}

/// True if the text at i reads like the next parameter (a semicolon is missing before it).
bool starts_parameter(std::string_view value, std::size_t i) noexcept {
    const std::size_t begin = i;
    while (i < value.size() && is_token(value[i])) ++i;
    return i > begin && i < value.size() && value[i] == '=';
}

/// An unquoted value. Spaces within are tolerated (filename=my letter.doc) unless a comment or a parameter follows.
std::string_view read_unquoted(std::string_view value, std::size_t& i, TextStore& store) {
    const std::size_t begin = i;
    std::size_t end = i;
    bool plain = true;
    while (i < value.size() && value[i] != ';') {
        if (!is_space(value[i])) {
            end = ++i;
            continue;
        }
        const std::size_t gap = i;
        while (i < value.size() && is_space(value[i])) ++i;
        if (i < value.size() && (value[i] == '(' || starts_parameter(value, i))) break;
        if (value.substr(gap, i - gap).find('\n') != std::string_view::npos) plain = false;
    }
    const std::string_view inner = value.substr(begin, end - begin);
    if (plain || inner.find('\n') == std::string_view::npos) return inner;
    std::string text;
    append_unfolded(inner, text);
    return store.keep(text);
}

void split_name(RawParameter& p) noexcept {
    std::string_view name = p.name;
    p.base = name;
    if (name.size() < 2 || name.find('*') == std::string_view::npos) return;
    const bool extended = name.back() == '*';
    if (extended) name.remove_suffix(1);
    const std::size_t star = name.find('*');
    if (star == std::string_view::npos) {
        p.base = name;
        p.extended = true;
        return;
    }
    const std::string_view digits = name.substr(star + 1);
    if (star == 0 || digits.empty() || digits.size() > 4 || !std::ranges::all_of(digits, is_digit)) return;
    p.section = 0;
    for (const char c : digits) p.section = p.section * 10 + (c - '0');
    p.base = name.substr(0, star);
    p.extended = extended;
}

/// Reads one parameter at value[i]; false at the end.
bool read_one(std::string_view value, std::size_t& i, TextStore& store, RawParameter& p) {
    for (;;) {
        i = skip_cfws(value, i);
        if (i >= value.size()) return false;
        if (value[i] == ';') {
            ++i;
            continue;
        }
        const std::size_t begin = i;
        while (i < value.size() && is_token(value[i])) ++i;
        p = RawParameter{};
        p.name = value.substr(begin, i - begin);
        i = skip_cfws(value, i);
        if (p.name.empty() || i >= value.size() || value[i] != '=') {
            // Not a parameter: on to the next semicolon.
            while (i < value.size() && value[i] != ';') ++i;
            continue;
        }
        i = skip_cfws(value, i + 1);
        p.value = i < value.size() && value[i] == '"' ? read_quoted(value, i, store)
                                                      : read_unquoted(value, i, store);
        split_name(p);
        return true;
    }
}

void append_percent_encoded(std::string_view text, std::string& out) {
    constexpr char digits[] = "0123456789ABCDEF";
    constexpr std::string_view not_attribute = "*'%";
    for (const char c : text) {
        const auto u = static_cast<unsigned char>(c);
        if (is_token(c) && u < 128 && not_attribute.find(c) == std::string_view::npos) {
            out += c;
        } else {
            out += '%';
            out += digits[u >> 4];
            out += digits[u & 15];
        }
    }
}

/// Joins sections 0, 1, 2 ... of one parameter. A gap ends it. The rest is dropped from the list, not from the message.
Parameter join(std::span<const RawParameter* const> sections, TextStore& store) {
    std::size_t count = 0;
    bool extended = false;
    while (count < sections.size() && sections[count]->section == static_cast<int>(count)) {
        extended |= sections[count]->extended;
        ++count;
    }
    std::string text;
    if (extended && !sections[0]->extended) text = "''";
    for (std::size_t i = 0; i < count; ++i) {
        if (extended && !sections[i]->extended) {
            append_percent_encoded(sections[i]->value, text);
        } else {
            text.append(sections[i]->value);
        }
    }
    std::string name(sections[0]->base);
    if (extended) name += '*';
    return {store.keep(name), store.keep(text)};
}

bool less_nocase(std::string_view a, std::string_view b) noexcept {
    return std::ranges::lexicographical_compare(a, b, {}, to_lower, to_lower);
}

/// Appends all of `raw`, joined. The order is that of first appearance.
void append_joined(const std::vector<RawParameter>& raw, TextStore& store, std::vector<Parameter>& out) {
    std::vector<const RawParameter*> sections;
    for (const RawParameter& p : raw) {
        if (p.section >= 0) sections.push_back(&p);
    }
    std::ranges::stable_sort(sections, [](const RawParameter* a, const RawParameter* b) {
        if (equal_ascii_nocase(a->base, b->base)) return a->section < b->section;
        return less_nocase(a->base, b->base);
    });
    for (const RawParameter& p : raw) {
        if (p.section < 0) {
            out.push_back({p.name, p.value});
            continue;
        }
        const auto first = std::ranges::lower_bound(sections, p.base, less_nocase, &RawParameter::base);
        const auto last = std::ranges::upper_bound(sections, p.base, less_nocase, &RawParameter::base);
        if ((*first)->section != 0) {
            out.push_back({p.name, p.value});  // no beginning: shown as it stands
        } else if (*first == &p) {
            out.push_back(join(std::span(first, last), store));
        }
    }
}

}  // namespace

std::string percent_decoded(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%' && i + 2 < text.size() && hex_value(text[i + 1]) >= 0 &&
            hex_value(text[i + 2]) >= 0) {
            out += static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
            i += 2;
        } else {
            out += text[i];
        }
    }
    return out;
}

std::string_view read_token(std::string_view value, std::size_t& i) noexcept {
    i = skip_cfws(value, i);
    const std::size_t begin = i;
    while (i < value.size() && is_token(value[i])) ++i;
    return value.substr(begin, i - begin);
}

void read_parameters(std::string_view value, std::size_t i, std::uint32_t limit, TextStore& store,
                     std::vector<Parameter>& out) {
    RawParameter p;
    std::vector<RawParameter> raw;
    bool continued = false;
    const std::size_t base = out.size();
    for (std::uint32_t n = 0; n < limit && read_one(value, i, store, p); ++n) {
        if (p.section >= 0 && !continued) {
            // The first continuation: take back what is there, to join all in order.
            continued = true;
            for (std::size_t k = base; k < out.size(); ++k)
                raw.push_back({out[k].name, out[k].value, out[k].name});
            out.resize(base);
        }
        if (continued) {
            raw.push_back(p);
        } else {
            out.push_back({p.name, p.value});
        }
    }
    if (continued) append_joined(raw, store, out);
}

}  // namespace postern::mime
