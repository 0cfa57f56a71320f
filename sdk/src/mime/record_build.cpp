// Making a message record.
#include <algorithm>
#include <array>

#include "mime/ascii.hpp"
#include "mime/pack.hpp"
#include "mime/record_format.hpp"
#include "mime/utf8.hpp"
#include "mime/varint.hpp"
#include "postern/mime/record.hpp"
#include "postern/mime/sort.hpp"
#include "postern/mime/text.hpp"
#include "postern/mime/wire.hpp"

namespace postern::mime {

namespace {

constexpr std::size_t largest_kept_field = 4096;  // all occurrences together
constexpr std::size_t largest_common_header = 16384;
constexpr std::size_t largest_key = 1000;  // of one sort key
constexpr std::size_t most_references = 64;
constexpr std::size_t most_other_names = 200;

constexpr std::uint64_t bit(FieldId id) noexcept {
    return std::uint64_t{1} << static_cast<unsigned>(id);
}

/// What clients ask for in lists of messages. Trace fields, signatures and the like stay in the content.
constexpr std::uint64_t kept_fields =
    bit(FieldId::from) | bit(FieldId::sender) | bit(FieldId::reply_to) | bit(FieldId::to) | bit(FieldId::cc) |
    bit(FieldId::bcc) | bit(FieldId::subject) | bit(FieldId::date) | bit(FieldId::message_id) |
    bit(FieldId::in_reply_to) | bit(FieldId::references) | bit(FieldId::content_type) |
    bit(FieldId::content_transfer_encoding) | bit(FieldId::content_description) | bit(FieldId::list_id) |
    bit(FieldId::list_post) | bit(FieldId::list_unsubscribe) | bit(FieldId::list_subscribe) |
    bit(FieldId::priority) | bit(FieldId::x_priority) | bit(FieldId::x_msmail_priority) |
    bit(FieldId::importance) | bit(FieldId::newsgroups) | bit(FieldId::followup_to) |
    bit(FieldId::mail_followup_to) | bit(FieldId::disposition_notification_to) | bit(FieldId::x_tuid) |
    bit(FieldId::x_label) | bit(FieldId::x_keywords) | bit(FieldId::lines) | bit(FieldId::precedence) |
    bit(FieldId::auto_submitted) | bit(FieldId::x_mozilla_draft_info) | bit(FieldId::x_draft_info) |
    bit(FieldId::x_universally_unique_identifier) | bit(FieldId::x_uniform_type_identifier) |
    bit(FieldId::resent_from);

constexpr std::uint64_t every_field = (bit(FieldId::x_keywords) << 1) - 1;

class RecordBuilder {
public:
    RecordBuilder(const Message& message, const Limits& limits) : message_(message), limits_(limits) {}

    std::string run() {
        collect_common_header();
        collect_keys();
        collect_references();
        write_head();
        write_wire_strings();
        for (const TextRef& r : refs_) {
            put_varint(r.offset, out_);
            put_varint(r.length, out_);
        }
        put_sized(hashes_);
        return std::move(out_);
    }

private:
    struct TextRef {
        std::size_t offset = 0, length = 0;
    };

    void collect_common_header();
    void collect_keys();
    void collect_references();
    void write_head();
    void write_wire_strings();
    std::string envelope() const;
    std::string bodystructure() const;

    /// Remembers a text as a place in the common header if it stands there, else in the extra text.
    void keep(std::size_t which, std::string_view text) {
        text = cut_utf8(text, largest_key);
        if (text.empty()) return;
        std::size_t at = common_.find(text);
        if (at == std::string::npos) {
            at = common_.size() + extra_.size();
            extra_.append(text);
        }
        refs_[which] = {at, text.size()};
    }
    const Field* first(FieldId id) const noexcept {
        for (const Field& f : message_.fields_of(message_.root())) {
            if (f.id == id) return &f;
        }
        return nullptr;
    }
    std::vector<Address> addresses(FieldId id) const {
        constexpr std::size_t enough = 3;  // a group's beginning may come first
        for (const Field& f : message_.fields_of(message_.root())) {
            if (f.id != id) continue;
            if (auto list = parse_addresses(f.value, enough); !list.empty()) return list;
        }
        return {};
    }
    void put_sized(std::string_view text) {
        put_varint(text.size(), out_);
        out_.append(text);
    }
    void set_flag(std::uint8_t flag, bool on) noexcept {
        if (on) flags_ |= flag;
    }

    const Message& message_;
    const Limits& limits_;
    std::string out_, common_, extra_, hashes_;
    std::uint64_t stored_ = 0, absent_ = 0;
    std::vector<std::uint16_t> other_names_;
    std::uint8_t flags_ = 0;
    std::array<TextRef, 7> refs_;
};

void RecordBuilder::collect_common_header() {
    const Part& root = message_.root();
    const std::span<const Field> fields = message_.fields_of(root);
    const std::string_view header = message_.header(root);
    // Beyond the limits not all fields were seen: then the record answers for none.
    if (header.size() > limits_.header_octets || fields.size() >= limits_.fields) return;
    std::array<std::size_t, 64> octets{};
    std::uint64_t present = 0;
    for (const Field& f : fields) {
        if (f.id == FieldId::other) {
            other_names_.push_back(field_name_hash(f.name));
            continue;
        }
        present |= bit(f.id);
        octets[static_cast<std::size_t>(f.id)] += f.raw.size();
    }
    absent_ = every_field & ~present;
    std::ranges::sort(other_names_);
    other_names_.erase(std::unique(other_names_.begin(), other_names_.end()), other_names_.end());
    set_flag(flag_all_names, other_names_.size() <= most_other_names);
    if (other_names_.size() > most_other_names) other_names_.clear();
    std::size_t total = 0;
    stored_ = present & kept_fields;
    for (std::size_t id = 0; id < octets.size(); ++id) {
        if ((stored_ >> id & 1) == 0) continue;
        if (octets[id] > largest_kept_field || total + octets[id] > largest_common_header) {
            stored_ &= ~(std::uint64_t{1} << id);
        } else {
            total += octets[id];
        }
    }
    common_.reserve(total + 2);
    for (const Field& f : fields) {
        if (f.id != FieldId::other && (stored_ & bit(f.id)) != 0) common_.append(f.raw);
    }
    // The empty line, if there is one: filter_fields() gives it octet-exactly.
    std::string empty_line;
    filter_fields(header, {}, FieldFilter::only, empty_line);
    common_.append(empty_line);
}

void RecordBuilder::collect_keys() {
    if (const Field* f = first(FieldId::subject)) {
        const BaseSubject base = base_subject(f->value);
        keep(0, base.text);
        set_flag(flag_reply_or_forward, base.is_reply_or_forward);
    }
    const std::vector<Address> from = addresses(FieldId::from), to = addresses(FieldId::to);
    keep(1, sort_mailbox(from));
    keep(2, sort_mailbox(to));
    keep(3, sort_mailbox(addresses(FieldId::cc)));
    keep(4, sort_display(from));
    keep(5, sort_display(to));
    set_flag(flag_attachment, has_attachment(message_));
}

void RecordBuilder::collect_references() {
    if (const Field* f = first(FieldId::message_id)) {
        if (const auto ids = message_ids(f->value, 1); !ids.empty()) {
            keep(6, ids.front());
        }
    }
    std::vector<std::string> ids;
    if (const Field* f = first(FieldId::references)) ids = message_ids(f->value, most_references);
    if (ids.empty()) {
        if (const Field* f = first(FieldId::in_reply_to)) ids = message_ids(f->value);
        if (ids.size() > 1) ids.resize(1);
    }
    for (const std::string& id : ids) put_fixed64(message_id_hash(cut_utf8(id, largest_key)), hashes_);
}

void RecordBuilder::write_head() {
    const Part& root = message_.root();
    std::optional<DateTime> sent;
    if (const Field* f = first(FieldId::date)) sent = parse_date(f->value);
    const std::optional<DateTime> received =
        received_date(message_.header(root).substr(0, limits_.header_octets));
    set_flag(flag_sent_date, sent.has_value());
    set_flag(flag_received_date, received.has_value());

    out_.reserve(common_.size() + extra_.size() + 700);
    out_ += static_cast<char>(record_version);
    out_ += static_cast<char>(flags_);
    put_varint(message_.raw.size(), out_);
    put_varint(root.body_begin, out_);
    put_varint(root.header_lines, out_);
    for (const auto& date : {sent, received}) {
        if (!date) continue;
        put_signed(date->utc, out_);
        put_signed(date->zone_minutes, out_);
    }
    put_fixed64(stored_, out_);
    put_fixed64(absent_, out_);
    std::string index;
    append_structure_index(message_, index);
    put_varint(other_names_.size() * 2, out_);
    for (const std::uint16_t hash : other_names_) {
        out_ += static_cast<char>(hash % 256);
        out_ += static_cast<char>(hash / 256);
    }
    put_sized(common_);
    put_sized(index);
    put_sized(preview(message_));
    put_sized(extra_);
}

// Strings no client could use are not kept: the envelope then loses addresses, or all it says, the structure its parts.
std::string RecordBuilder::envelope() const {
    std::string wire;
    append_envelope(message_, message_.root(), wire, limits_);
    if (wire.size() > largest_envelope) {
        Limits few = limits_;
        few.addresses = 100;
        wire.clear();
        append_envelope(message_, message_.root(), wire, few);
    }
    if (wire.size() > largest_envelope) wire = "(NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL)";
    return wire;
}

std::string RecordBuilder::bodystructure() const {
    std::string wire;
    append_bodystructure(message_, wire, limits_);
    if (wire.size() > largest_bodystructure) {
        const Part& root = message_.root();
        wire = R"(("application" "octet-stream" NIL NIL NIL "8bit" )" +
               std::to_string(root.body_end - root.body_begin) + " NIL NIL NIL NIL)";
    }
    return wire;
}

void RecordBuilder::write_wire_strings() {
    for (const std::string& wire : {envelope(), bodystructure()}) {
        std::string packed;
        pack(wire, common_, packed);
        put_varint(wire.size(), out_);
        put_sized(packed);
    }
}

}  // namespace

std::string build_record(const Message& message, const Limits& limits) {
    return RecordBuilder(message, limits).run();
}

std::string build_record(std::string_view raw, const Limits& limits) {
    return build_record(parse_message(raw, limits), limits);
}

}  // namespace postern::mime
