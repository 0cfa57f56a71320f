#pragma once
// Sections of a message (RFC 3501 section 6.4.5): BODY[1.2], BODY[1.2.MIME], BODY[1.HEADER], BODY[TEXT] as octet ranges,
// answered from a packed structure index that is made at delivery, so that FETCH of a part parses nothing.
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "postern/export.hpp"
#include "postern/mime/message.hpp"
#include "postern/result.hpp"

namespace postern::mime {

/// What of a part is meant. HEADER.FIELDS is `header` and then filter_fields().
enum class SectionText : std::uint8_t {
    whole,   ///< BODY[], BODY[1.2]: the message, or the body of the part
    header,  ///< BODY[HEADER], BODY[1.HEADER]: of the message, or of the message/rfc822 part
    text,    ///< BODY[TEXT], BODY[1.TEXT]: body of the same
    mime,    ///< BODY[1.MIME]: header block of the part
};

/// Where a section is, and how its octets are encoded.
struct SectionRange {
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
    Encoding encoding =
        Encoding::identity;          ///< of the part, for BINARY; identity for headers and whole messages
    PartKind kind = PartKind::leaf;  ///< of the part; BINARY of a multipart is not decoded
    bool is_text = false;            ///< the part is text/*: BINARY sends line ends as CRLF
};

/// Appends the packed index of a message. Versioned; 3 octets and about 5 more a part.
POSTERN_SDK void append_structure_index(const Message& message, std::string& out);

/// Finds a section. `path` holds the part numbers, empty for the message itself. nullopt: no such part (IMAP answers
/// NIL), or `header`/`text` asked of a part that is not a message. Errc::corrupt if the index does not decode.
POSTERN_SDK Result<std::optional<SectionRange>> find_section(std::string_view index,
                                                             std::span<const std::uint32_t> path,
                                                             SectionText text);

}  // namespace postern::mime
