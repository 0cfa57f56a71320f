#pragma once
// The plugin sieve and its extensions as they are built, without a server.
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "kernel/plugin/registry_table.hpp"
#include "postern/plugin/plugin.hpp"

namespace postern::sieve::test {

/// Names of the plugins sieve-* that are built.
std::vector<std::string> built_extensions();

class LoadedPlugins {
public:
    /// Loads, configures (plugin name to YAML) and declares these plugins, then resolves them. Answers what went wrong,
    /// "" if nothing did. The libraries stay loaded: objects of their types may live until the program ends.
    std::string load(plugin::RegistryTable& registry, const std::vector<std::string>& plugins,
                     const std::map<std::string, std::string>& settings);

private:
    std::string load_one(plugin::RegistryTable& registry, const std::string& name, const std::string& yaml);

    std::vector<std::unique_ptr<Plugin>> loaded_;
};

}  // namespace postern::sieve::test
