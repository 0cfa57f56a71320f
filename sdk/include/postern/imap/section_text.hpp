#pragma once
#include "postern/export.hpp"
#include "postern/imap/fetch.hpp"
#include "postern/mime/section.hpp"

namespace postern::imap {

/// What a section of a part means for the message's structure; header fields are picked out of the header.
POSTERN_SDK mime::SectionText section_text(Section::Kind kind);

/// Only some fields of the header are wanted.
constexpr bool picks_fields(Section::Kind kind) {
    return kind == Section::Kind::header_fields || kind == Section::Kind::header_fields_not;
}

}  // namespace postern::imap
