// Header blocks: walking, unfolding, cutting down (RFC 5322 section 2.2, RFC 3501 section 6.4.5).
#include "postern/mime/header.hpp"

#include <cstring>

#include "mime/ascii.hpp"

namespace postern::mime {

namespace {

/// One past the line end of the line that starts at `from`; the size if the last line has none.
std::size_t line_end(std::string_view s, std::size_t from) noexcept {
    const void* lf = std::memchr(s.data() + from, '\n', s.size() - from);
    return lf ? static_cast<std::size_t>(static_cast<const char*>(lf) - s.data()) + 1 : s.size();
}

/// Length of the empty line at `from`: 1, 2, or 0 if there is none.
std::size_t empty_line(std::string_view s, std::size_t from) noexcept {
    if (from < s.size() && s[from] == '\n') return 1;
    return from + 1 < s.size() && s[from] == '\r' && s[from + 1] == '\n' ? 2 : 0;
}

/// Length of the field name at the start of a line, or 0 if the line is no field: printable ASCII or 8-bit octets up to a colon,
/// blanks before the colon allowed (RFC 5322 section 4.5.8). `colon` is set to its index.
std::size_t name_length(std::string_view line, std::size_t& colon) noexcept {
    std::size_t i = 0;
    while (i < line.size() && line[i] != ':' && static_cast<unsigned char>(line[i]) > 32 && line[i] != 127)
        ++i;
    const std::size_t length = i;
    while (i < line.size() && is_blank(line[i])) ++i;
    if (i >= line.size() || line[i] != ':') return 0;
    colon = i;
    return length;
}

bool contains(std::span<const std::string_view> names, std::string_view name) noexcept {
    for (const std::string_view n : names) {
        if (equal_ascii_nocase(n, name)) return true;
    }
    return false;
}

}  // namespace

const Field* HeaderReader::next() noexcept {
    while (position_ < block_.size() && empty_line(block_, position_) == 0) {
        const std::size_t begin = position_;
        std::size_t end = line_end(block_, begin);
        std::size_t colon = 0;
        const std::size_t name = name_length(block_.substr(begin, end - begin), colon);
        while (end < block_.size() && is_blank(block_[end])) end = line_end(block_, end);
        position_ = end;
        if (name == 0) continue;
        field_.raw = block_.substr(begin, end - begin);
        field_.name = field_.raw.substr(0, name);
        field_.value = trim(field_.raw.substr(colon + 1));
        field_.id = field_id(field_.name);
        return &field_;
    }
    return nullptr;
}

std::size_t header_length(std::string_view message) noexcept {
    std::size_t at = 0;
    while (at < message.size()) {
        if (const std::size_t empty = empty_line(message, at)) return at + empty;
        at = line_end(message, at);
    }
    return message.size();
}

std::string_view first_value(std::string_view block, std::string_view name) noexcept {
    HeaderReader reader(block);
    while (const Field* field = reader.next()) {
        if (equal_ascii_nocase(field->name, name)) return field->value;
    }
    return {};
}

void append_unfolded(std::string_view value, std::string& out) {
    while (!value.empty()) {
        const std::size_t lf = value.find('\n');
        if (lf == std::string_view::npos) break;
        std::size_t end = lf;
        if (end > 0 && value[end - 1] == '\r') --end;
        out.append(value.substr(0, end));
        value.remove_prefix(lf + 1);
    }
    out.append(value);
}

void filter_fields(std::string_view block, std::span<const std::string_view> names, FieldFilter filter,
                   std::string& out) {
    HeaderReader reader(block);
    std::size_t done = 0;
    while (const Field* field = reader.next()) {
        const auto begin = static_cast<std::size_t>(field->raw.data() - block.data());
        if (filter == FieldFilter::except) out.append(block.substr(done, begin - done));
        if (contains(names, field->name) == (filter == FieldFilter::only)) out.append(field->raw);
        done = begin + field->raw.size();
    }
    const std::size_t end = reader.position();
    if (filter == FieldFilter::except) out.append(block.substr(done, end - done));
    out.append(block.substr(end, empty_line(block, end)));
}

}  // namespace postern::mime
