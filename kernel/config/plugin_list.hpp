#pragma once
// The `plugins:` list. An item is a name, a name with settings, or a profile (a named or inline list of plugins):
//
//     plugins:
//       - imap
//       - store-sqlite: { sync: full }
//       - imap-extensions: mobile            # profiles/mobile.yaml
//       - imap-extensions: [imap-idle, imap-move]
#include <string>
#include <vector>

#include "kernel/config/server_config.hpp"

namespace postern::config {

/// Reads the list and expands profiles. A plugin that is listed twice is a mistake, unless one of the two comes from a
/// profile: then the settings of the list win.
std::vector<PluginEntry> read_plugin_list(const ConfigNode& list, const std::vector<std::string>& profiles,
                                          Diagnostics& problems);

}  // namespace postern::config
