#pragma once
// Scripts of the site are files of a folder.
#include "postern/config/config_node.hpp"
#include "postern/sieve/engine.hpp"

namespace postern::sieve {

/// The files NAME.sieve of the folder that `node` names, beside the configuration's file if it is relative. None if `node`
/// is missing. Blocking; for configure.
GlobalScripts read_global_scripts(const ConfigNode& node, const Limits& limits, Diagnostics& problems);

}  // namespace postern::sieve
