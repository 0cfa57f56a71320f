#pragma once
#include <string>

#include "postern/result.hpp"

namespace postern::app {

/// Becomes `user` and `group` ("" for the user's own) for good, if this process is root and a user is given. Verifies
/// that there is no way back.
Result<void> drop_privileges(const std::string& user, const std::string& group);

/// Raises the limit of open files to what the system allows, and answers it.
std::size_t raise_file_limit();

/// Makes the data folder, readable by its owner alone, and gives it to `user` if this process is root.
Result<void> make_data_directory(const std::string& path, const std::string& user);

}  // namespace postern::app
