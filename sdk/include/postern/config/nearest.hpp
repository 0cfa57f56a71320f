#pragma once
// "Did you mean ...?" for names that people type.
#include <string>
#include <string_view>
#include <vector>

#include "postern/export.hpp"

namespace postern {

/// The member of `known` that `typed` most likely meant, or "" if none is near. Case is ignored.
POSTERN_SDK std::string_view nearest_name(std::string_view typed, const std::vector<std::string_view>& known);

/// "; did you mean `poll`?" or, if nothing is near, "; known are: a, b, c" ("" if nothing is known).
POSTERN_SDK std::string suggestion(std::string_view typed, const std::vector<std::string_view>& known);

}  // namespace postern
