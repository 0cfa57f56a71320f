#include "postern/imap/section_text.hpp"

namespace postern::imap {

mime::SectionText section_text(Section::Kind kind) {
    switch (kind) {
        case Section::Kind::all:
            return mime::SectionText::whole;
        case Section::Kind::text:
            return mime::SectionText::text;
        case Section::Kind::mime:
            return mime::SectionText::mime;
        case Section::Kind::header:
        case Section::Kind::header_fields:
        case Section::Kind::header_fields_not:
            break;
    }
    return mime::SectionText::header;
}

}  // namespace postern::imap
