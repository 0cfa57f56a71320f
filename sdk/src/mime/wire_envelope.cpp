// ENVELOPE (RFC 3501 section 7.4.2).
#include <array>

#include "mime/ascii.hpp"
#include "postern/mime/address.hpp"
#include "postern/mime/wire.hpp"

namespace postern::mime {

namespace {

void append_unless_empty(std::string_view text, std::string& out) {
    if (text.empty()) {
        out += "NIL";
    } else {
        append_imap_string(text, out);
    }
}

void append_address(const Address& a, std::string& out) {
    if (a.kind == AddressKind::group_end) {
        out += "(NIL NIL NIL NIL)";
        return;
    }
    if (a.kind ==
        AddressKind::group_begin) {  // the group's name stands where the mailbox does, the host is NIL
        out += "(NIL NIL ";
        append_imap_string(a.name, out);
        out += " NIL)";
        return;
    }
    out += '(';
    append_unless_empty(a.name, out);
    out += ' ';
    append_unless_empty(a.route, out);
    out += ' ';
    append_imap_string(a.mailbox.empty() ? std::string_view("MISSING_MAILBOX") : a.mailbox, out);
    out += ' ';
    append_imap_string(a.host.empty() ? std::string_view("MISSING_DOMAIN") : a.host, out);
    out += ')';
}

/// Appends the list of all fields `id`, or "NIL" if they hold no address.
void append_address_list(std::span<const Field> fields, FieldId id, std::size_t limit, std::string& out) {
    bool open = false;
    for (const Field& field : fields) {
        if (field.id != id || limit == 0) continue;
        const std::vector<Address> list = parse_addresses(field.value, limit);
        limit -= std::min(limit, list.size());
        if (list.empty()) continue;
        if (!open) out += '(';
        open = true;
        for (const Address& a : list) append_address(a, out);
    }
    out += open ? ")" : "NIL";
}

/// First field `id` as a string: NIL when absent, "" when empty.
void append_text_field(std::span<const Field> fields, FieldId id, std::string& out) {
    for (const Field& field : fields) {
        if (field.id != id) continue;
        if (field.value.find('\n') == std::string_view::npos) return append_imap_string(field.value, out);
        std::string text;
        append_unfolded(field.value, text);
        return append_imap_string(text, out);
    }
    out += "NIL";
}

}  // namespace

void append_envelope(const Message& message, const Part& part, std::string& out, const Limits& limits) {
    const std::span<const Field> fields = message.fields_of(part);
    out += '(';
    append_text_field(fields, FieldId::date, out);
    out += ' ';
    append_text_field(fields, FieldId::subject, out);
    out += ' ';
    const std::size_t from_begin = out.size();
    append_address_list(fields, FieldId::from, limits.addresses, out);
    const std::string from = out.substr(from_begin);
    for (const FieldId id : {FieldId::sender, FieldId::reply_to}) {
        out += ' ';
        const std::size_t begin = out.size();
        append_address_list(fields, id, limits.addresses, out);
        // Absent or empty: the same as From.
        if (std::string_view(out).substr(begin) == "NIL") out.replace(begin, 3, from);
    }
    for (const FieldId id : {FieldId::to, FieldId::cc, FieldId::bcc}) {
        out += ' ';
        append_address_list(fields, id, limits.addresses, out);
    }
    out += ' ';
    append_text_field(fields, FieldId::in_reply_to, out);
    out += ' ';
    append_text_field(fields, FieldId::message_id, out);
    out += ')';
}

}  // namespace postern::mime
