// Meaning: what the MIME fields of one entity say (RFC 2045, 2183, 3282, 2557, 1864).
#include "mime/ascii.hpp"
#include "mime/parameters.hpp"
#include "mime/parser.hpp"
#include "postern/mime/decode.hpp"

namespace postern::mime {

namespace {

/// The first Content-Type, Content-Disposition ... counts; a later one is a mistake or an attack.
bool first_of(std::uint64_t& seen, FieldId id) noexcept {
    const std::uint64_t bit = std::uint64_t{1} << static_cast<unsigned>(id);
    const bool first = (seen & bit) == 0;
    seen |= bit;
    return first;
}

}  // namespace

Encoding encoding_of(std::string_view value) noexcept {
    if (equal_ascii_nocase(value, "7bit") || equal_ascii_nocase(value, "8bit") ||
        equal_ascii_nocase(value, "binary") || value.empty()) {
        return Encoding::identity;
    }
    if (equal_ascii_nocase(value, "base64")) return Encoding::base64;
    if (equal_ascii_nocase(value, "quoted-printable")) return Encoding::quoted_printable;
    return Encoding::unknown;
}

std::string_view Parser::unfolded(std::string_view value) {
    if (value.find('\n') == std::string_view::npos) return value;
    std::string text;
    append_unfolded(value, text);
    return store_.keep(text);
}

void Parser::interpret_header(Part& part, bool in_digest) {
    part.fields_begin = part.fields_end = static_cast<std::uint32_t>(message_.fields.size());
    if (in_digest) part.type = "message", part.subtype = "rfc822";  // RFC 2046 section 5.1.5
    const std::size_t length = part.body_begin - part.header_begin;
    HeaderReader reader(raw_.substr(part.header_begin, std::min<std::size_t>(length, limits_.header_octets)));
    std::uint64_t seen = 0;
    for (std::uint32_t n = 0; n < limits_.fields; ++n) {
        const Field* field = reader.next();
        if (!field) break;
        message_.fields.push_back(*field);
        if (field->id < FieldId::content_type || field->id > FieldId::content_md5 ||
            !first_of(seen, field->id)) {
            continue;
        }
        switch (field->id) {
            case FieldId::content_type:
                interpret_content_type(part, field->value);
                break;
            case FieldId::content_transfer_encoding:
                interpret_encoding(part, field->value);
                break;
            case FieldId::content_disposition:
                interpret_disposition(part, field->value);
                break;
            case FieldId::content_language:
                interpret_languages(part, field->value);
                break;
            case FieldId::content_description:
                part.description = unfolded(field->value);
                break;
            case FieldId::content_id:
                part.content_id = unfolded(field->value);
                break;
            case FieldId::content_location:
                part.location = unfolded(field->value);
                break;
            case FieldId::content_md5:
                part.md5 = unfolded(field->value);
                break;
            default:
                break;
        }
    }
    part.fields_end = static_cast<std::uint32_t>(message_.fields.size());
}

// A value that is no type/subtype stands for the default, text/plain (RFC 2045 section 5.2).
void Parser::interpret_content_type(Part& part, std::string_view value) {
    std::size_t i = 0;
    const std::string_view type = read_token(value, i);
    i = skip_cfws(value, i);
    std::string_view subtype;
    if (i < value.size() && value[i] == '/') subtype = read_token(value, ++i);
    const bool valid = !type.empty() && !subtype.empty();
    part.has_type = valid;
    part.type = valid ? type : "text";
    part.subtype = valid ? subtype : "plain";
    part.parameters_begin = static_cast<std::uint32_t>(message_.parameters.size());
    i = std::min(value.find(';', i), value.size());
    read_parameters(value, i, limits_.parameters, store_, message_.parameters);
    part.parameters_end = static_cast<std::uint32_t>(message_.parameters.size());
}

void Parser::interpret_encoding(Part& part, std::string_view value) {
    std::size_t i = 0;
    const std::string_view token = read_token(value, i);
    if (token.empty()) return;
    part.encoding_name = token;
    part.encoding = encoding_of(token);
}

void Parser::interpret_disposition(Part& part, std::string_view value) {
    std::size_t i = 0;
    const std::string_view token = read_token(value, i);
    if (token.empty()) return;
    part.disposition = token;
    part.disposition_begin = static_cast<std::uint32_t>(message_.parameters.size());
    i = std::min(value.find(';', i), value.size());
    read_parameters(value, i, limits_.parameters, store_, message_.parameters);
    part.disposition_end = static_cast<std::uint32_t>(message_.parameters.size());
}

void Parser::interpret_languages(Part& part, std::string_view value) {
    part.languages_begin = static_cast<std::uint32_t>(message_.languages.size());
    std::uint32_t count = 0;
    for (std::size_t i = 0; i < value.size() && count < limits_.parameters; ++i) {
        const std::string_view tag = read_token(value, i);
        if (!tag.empty()) message_.languages.push_back(tag), ++count;
        i = value.find(',', i);
        if (i == std::string_view::npos) break;
    }
    part.languages_end = static_cast<std::uint32_t>(message_.languages.size());
}

void Parser::make_opaque(Part& part, std::string_view type, std::string_view subtype) noexcept {
    part.kind = PartKind::leaf;
    part.opaque = true;
    part.type = type;
    part.subtype = subtype;
    part.parameters_begin = part.parameters_end;
    part.first_child = no_part;
    part.child_count = 0;
}

// Blanks at the end cannot be told from padding of the delimiter line (RFC 2046 section 5.1.1).
std::string_view Parser::boundary_of(const Part& part) {
    for (const Parameter& p : message_.parameters_of(part)) {
        if (equal_ascii_nocase(p.name, "boundary")) return trim_right(p.value);
    }
    for (const Parameter& p : message_.parameters_of(part)) {
        if (!equal_ascii_nocase(p.name, "boundary*")) continue;
        // charset'language'text; a boundary is ASCII (RFC 2046 section 5.1.1), so the charset does not matter.
        return store_.keep(trim_right(percent_decoded(p.value.substr(p.value.rfind('\'') + 1))));
    }
    return {};
}

void Parser::decide_kind(Part& part) {
    const bool multipart = equal_ascii_nocase(part.type, "multipart");
    const bool message = part.is("message", "rfc822") || part.is("message", "global");
    if (!multipart && !message) return;
    if (multipart && boundary_of(part).empty()) {
        make_opaque(part, "text", "plain");
    } else if (part.depth >= limits_.depth || (message && message_.parts.size() + 1 >= limits_.parts)) {
        make_opaque(part, "application", "octet-stream");
    } else if (message &&
               (part.encoding == Encoding::base64 || part.encoding == Encoding::quoted_printable)) {
        // Forbidden by RFC 2046 section 5.2.1, and its octets are no message: shown as something to decode.
        make_opaque(part, "application", "octet-stream");
    } else {
        part.kind = multipart ? PartKind::multipart : PartKind::message;
    }
}

}  // namespace postern::mime
