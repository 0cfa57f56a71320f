#pragma once
// The readable text of a message: for SEARCH TEXT and BODY, for the search index and for previews (RFC 8970).
#include <string>
#include <string_view>

#include "postern/export.hpp"
#include "postern/mime/message.hpp"

namespace postern::mime {

/// What SEARCH looks at (RFC 3501 section 6.4.4).
enum class TextScope {
    body,  ///< SEARCH BODY: text parts and the headers of encapsulated messages
    all,   ///< SEARCH TEXT: the message's own header as well
};

/// Appends the decoded text in UTF-8: header fields as "Name: value" lines, then every text/* part with its transfer
/// encoding and charset undone. HTML stays as it is, tags included. Stops once `limit` octets were appended.
POSTERN_SDK void append_text(const Message& message, TextScope scope, std::string& out,
                             std::size_t limit = SIZE_MAX);

/// As append_text, then folded: what a folded search key is looked for in.
POSTERN_SDK std::string searchable_text(std::string_view raw, TextScope scope, std::size_t limit = SIZE_MAX);

/// A preview of at most 200 characters: first readable text, markup, quotations and signatures left out, white space
/// collapsed. Empty for what has none (encrypted mail, images).
POSTERN_SDK std::string preview(const Message& message);

}  // namespace postern::mime
