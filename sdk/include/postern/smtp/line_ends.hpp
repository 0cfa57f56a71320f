#pragma once
#include <string>
#include <string_view>

#include "postern/export.hpp"

namespace postern::smtp {

/// A CR or LF stands alone somewhere: nothing that can be sent (RFC 5321 section 2.3.8).
POSTERN_SDK bool has_bare_line_ends(std::string_view text);
/// Every CR and LF that stands alone becomes CR LF.
POSTERN_SDK std::string with_line_ends(std::string_view text);

}  // namespace postern::smtp
