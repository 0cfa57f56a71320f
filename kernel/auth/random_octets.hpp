#pragma once
#include <string>

namespace postern::auth {

/// Octets that nobody can guess. Throws std::runtime_error where the system has none.
std::string random_octets(std::size_t count);

}  // namespace postern::auth
