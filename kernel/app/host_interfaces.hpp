#pragma once
// What the server itself provides to plugins: known before the objects exist, so that requirements can be checked.
#include "kernel/plugin/plugin_file.hpp"

namespace postern::app {

std::vector<plugin::InterfaceRef> host_interfaces();

}  // namespace postern::app
