#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "postern/export.hpp"
#include "postern/plugin/registry.hpp"

namespace postern {

/// What the host knows of the loaded plugins. Provided by the host, from the first plugin's declare() on.
class POSTERN_SDK PluginCatalogue {
public:
    static constexpr InterfaceId interface_id{"postern.plugin.catalogue", 1, 0};
    virtual ~PluginCatalogue();

    /// Ids of the plugins that cannot work without `plugin`, because they require it or what it provides, or require one
    /// that does. Without `plugin` itself; empty for a plugin that is not loaded.
    virtual std::vector<std::string> dependents(std::string_view plugin) const = 0;
};

}  // namespace postern
