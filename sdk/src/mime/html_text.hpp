#pragma once
#include <string>
#include <string_view>

namespace postern::mime {

/// Appends the readable text of HTML: tags, comments, scripts and styles left out, character references resolved. Stops
/// once `limit` octets were appended. For previews; not a sanitiser.
void append_html_text(std::string_view html, std::size_t limit, std::string& out);

}  // namespace postern::mime
