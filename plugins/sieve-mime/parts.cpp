#include "parts.hpp"

#include <algorithm>

#include "postern/mime/decode.hpp"
#include "postern/sieve/compose.hpp"

namespace postern::sieve {

using mime::Message;
using mime::Part;

namespace {

/// Text as a MIME entity: header, empty line, body.
std::string entity_of(const Replacement& with) {
    const std::string text = with_crlf(with.text);
    if (with.is_entity) return text;
    const char* encoding = mime::is_ascii(text) ? "7bit" : "8bit";
    return "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: " + std::string(encoding) +
           "\r\n\r\n" + text;
}

bool describes_mime(std::string_view name) {
    return to_lower(name).starts_with("content-") || mime::equal_ascii_nocase(name, "MIME-Version");
}

std::string renamed(std::string_view value, const char* name) {
    return std::string(name) + ": " + std::string(value) + "\r\n";
}

/// All fields of the message but those of its structure; Subject and From step aside for new ones.
std::string kept_header(const Message& message, const Replacement& with) {
    std::string out;
    for (const mime::Field& field : message.fields_of(message.root())) {
        if (describes_mime(field.name)) continue;
        if (with.subject && mime::equal_ascii_nocase(field.name, "Subject")) {
            out += renamed(field.value, "Original-Subject");
        } else if (with.from && mime::equal_ascii_nocase(field.name, "From")) {
            out += renamed(field.value, "Original-From");
        } else {
            out += field.raw;
            if (!field.raw.ends_with('\n')) out += "\r\n";
        }
    }
    if (with.subject) out += "Subject: " + encode_header(*with.subject) + "\r\n";
    if (with.from) out += "From: " + *with.from + "\r\n";
    return out;
}

/// A line that the text does not have.
std::string boundary_for(Machine& machine) {
    return "=_" + digest(*machine.content() + std::to_string(machine.environment().now())).substr(0, 32);
}

}  // namespace

std::vector<std::uint32_t> with_descendants(const Message& message, std::uint32_t part) {
    std::vector<std::uint32_t> out{part};
    // Parents stand before children, and what is in a part follows it at once.
    for (std::uint32_t i = part + 1;
         i < message.parts.size() && message.parts[i].depth > message.parts[part].depth; ++i)
        out.push_back(i);
    return out;
}

std::string replaced(const Message& message, std::uint32_t part, const Replacement& with) {
    const std::string entity = entity_of(with);
    if (part == 0) return kept_header(message, with) + "MIME-Version: 1.0\r\n" + entity;
    const Part& old = message.parts[part];
    std::string body = entity;
    // The line end before a boundary belongs to the boundary.
    if (body.ends_with("\r\n")) body.resize(body.size() - 2);
    return std::string(message.raw.substr(0, old.header_begin)) + body +
           std::string(message.raw.substr(old.body_end));
}

std::string enclosed(Machine& machine, const Enclosure& with) {
    const Message& message = machine.message();
    const std::string boundary = boundary_for(machine);
    const std::string owner =
        machine.environment().owner().empty() ? machine.envelope().to : machine.environment().owner();
    std::string header;
    bool has_date = false, has_from = false;
    for (const std::string& name : with.headers) {
        for (const mime::Field& field : message.fields_of(message.root())) {
            if (!mime::equal_ascii_nocase(field.name, name) || describes_mime(field.name)) continue;
            if (with.subject && mime::equal_ascii_nocase(field.name, "Subject")) continue;
            has_date = has_date || mime::equal_ascii_nocase(field.name, "Date");
            has_from = has_from || mime::equal_ascii_nocase(field.name, "From");
            header += field.raw;
        }
    }
    const auto copied = [&](const char* name) {
        return std::ranges::any_of(with.headers,
                                   [&](const std::string& h) { return mime::equal_ascii_nocase(h, name); });
    };
    if (!has_date) {
        header +=
            "Date: " + format_mail_date(machine.environment().now(), machine.environment().zone_minutes()) +
            "\r\n";
    }
    if (!has_from) header += "From: " + owner + "\r\n";
    if (with.subject) header += "Subject: " + encode_header(*with.subject) + "\r\n";
    if (!with.subject && !copied("Subject"))
        header += "Subject: " + encode_header(header_text(machine, "Subject")) + "\r\n";
    if (!copied("Message-ID")) {
        header += "Message-ID: <" + digest(boundary).substr(0, 40) + "@enclosed.invalid>\r\n";
    }
    Replacement text;
    text.text = with.text;
    return header + "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"" + boundary +
           "\"\r\n\r\n--" + boundary + "\r\n" + entity_of(text) + "\r\n--" + boundary +
           "\r\nContent-Type: message/rfc822\r\n\r\n" + std::string(message.raw) + "\r\n--" + boundary +
           "--\r\n";
}

std::string text_of_part(const Message& message, std::uint32_t part) {
    if (part >= message.parts.size()) return {};
    const Part& chosen = message.parts[part];
    if (!chosen.is_text() || chosen.encoding == mime::Encoding::unknown) return {};
    std::string out;
    mime::append_utf8(mime::decode_parameter(message.parameters_of(chosen), "charset"),
                      mime::decode_transfer(chosen.encoding, message.body(chosen)), out);
    return out;
}

}  // namespace postern::sieve
