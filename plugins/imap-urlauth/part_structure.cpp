#include "part_structure.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

#include "postern/imap/lexical.hpp"

namespace postern::imap {

namespace {

/// Place right after the element at `begin`: a list, a string of either form, or an atom. The text is our own.
std::size_t element_end(std::string_view text, std::size_t begin) {
    std::size_t depth = 0;
    std::size_t i = begin;
    while (i < text.size()) {
        const char c = text[i];
        if (c == '"') {
            for (++i; i < text.size() && text[i] != '"'; ++i) i += text[i] == '\\' ? 1 : 0;
            ++i;
        } else if (c == '{') {
            std::size_t size = 0;
            for (++i; i < text.size() && text[i] >= '0' && text[i] <= '9'; ++i)
                size = size * 10 + static_cast<std::size_t>(text[i] - '0');
            i += 3 + size;  // "}" CRLF
        } else if (c == '(' || c == ')') {
            depth += c == '(' ? 1 : std::size_t(-1);
            ++i;
        } else {
            while (i < text.size() && text[i] != ' ' && text[i] != '(' && text[i] != ')') ++i;
        }
        if (depth == 0) return std::min(i, text.size());
        while (i < text.size() && text[i] == ' ') ++i;
    }
    return text.size();
}

/// The elements of a list.
std::vector<std::string_view> elements(std::string_view list) {
    std::vector<std::string_view> all;
    std::size_t i = 1;
    while (i < list.size() && list[i] != ')') {
        const std::size_t end = element_end(list, i);
        all.push_back(list.substr(i, end - i));
        i = end;
        while (i < list.size() && list[i] == ' ') ++i;
    }
    return all;
}

bool is_multipart(std::string_view body) {
    return body.starts_with("((");
}

/// Of message/rfc822: envelope and body follow the size.
constexpr std::size_t encoding_place = 5;
constexpr std::size_t size_place = 6;
constexpr std::size_t inner_place = 8;

/// The body at `path` (RFC 3501 section 6.4.5); empty if there is none.
std::string_view find(std::string_view body, std::span<const std::uint32_t> path) {
    for (std::size_t i = 0; i < path.size(); ++i) {
        if (is_multipart(body)) {
            const auto parts = elements(body);
            if (path[i] > parts.size() || !parts[path[i] - 1].starts_with('(')) return {};
            body = parts[path[i] - 1];
        } else if (path[i] != 1) {
            return {};
        }
        if (i + 1 == path.size() || is_multipart(body)) continue;
        // The numbers go on within an encapsulated message.
        const auto fields = elements(body);
        if (fields.size() <= inner_place || !equals_ignore_case(fields[0], "\"message\"")) return {};
        body = fields[inner_place];
    }
    return body;
}

std::string without_encoding(std::string_view body, std::uint64_t size) {
    const auto fields = elements(body);
    std::string text = "(";
    for (std::size_t i = 0; i < fields.size(); ++i) {
        if (i > 0) text += ' ';
        if (i == encoding_place) {
            text += "\"BINARY\"";
        } else if (i == size_place) {
            text += std::to_string(size);
        } else {
            text += fields[i];
        }
    }
    return text + ')';
}

}  // namespace

std::string part_structure(const mime::RecordView& record, std::span<const std::uint32_t> path,
                           std::optional<std::uint64_t> decoded_size) {
    std::string whole;
    if (!record.append_body(whole)) return "NIL";
    const std::string_view body = find(whole, path);
    if (body.empty()) return "NIL";
    if (decoded_size && !is_multipart(body)) return without_encoding(body, *decoded_size);
    return std::string(body);
}

}  // namespace postern::imap
