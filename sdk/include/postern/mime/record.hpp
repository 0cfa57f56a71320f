#pragma once
// The message record: everything FETCH, SORT, THREAD and the gateway want to know of a message without reading its
// content, in one packed, versioned blob of typically 400 to 900 octets. Made once, at delivery; immutable.
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "postern/export.hpp"
#include "postern/mime/date.hpp"
#include "postern/mime/header.hpp"
#include "postern/mime/message.hpp"
#include "postern/mime/section.hpp"
#include "postern/result.hpp"

namespace postern::mime {

/// Packs the record of a message.
POSTERN_SDK std::string build_record(std::string_view raw, const Limits& limits = {});
/// The same for a message that is parsed already.
POSTERN_SDK std::string build_record(const Message& message, const Limits& limits = {});

/// Whether the record can answer for a header field.
enum class FieldCoverage {
    stored,      ///< every occurrence is in the record, octet-exact
    absent,      ///< the message has no such field
    not_stored,  ///< only the content can tell: the field is not among those kept, or was too large to keep
};

/// A record, opened. Views point into the blob, which must outlive it; opening copies nothing and takes about 100 ns.
class POSTERN_SDK RecordView {
public:
    /// Errc::corrupt if the blob does not decode, Errc::unsupported if a newer version wrote it.
    static Result<RecordView> decode(std::string_view blob);

    std::uint64_t size() const noexcept { return size_; }                    ///< RFC822.SIZE
    std::uint64_t header_length() const noexcept { return header_length_; }  ///< empty line included
    std::uint32_t header_lines() const noexcept { return header_lines_; }
    std::optional<DateTime> sent_date() const noexcept { return sent_date_; }  ///< Date field
    std::optional<DateTime> received_date() const noexcept {
        return received_date_;
    }  ///< topmost readable Received
    bool has_attachment() const noexcept { return has_attachment_; }

    /// Appends wire-ready ENVELOPE, BODYSTRUCTURE, BODY. They are packed; unpacking costs little more than copying. False,
    /// with nothing appended, only if the blob is damaged.
    bool append_envelope(std::string& out) const;
    bool append_bodystructure(std::string& out) const;
    bool append_body(std::string& out) const;

    /// Octet range of a section; see find_section().
    Result<std::optional<SectionRange>> find_section(std::span<const std::uint32_t> path,
                                                     SectionText text) const {
        return mime::find_section(structure_index_, path, text);
    }
    std::string_view structure_index() const noexcept { return structure_index_; }

    /// The kept fields as they stand in the message, in its order, with the empty line if it has one.
    std::string_view common_header() const noexcept { return common_header_; }
    /// Whether the record knows all of a field. Kept: From, Sender, Reply-To, To, Cc, Bcc, Resent-From, Subject, Date, Message-ID, In-Reply-To, References,
    /// Content-Type, Content-Transfer-Encoding, Content-Description, List-Id, List-Post, List-Subscribe, List-Unsubscribe,
    /// Newsgroups, Followup-To, Mail-Followup-To, Priority, X-Priority, X-MSMail-Priority, Importance,
    /// Disposition-Notification-To, Precedence, Auto-Submitted, Lines, X-TUID, X-Label, X-Keywords, X-Mozilla-Draft-Info,
    /// X-Draft-Info, X-Universally-Unique-Identifier, X-Uniform-Type-Identifier; each up to 4 KiB, all together up to 16 KiB.
    /// Of any name the record can tell that the message has no such field.
    FieldCoverage coverage(std::string_view name) const noexcept;
    /// Appends BODY[HEADER.FIELDS (names)] and returns true, if the record can answer for every name.
    bool append_header_fields(std::span<const std::string_view> names, std::string& out) const;
    /// Raw value of the first such field in the record; data() == nullptr when it is not there.
    std::string_view field(FieldId id) const noexcept;

    std::string_view preview() const noexcept { return preview_; }  ///< UTF-8, at most 200 characters

    /// SORT keys, UTF-8, not case-folded: compare fold() of them.
    std::string_view base_subject() const noexcept { return base_subject_; }
    bool subject_is_reply_or_forward() const noexcept { return reply_or_forward_; }
    std::string_view from_mailbox() const noexcept { return from_mailbox_; }
    std::string_view to_mailbox() const noexcept { return to_mailbox_; }
    std::string_view cc_mailbox() const noexcept { return cc_mailbox_; }
    std::string_view from_display() const noexcept { return from_display_; }
    std::string_view to_display() const noexcept { return to_display_; }

    std::string_view message_id() const noexcept { return message_id_; }  ///< normalized; empty when missing
    std::uint64_t message_id_hash() const noexcept;                       ///< 0 when missing
    /// Hashes of the messages this one follows, eldest first, the parent last: References, or the first id of
    /// In-Reply-To (RFC 5256 section 3). At most 64: the first and the last 63. `i` is below reference_count().
    std::size_t reference_count() const noexcept { return references_.size() / 8; }
    std::uint64_t reference_hash(std::size_t i) const noexcept;

private:
    std::uint64_t size_ = 0, header_length_ = 0;
    std::uint32_t header_lines_ = 0;
    std::uint64_t stored_ = 0, absent_ = 0;  // bit masks by FieldId
    std::optional<DateTime> sent_date_, received_date_;
    bool has_attachment_ = false, reply_or_forward_ = false, all_names_ = false;
    std::uint32_t envelope_size_ = 0, bodystructure_size_ = 0;
    std::string_view common_header_, envelope_, bodystructure_, structure_index_, preview_, other_names_,
        base_subject_, from_mailbox_, to_mailbox_, cc_mailbox_, from_display_, to_display_, message_id_,
        references_;
};

}  // namespace postern::mime
