// The structure index and section lookup (RFC 3501 section 6.4.5).
//
// Index: version, then the parts in order, parents before children. A part: one octet (kind, encoding, text), the distance of
// its header from the header of the part before, header length, body length, and for a multipart its number of children.
#include "postern/mime/section.hpp"

#include "mime/ascii.hpp"
#include "mime/varint.hpp"

namespace postern::mime {

namespace {

constexpr std::uint8_t index_version = 1;
constexpr std::uint8_t text_bit = 16;

struct IndexedPart {
    PartKind kind = PartKind::leaf;
    Encoding encoding = Encoding::identity;
    bool is_text = false;
    std::uint64_t header_begin = 0, body_begin = 0, body_end = 0;
    std::uint64_t children = 0;
};

/// Walks the parts of an index, in order.
class IndexReader {
public:
    explicit IndexReader(std::string_view index) noexcept : in_(index) {
        version_ok_ = in_.byte() == index_version;
    }

    bool next(IndexedPart& p) noexcept {
        const std::uint8_t head = in_.byte();
        p.kind = static_cast<PartKind>(head & 3);
        p.encoding = static_cast<Encoding>((head >> 2) & 3);
        p.is_text = (head & text_bit) != 0;
        header_begin_ += in_.varint();
        p.header_begin = header_begin_;
        p.body_begin = p.header_begin + in_.varint();
        p.body_end = p.body_begin + in_.varint();
        p.children = p.kind == PartKind::multipart ? in_.varint() : (p.kind == PartKind::message ? 1 : 0);
        return version_ok_ && in_.ok() && head < 32 && (head & 3) != 3 && p.header_begin <= p.body_begin &&
               p.body_begin <= p.body_end;
    }

    /// Passes over `count` parts and all below them.
    bool skip(std::uint64_t count) noexcept {
        IndexedPart p;
        // Every part takes an octet at least, so a false count fails at the end of the data.
        for (std::uint64_t left = count; left > 0; --left) {
            if (!next(p) || p.children > (std::uint64_t{1} << 32)) return false;
            left += p.children;
        }
        return true;
    }

private:
    PackedReader in_;
    bool version_ok_ = false;
    std::uint64_t header_begin_ = 0;
};

Error corrupt_index() {
    return {Errc::corrupt, "message structure index"};
}

SectionRange range(const IndexedPart& part, std::uint64_t begin, std::uint64_t end) {
    SectionRange r;
    r.offset = begin;
    r.length = end - begin;
    r.kind = part.kind;
    return r;
}

}  // namespace

void append_structure_index(const Message& message, std::string& out) {
    out += static_cast<char>(index_version);
    std::uint64_t last = 0;
    for (const Part& part : message.parts) {
        const unsigned head = static_cast<unsigned>(part.kind) | static_cast<unsigned>(part.encoding) << 2 |
                              (part.is_text() ? text_bit : 0U);
        out += static_cast<char>(head);
        put_varint(part.header_begin - last, out);
        last = part.header_begin;
        put_varint(part.body_begin - part.header_begin, out);
        put_varint(part.body_end - part.body_begin, out);
        if (part.kind == PartKind::multipart) put_varint(part.child_count, out);
    }
}

Result<std::optional<SectionRange>> find_section(std::string_view index, std::span<const std::uint32_t> path,
                                                 SectionText text) {
    using Found = std::optional<SectionRange>;
    IndexReader reader(index);
    IndexedPart part;
    if (!reader.next(part)) return corrupt_index();

    bool as_message = true;  // `part` stands for a message, not for a body part
    for (const std::uint32_t number : path) {
        if (!as_message && part.kind == PartKind::message) {
            if (!reader.next(part)) return corrupt_index();
            as_message = true;
        }
        if (part.kind == PartKind::multipart) {
            if (number == 0 || number > part.children) return Found{};
            if (!reader.skip(number - 1) || !reader.next(part)) return corrupt_index();
        } else if (!as_message || number != 1) {
            return Found{};
        }
        as_message = false;
    }

    if (text == SectionText::mime) {
        if (path.empty()) return Found{};
        return Found{range(part, part.header_begin, part.body_begin)};
    }
    if (text == SectionText::whole && !path.empty()) {
        SectionRange r = range(part, part.body_begin, part.body_end);
        r.encoding = part.encoding;
        r.is_text = part.is_text;
        return Found{r};
    }
    if (!as_message) {
        if (part.kind != PartKind::message) return Found{};
        if (!reader.next(part)) return corrupt_index();
    }
    switch (text) {
        case SectionText::header:
            return Found{range(part, part.header_begin, part.body_begin)};
        case SectionText::text:
            return Found{range(part, part.body_begin, part.body_end)};
        default:
            return Found{range(part, part.header_begin, part.body_end)};
    }
}

}  // namespace postern::mime
