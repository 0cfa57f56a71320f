#pragma once
// Whether a plugin was built like this server. C++ may cross the boundary only if every build fact agrees.
#include <string>
#include <vector>

#include "postern/plugin/abi.hpp"

namespace postern::plugin {

/// One line for each field that differs, with both values: "Boost: this server has 1_81, the plugin 1_74".
/// Empty if the plugin may be loaded.
std::vector<std::string> abi_differences(const postern_abi_stamp& host, const postern_abi_stamp& plugin);

}  // namespace postern::plugin
