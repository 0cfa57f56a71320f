#pragma once
// What a plugin's configure() is given, and what the host can check of it by the descriptor's schema.
#include "kernel/plugin/plugin_file.hpp"
#include "postern/config/config_node.hpp"

namespace postern::plugin {

/// The plugin's settings, with the top-level sections that its schema claims ("/accounts: ...") added as fields.
ConfigNode plugin_settings(const Description& description, const ConfigNode& settings,
                           const ConfigNode& root);

/// Reports keys that the schema does not have.
void check_settings(const Description& description, const ConfigNode& settings, Diagnostics& problems);

}  // namespace postern::plugin
