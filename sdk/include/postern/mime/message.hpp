#pragma once
// The MIME tree of a message (RFC 2045, 2046, 5322), found in one pass over its octets. Parsing never fails: what cannot
// be understood degrades to plain text or to an opaque part, and every octet stays addressable. Time is linear in the
// input, memory is bounded by the limits.
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "postern/export.hpp"
#include "postern/mime/header.hpp"

namespace postern::mime {

/// Bounds on what is interpreted. Beyond them a message is still whole, only seen with less detail.
struct Limits {
    std::uint32_t depth = 50;     ///< nesting of parts; deeper multiparts and messages are opaque leaves
    std::uint32_t parts = 5000;   ///< parts in all; further ones stay part of the multipart's octets
    std::uint32_t fields = 5000;  ///< fields kept of one header block
    std::uint32_t header_octets = 1U << 20;  ///< of one header block that are looked at for fields
    std::uint32_t parameters = 200;          ///< of one Content-Type or Content-Disposition field
    std::uint32_t addresses = 5000;          ///< of one envelope address list
};

/// Content-Transfer-Encoding (RFC 2045 section 6).
enum class Encoding : std::uint8_t {
    identity = 0,          ///< 7bit, 8bit, binary, or no field at all
    quoted_printable = 1,  //
    base64 = 2,
    unknown = 3,  ///< anything else; BINARY answers UNKNOWN-CTE
};

enum class PartKind : std::uint8_t {
    leaf = 0,
    multipart = 1,  ///< has one or more children
    message = 2,    ///< message/rfc822 or message/global with one child: the encapsulated message
};

/// One parameter of Content-Type or Content-Disposition. Continuations are joined (RFC 2231 section 3). A parameter
/// with a charset keeps its RFC 2231 form: its name ends in "*", its value is charset'language'%-encoded;
/// decode_parameter() gives text.
struct Parameter {
    std::string_view name;
    std::string_view value;
};

inline constexpr std::uint32_t no_part = 0xFFFFFFFF;

/// One entity: the message itself, a body part, or an encapsulated message. Offsets count octets from the start of the
/// whole message. The views point into the message or into memory the Message owns.
struct Part {
    std::uint64_t header_begin = 0;  ///< first octet of the header block
    std::uint64_t body_begin = 0;    ///< one past the header block (which includes its empty line)
    std::uint64_t body_end = 0;      ///< excludes the line end before a boundary delimiter
    std::uint32_t header_lines = 0;  ///< line ends within the header block
    std::uint32_t body_lines = 0;    ///< line ends within the body

    std::uint32_t parent = no_part;
    std::uint32_t first_child = no_part;
    std::uint32_t next_sibling = no_part;
    std::uint32_t child_count = 0;
    std::uint32_t depth = 0;  ///< 0 for the message itself
    PartKind kind = PartKind::leaf;
    Encoding encoding = Encoding::identity;
    bool has_type = false;  ///< a valid Content-Type field was there
    bool opaque = false;  ///< a multipart or message that could not be opened: `type` is what it is shown as

    std::string_view type =
        "text";  ///< as written; defaults by RFC 2045 section 5.2 and RFC 2046 section 5.1.5
    std::string_view subtype = "plain";  //
    std::string_view encoding_name = "7bit";
    std::string_view content_id, description, md5, location;  ///< data() == nullptr when absent; unfolded
    std::string_view disposition;                             ///< data() == nullptr when absent

    std::uint32_t parameters_begin = 0, parameters_end = 0;    ///< range in Message::parameters
    std::uint32_t disposition_begin = 0, disposition_end = 0;  ///< range in Message::parameters
    std::uint32_t languages_begin = 0, languages_end = 0;      ///< range in Message::languages
    std::uint32_t fields_begin = 0, fields_end = 0;            ///< range in Message::fields

    bool is(std::string_view main_type, std::string_view sub) const noexcept {
        return equal_ascii_nocase(type, main_type) && equal_ascii_nocase(subtype, sub);
    }
    bool is_text() const noexcept { return kind == PartKind::leaf && equal_ascii_nocase(type, "text"); }
};

/// A parsed message. Part 0 is the message itself; parts are in the order of the octets, parents before children.
/// Refers to `raw`, which must outlive it. Movable, not copyable.
struct Message {
    std::string_view raw;
    std::vector<Part> parts;
    std::vector<Parameter> parameters;
    std::vector<std::string_view> languages;
    std::vector<Field> fields;                        ///< of all parts, part by part
    std::vector<std::unique_ptr<char[]>> text_store;  ///< what views point to that is not in `raw`

    const Part& root() const noexcept { return parts.front(); }
    std::string_view header(const Part& p) const noexcept {
        return raw.substr(p.header_begin, p.body_begin - p.header_begin);
    }
    std::string_view body(const Part& p) const noexcept {
        return raw.substr(p.body_begin, p.body_end - p.body_begin);
    }
    std::span<const Field> fields_of(const Part& p) const noexcept {
        return std::span(fields).subspan(p.fields_begin, p.fields_end - p.fields_begin);
    }
    std::span<const Parameter> parameters_of(const Part& p) const noexcept {
        return std::span(parameters).subspan(p.parameters_begin, p.parameters_end - p.parameters_begin);
    }
    std::span<const Parameter> disposition_parameters_of(const Part& p) const noexcept {
        return std::span(parameters).subspan(p.disposition_begin, p.disposition_end - p.disposition_begin);
    }
    std::span<const std::string_view> languages_of(const Part& p) const noexcept {
        return std::span(languages).subspan(p.languages_begin, p.languages_end - p.languages_begin);
    }
};

POSTERN_SDK Message parse_message(std::string_view raw, const Limits& limits = {});

/// Text of a parameter in UTF-8: `name` without the star. RFC 2231 forms are converted; RFC 2047 words, which many
/// senders put into parameters against the rules, are decoded too. Empty when absent.
POSTERN_SDK std::string decode_parameter(std::span<const Parameter> parameters, std::string_view name);

/// True if a user would call it an attachment: some leaf has the disposition "attachment", or has a file name and is
/// not shown inline by reference (Content-ID within multipart/related).
POSTERN_SDK bool has_attachment(const Message& message);

}  // namespace postern::mime
