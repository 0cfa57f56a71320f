#pragma once
// Where plugins lie on the disk.
#include <string>
#include <vector>

namespace postern::plugin {

/// Path of NAME.so in the first of `directories` that has it, "" if none does.
std::string find_plugin(const std::vector<std::string>& directories, const std::string& name);

/// Names of everything that ends in .so there, sorted, each once.
std::vector<std::string> plugin_names(const std::vector<std::string>& directories);

/// Folders searched by default: `plugins` beside the running program (build tree), then ../lib/postern/plugins (installed).
std::vector<std::string> default_plugin_directories();

/// The same for profiles: `profiles` beside the program, then ../share/postern/profiles.
std::vector<std::string> default_profile_directories();

/// "a, b"
std::string join(const std::vector<std::string>& parts);

}  // namespace postern::plugin
