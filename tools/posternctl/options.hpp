#pragma once
// The arguments of a command.
#include <optional>
#include <string>
#include <vector>

namespace posternctl {

/// Value of "--name VALUE", which is taken away; nothing if it is not there.
std::optional<std::string> take_option(std::vector<std::string>& arguments, const std::string& name);
/// Whether "--name" is there; it is taken away.
bool take_flag(std::vector<std::string>& arguments, const std::string& name);

}  // namespace posternctl
