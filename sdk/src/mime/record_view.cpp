// Opening a message record.
#include <array>

#include "mime/ascii.hpp"
#include "mime/pack.hpp"
#include "mime/record_format.hpp"
#include "mime/varint.hpp"
#include "postern/mime/record.hpp"
#include "postern/mime/sort.hpp"
#include "postern/mime/wire.hpp"

namespace postern::mime {

namespace {

Error corrupt() {
    return {Errc::corrupt, "message record"};
}

std::optional<DateTime> read_date(PackedReader& in, bool present) {
    if (!present) return std::nullopt;
    DateTime d;
    d.utc = in.signed_varint();
    d.zone_minutes = static_cast<std::int16_t>(in.signed_varint());
    return d;
}

}  // namespace

std::uint16_t field_name_hash(std::string_view name) noexcept {
    std::uint32_t h = 2166136261U;  // FNV-1a
    for (const char c : name) h = (h ^ static_cast<unsigned char>(to_lower(c))) * 16777619U;
    return static_cast<std::uint16_t>(h ^ h >> 16);
}

Result<RecordView> RecordView::decode(std::string_view blob) {
    PackedReader in(blob);
    RecordView r;
    const std::uint8_t version = in.byte();
    if (in.ok() && version > record_version)
        return Error{Errc::unsupported, "message record of a newer version"};
    if (version != record_version) return corrupt();
    const std::uint8_t flags = in.byte();
    r.has_attachment_ = (flags & flag_attachment) != 0;
    r.reply_or_forward_ = (flags & flag_reply_or_forward) != 0;
    r.size_ = in.varint();
    r.header_length_ = in.varint();
    r.header_lines_ = static_cast<std::uint32_t>(in.varint());
    r.sent_date_ = read_date(in, (flags & flag_sent_date) != 0);
    r.received_date_ = read_date(in, (flags & flag_received_date) != 0);
    r.stored_ = in.fixed64();
    r.absent_ = in.fixed64();
    r.all_names_ = (flags & flag_all_names) != 0;
    r.other_names_ = in.sized();
    r.common_header_ = in.sized();
    r.structure_index_ = in.sized();
    r.preview_ = in.sized();
    const std::string_view extra = in.sized();
    const std::uint64_t envelope_size = in.varint();
    r.envelope_ = in.sized();
    const std::uint64_t bodystructure_size = in.varint();
    r.bodystructure_ = in.sized();
    if (envelope_size > largest_envelope || bodystructure_size > largest_bodystructure) return corrupt();
    r.envelope_size_ = static_cast<std::uint32_t>(envelope_size);
    r.bodystructure_size_ = static_cast<std::uint32_t>(bodystructure_size);

    bool sound = flags <= all_flags && r.header_length_ <= r.size_;
    const std::array texts = {&r.base_subject_, &r.from_mailbox_, &r.to_mailbox_, &r.cc_mailbox_,
                              &r.from_display_, &r.to_display_,   &r.message_id_};
    for (std::string_view* text : texts) {
        std::uint64_t offset = in.varint();
        const std::uint64_t length = in.varint();
        std::string_view place = r.common_header_;
        if (offset >= place.size()) {
            offset -= place.size();
            place = extra;
        }
        if (offset > place.size() || length > place.size() - offset) {
            sound = false;
            break;
        }
        *text = place.substr(offset, length);
    }
    r.references_ = in.sized();
    if (!sound || !in.ok() || !in.at_end() || r.references_.size() % 8 != 0) return corrupt();
    return r;
}

bool RecordView::append_envelope(std::string& out) const {
    return unpack(envelope_, common_header_, envelope_size_, out);
}

bool RecordView::append_bodystructure(std::string& out) const {
    return unpack(bodystructure_, common_header_, bodystructure_size_, out);
}

bool RecordView::append_body(std::string& out) const {
    std::string structure;
    structure.reserve(bodystructure_size_);
    return append_bodystructure(structure) && append_body_of(structure, out);
}

FieldCoverage RecordView::coverage(std::string_view name) const noexcept {
    const FieldId id = field_id(name);
    if (id == FieldId::other) {
        const std::uint16_t hash = field_name_hash(name);
        bool present = !all_names_;
        for (std::size_t i = 0; i + 1 < other_names_.size() && !present; i += 2) {
            present = static_cast<unsigned char>(other_names_[i]) == hash % 256 &&
                      static_cast<unsigned char>(other_names_[i + 1]) == hash / 256;
        }
        return present ? FieldCoverage::not_stored : FieldCoverage::absent;
    }
    const auto shift = static_cast<unsigned>(id);
    if ((stored_ >> shift & 1) != 0) return FieldCoverage::stored;
    return (absent_ >> shift & 1) != 0 ? FieldCoverage::absent : FieldCoverage::not_stored;
}

bool RecordView::append_header_fields(std::span<const std::string_view> names, std::string& out) const {
    for (const std::string_view name : names) {
        if (coverage(name) == FieldCoverage::not_stored) return false;
    }
    filter_fields(common_header_, names, FieldFilter::only, out);
    return true;
}

std::string_view RecordView::field(FieldId id) const noexcept {
    HeaderReader reader(common_header_);
    while (const Field* f = reader.next()) {
        if (f->id == id) return f->value;
    }
    return {};
}

std::uint64_t RecordView::message_id_hash() const noexcept {
    return message_id_.empty() ? 0 : mime::message_id_hash(message_id_);
}

std::uint64_t RecordView::reference_hash(std::size_t i) const noexcept {
    return get_fixed64(references_.data() + 8 * i);
}

}  // namespace postern::mime
