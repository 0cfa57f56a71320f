#pragma once
// In which order plugins are set up. Pure: descriptions in, order and complaints out.
#include <string>
#include <vector>

#include "kernel/plugin/plugin_file.hpp"

namespace postern::plugin {

/// What is wrong with one plugin of the list.
struct OrderProblem {
    std::size_t plugin;  ///< index in the input
    std::string text;
};

struct DependencyOrder {
    std::vector<std::size_t> order;  ///< indices; complete only if there are no problems
    std::vector<OrderProblem> problems;
};

/// Sorts so that each plugin comes after what it requires, uses or names as `after`; otherwise the order of the input
/// stays. `host` is what the server itself provides. Missing requirements, wrong versions, conflicts and cycles are
/// problems.
DependencyOrder order_plugins(const std::vector<const Description*>& plugins,
                              const std::vector<InterfaceRef>& host);

/// Indices of what is left without something it requires when `plugin` (an index) is not there, in the order of the input.
std::vector<std::size_t> dependents_of(std::size_t plugin, const std::vector<const Description*>& plugins,
                                       const std::vector<InterfaceRef>& host);

}  // namespace postern::plugin
