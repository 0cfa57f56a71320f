#pragma once
// YAML to ConfigNode, keeping the place of every key and value. Syntax errors, keys given twice and what YAML allows
// but a configuration has no use for (several documents, maps as keys) are reported with their place.
#include <string>

#include "postern/config/config_node.hpp"

namespace postern::config {

/// Reads `path`. A missing node if it could not be read or parsed; `problems` says why.
ConfigNode read_yaml_file(const std::string& path, Diagnostics& problems);

/// The same for text; `name` stands for the file in places.
ConfigNode read_yaml_text(const std::string& text, const std::string& name, Diagnostics& problems);

}  // namespace postern::config
