// Decoded text of a message, for SEARCH (RFC 3501 section 6.4.4).
#include "postern/mime/text.hpp"

#include "mime/utf8.hpp"
#include "postern/mime/decode.hpp"

namespace postern::mime {

namespace {

constexpr std::size_t piece = 16384;

void append_fields(std::span<const Field> fields, std::string& out, std::size_t limit) {
    for (const Field& field : fields) {
        if (out.size() >= limit) return;
        append_utf8("utf-8", field.name, out);
        out += ": ";
        append_decoded_header(field.value, out);
        out += '\n';
    }
}

void append_part_text(const Message& message, const Part& part, std::string& out, std::size_t limit) {
    TransferDecoder transfer(part.encoding);
    CharsetDecoder charset(decode_parameter(message.parameters_of(part), "charset"));
    std::string octets;
    std::string_view body = message.body(part);
    while (!body.empty() && out.size() < limit) {
        octets.clear();
        transfer.feed(body.substr(0, piece), octets);
        charset.feed(octets, out);
        body.remove_prefix(std::min(piece, body.size()));
    }
    octets.clear();
    transfer.finish(octets);
    charset.feed(octets, out);
    charset.finish(out);
    out += '\n';
}

}  // namespace

void append_text(const Message& message, TextScope scope, std::string& out, std::size_t limit) {
    const std::size_t begin = out.size();
    const std::size_t end = limit > SIZE_MAX - begin ? SIZE_MAX : begin + limit;
    for (const Part& part : message.parts) {
        if (out.size() >= end) break;
        const bool encapsulated =
            part.parent != no_part && message.parts[part.parent].kind == PartKind::message;
        if (encapsulated || (part.parent == no_part && scope == TextScope::all)) {
            append_fields(message.fields_of(part), out, end);
        }
        if (part.is_text()) append_part_text(message, part, out, end);
    }
    if (out.size() > end) out.resize(begin + cut_utf8(std::string_view(out).substr(begin), limit).size());
}

std::string searchable_text(std::string_view raw, TextScope scope, std::size_t limit) {
    std::string text;
    append_text(parse_message(raw), scope, text, limit);
    return fold(text);
}

}  // namespace postern::mime
