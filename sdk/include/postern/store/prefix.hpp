#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "postern/export.hpp"

namespace postern::store {

/// The least text above every text that starts with `prefix`, in octet order: what bounds a range of an index. None if the
/// prefix is empty or does not end in an ASCII character, for then the bound may be no UTF-8.
POSTERN_SDK std::optional<std::string> after_prefix(std::string_view prefix);

}  // namespace postern::store
