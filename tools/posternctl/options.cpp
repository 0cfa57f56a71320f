#include "tools/posternctl/options.hpp"

#include <algorithm>

namespace posternctl {

std::optional<std::string> take_option(std::vector<std::string>& arguments, const std::string& name) {
    const auto found = std::find(arguments.begin(), arguments.end(), name);
    if (found == arguments.end() || found + 1 == arguments.end()) return std::nullopt;
    std::string value = found[1];
    arguments.erase(found, found + 2);
    return value;
}

bool take_flag(std::vector<std::string>& arguments, const std::string& name) {
    return std::erase(arguments, name) > 0;
}

}  // namespace posternctl
