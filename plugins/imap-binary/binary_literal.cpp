#include "binary_literal.hpp"

#include "postern/mime/message.hpp"

namespace postern::imap {

namespace {

constexpr std::size_t line_length = 76;

void append_base64(std::string_view octets, std::string& out) {
    static constexpr std::string_view letters =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::size_t column = 0;
    for (std::size_t i = 0; i < octets.size(); i += 3) {
        std::uint32_t bits = 0;
        const std::size_t count = std::min<std::size_t>(3, octets.size() - i);
        for (std::size_t k = 0; k < 3; ++k)
            bits = bits << 8 | (k < count ? static_cast<unsigned char>(octets[i + k]) : 0);
        for (std::size_t k = 0; k < 4; ++k) out += k <= count ? letters[bits >> (18 - 6 * k) & 63] : '=';
        column += 4;
        if (column == line_length) {
            out += "\r\n";
            column = 0;
        }
    }
    if (column != 0) out += "\r\n";
}

Error no_place_for_nul() {
    return {Errc::unsupported, "[UNKNOWN-CTE] NUL outside of binary parts"};
}

bool has_nul(std::string_view octets) {
    return octets.find('\0') != octets.npos;
}

/// The header of a part with its Content-Transfer-Encoding replaced; false if not all of the header was understood.
bool append_header(const mime::Message& message, const mime::Part& part, std::string& out) {
    std::size_t seen = 0;
    for (const mime::Field& field : message.fields_of(part)) {
        seen += field.raw.size();
        if (field.id == mime::FieldId::content_transfer_encoding) {
            out += "Content-Transfer-Encoding: base64\r\n";
        } else {
            out += field.raw;
        }
    }
    const std::string_view rest = message.header(part).substr(seen);
    out += rest;
    return rest == "\r\n";
}

}  // namespace

Result<std::string> encode_binary_parts(const std::string& text) {
    const mime::Message message = mime::parse_message(text);
    std::string out;
    out.reserve(text.size() + text.size() / 2);
    std::size_t done = 0;
    for (const mime::Part& part : message.parts) {
        if (part.kind != mime::PartKind::leaf || !has_nul(message.body(part))) continue;
        const bool binary = mime::equal_ascii_nocase(part.encoding_name, "binary");
        if (!binary || has_nul(message.header(part)) || part.header_begin < done) break;
        out.append(text, done, part.header_begin - done);
        if (!append_header(message, part, out)) return no_place_for_nul();
        append_base64(message.body(part), out);
        // The line end before a boundary is the boundary's.
        if (part.body_end < text.size()) out.resize(out.size() - 2);
        done = part.body_end;
    }
    out.append(text, done);
    if (has_nul(out)) return no_place_for_nul();
    return out;
}

Result<void> BinaryMessages::apply(Session& /*session*/, std::shared_ptr<const std::string>& message) {
    if (!has_nul(*message)) return {};
    auto encoded = encode_binary_parts(*message);
    if (!encoded) return encoded.error();
    message = std::make_shared<const std::string>(std::move(*encoded));
    return {};
}

}  // namespace postern::imap
