// Field names to identities: one probe of a table made at compile time.
#include <array>

#include "mime/ascii.hpp"
#include "postern/mime/header.hpp"

namespace postern::mime {

namespace {

// In the order of FieldId.
constexpr std::string_view field_names[] = {"from",
                                            "sender",
                                            "reply-to",
                                            "to",
                                            "cc",
                                            "bcc",
                                            "subject",
                                            "date",
                                            "message-id",
                                            "in-reply-to",
                                            "references",
                                            "content-type",
                                            "content-transfer-encoding",
                                            "content-disposition",
                                            "content-description",
                                            "content-id",
                                            "content-language",
                                            "content-location",
                                            "content-md5",
                                            "mime-version",
                                            "received",
                                            "list-id",
                                            "list-post",
                                            "list-unsubscribe",
                                            "priority",
                                            "x-priority",
                                            "importance",
                                            "newsgroups",
                                            "disposition-notification-to",
                                            "x-tuid",
                                            "list-subscribe",
                                            "list-unsubscribe-post",
                                            "list-help",
                                            "x-label",
                                            "x-original-to",
                                            "lines",
                                            "delivery-date",
                                            "precedence",
                                            "auto-submitted",
                                            "x-mozilla-draft-info",
                                            "followup-to",
                                            "x-msmail-priority",
                                            "x-draft-info",
                                            "x-spam-flag",
                                            "x-spam-status",
                                            "envelope-to",
                                            "delivered-to",
                                            "return-path",
                                            "resent-from",
                                            "user-agent",
                                            "x-mailer",
                                            "organization",
                                            "list-archive",
                                            "list-owner",
                                            "x-universally-unique-identifier",
                                            "x-uniform-type-identifier",
                                            "mail-followup-to",
                                            "x-keywords"};
static_assert(std::size(field_names) == static_cast<std::size_t>(FieldId::x_keywords) + 1);

constexpr std::size_t table_size = 256;

constexpr std::size_t slot_of(std::string_view name) noexcept {
    const auto at = [&](std::size_t i) { return static_cast<unsigned char>(to_lower(name[i])); };
    return (name.size() * 37 + at(0) * 5U + at(name.size() / 2) * 11U + at(name.size() - 1) * 17U) %
           table_size;
}

constexpr auto make_table() {
    std::array<std::uint8_t, table_size> table{};
    table.fill(static_cast<std::uint8_t>(FieldId::other));
    for (std::size_t i = 0; i < std::size(field_names); ++i) {
        std::size_t slot = slot_of(field_names[i]);
        while (table[slot] != static_cast<std::uint8_t>(FieldId::other)) slot = (slot + 1) % table_size;
        table[slot] = static_cast<std::uint8_t>(i);
    }
    return table;
}
constexpr auto table = make_table();

}  // namespace

bool equal_ascii_nocase(std::string_view a, std::string_view b) noexcept {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i) {
        if (a[i] != b[i] && to_lower(a[i]) != to_lower(b[i])) return false;
    }
    return true;
}

FieldId field_id(std::string_view name) noexcept {
    if (name.empty()) return FieldId::other;
    for (std::size_t slot = slot_of(name);; slot = (slot + 1) % table_size) {
        const std::uint8_t id = table[slot];
        if (id == static_cast<std::uint8_t>(FieldId::other)) return FieldId::other;
        if (equal_ascii_nocase(field_names[id], name)) return static_cast<FieldId>(id);
    }
}

}  // namespace postern::mime
