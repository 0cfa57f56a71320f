// Questions to a parsed message.
#include "postern/mime/message.hpp"

#include <algorithm>

#include "mime/ascii.hpp"
#include "mime/parameters.hpp"
#include "postern/mime/decode.hpp"

namespace postern::mime {

namespace {

/// charset'language'%-encoded text to UTF-8 (RFC 2231 section 4).
std::string decode_extended(std::string_view value) {
    std::string_view charset;
    const std::size_t first = value.find('\'');
    const std::size_t second = first == std::string_view::npos ? first : value.find('\'', first + 1);
    if (second != std::string_view::npos) {
        charset = value.substr(0, first);
        value.remove_prefix(second + 1);
    }
    std::string out;
    append_utf8(charset, percent_decoded(value), out);
    return out;
}

const Parameter* find(std::span<const Parameter> parameters, std::string_view name, bool extended) noexcept {
    for (const Parameter& p : parameters) {
        std::string_view n = p.name;
        if (n.ends_with('*') != extended) continue;
        if (extended) n.remove_suffix(1);
        if (equal_ascii_nocase(n, name)) return &p;
    }
    return nullptr;
}

bool has_parameter(std::span<const Parameter> parameters, std::string_view name) noexcept {
    return find(parameters, name, false) || find(parameters, name, true);
}

}  // namespace

std::string decode_parameter(std::span<const Parameter> parameters, std::string_view name) {
    if (const Parameter* p = find(parameters, name, true)) return decode_extended(p->value);
    if (const Parameter* p = find(parameters, name, false)) return decode_header(p->value);
    return {};
}

bool has_attachment(const Message& message) {
    return std::ranges::any_of(message.parts, [&](const Part& part) {
        if (part.kind == PartKind::multipart) return false;
        if (equal_ascii_nocase(part.disposition, "attachment")) return true;
        const bool named = has_parameter(message.disposition_parameters_of(part), "filename") ||
                           has_parameter(message.parameters_of(part), "name");
        if (!named) return false;
        if (equal_ascii_nocase(part.disposition, "inline")) return false;
        const bool related = part.parent != no_part && message.parts[part.parent].is("multipart", "related");
        return !(related && part.content_id.data() != nullptr);
    });
}

}  // namespace postern::mime
