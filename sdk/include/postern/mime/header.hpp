#pragma once
// Header blocks, octet-exact (RFC 5322 section 2.2). A header block is what precedes the body: the fields and, where the
// message has one, the empty line that ends it. Lines end with LF, with or without a CR before it; a bare CR is data.
// All views point into the caller's octets. Nothing here fails: what is not a field is passed over, and stays where it is.
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "postern/export.hpp"

namespace postern::mime {

/// Fields the library interprets or keeps in the message record. The numbers are stored in records: append only,
/// and never beyond 63 (records keep bit masks of them).
enum class FieldId : std::uint8_t {
    from = 0,
    sender = 1,
    reply_to = 2,
    to = 3,
    cc = 4,
    bcc = 5,
    subject = 6,
    date = 7,
    message_id = 8,
    in_reply_to = 9,
    references = 10,
    content_type = 11,
    content_transfer_encoding = 12,
    content_disposition = 13,
    content_description = 14,
    content_id = 15,
    content_language = 16,
    content_location = 17,
    content_md5 = 18,
    mime_version = 19,
    received = 20,
    list_id = 21,
    list_post = 22,
    list_unsubscribe = 23,
    priority = 24,
    x_priority = 25,
    importance = 26,
    newsgroups = 27,
    disposition_notification_to = 28,
    x_tuid = 29,
    list_subscribe = 30,
    list_unsubscribe_post = 31,
    list_help = 32,
    x_label = 33,
    x_original_to = 34,
    lines = 35,
    delivery_date = 36,
    precedence = 37,
    auto_submitted = 38,
    x_mozilla_draft_info = 39,
    followup_to = 40,
    x_msmail_priority = 41,
    x_draft_info = 42,
    x_spam_flag = 43,
    x_spam_status = 44,
    envelope_to = 45,
    delivered_to = 46,
    return_path = 47,
    resent_from = 48,
    user_agent = 49,
    x_mailer = 50,
    organization = 51,
    list_archive = 52,
    list_owner = 53,
    x_universally_unique_identifier = 54,
    x_uniform_type_identifier = 55,
    mail_followup_to = 56,
    x_keywords = 57,
    other = 255,  ///< any name that is not in this list
};

/// Identity of a field name, compared without case. FieldId::other when unknown.
POSTERN_SDK FieldId field_id(std::string_view name) noexcept;

/// Compares ASCII without case.
POSTERN_SDK bool equal_ascii_nocase(std::string_view a, std::string_view b) noexcept;

/// One field as it stands in the message.
struct Field {
    FieldId id = FieldId::other;
    std::string_view name;   ///< before the colon, trailing blanks removed
    std::string_view value;  ///< after the colon, leading and trailing white space removed, still folded
    std::string_view raw;    ///< the whole field with its line ends
};

/// Walks the fields of a header block in order. Stops at the empty line or at the end. Lines that belong to no field
/// (no colon, a continuation with nothing before it, an mbox "From " line) are passed over.
///
///     for (HeaderReader r(block); const Field* field = r.next();) ...
class POSTERN_SDK HeaderReader {
public:
    explicit HeaderReader(std::string_view block) noexcept : block_(block) {}

    /// The next field, or nullptr at the end; valid until the next call.
    const Field* next() noexcept;

    /// Offset of the next octet to look at; at the end, that of the empty line (or the block's size).
    std::size_t position() const noexcept { return position_; }

private:
    std::string_view block_;
    std::size_t position_ = 0;
    Field field_;
};

/// Length of the header block at the start of `message`, the empty line included. The whole size if there is none.
POSTERN_SDK std::size_t header_length(std::string_view message) noexcept;

/// Value of the first field of that name, still folded; an empty view with data() == nullptr when absent.
POSTERN_SDK std::string_view first_value(std::string_view block, std::string_view name) noexcept;

/// Appends a value with its folding removed: line ends before white space go away (RFC 5322 section 2.2.3).
POSTERN_SDK void append_unfolded(std::string_view value, std::string& out);

/// How a header block is cut down: BODY[HEADER.FIELDS (...)] or BODY[HEADER.FIELDS.NOT (...)].
enum class FieldFilter { only, except };

/// Appends to `out` the fields of `block` that the filter lets through, octet-exact and in order, and the empty line if
/// the block has one (RFC 3501 section 6.4.5, RFC 9051 section 7.5.2). Lines that belong to no field appear with `except`.
POSTERN_SDK void filter_fields(std::string_view block, std::span<const std::string_view> names,
                               FieldFilter filter, std::string& out);

}  // namespace postern::mime
