#pragma once
// The profiles of config/profiles, for tests that load extensions as operators do.
#include <string>
#include <vector>

namespace postern::imap::test {

/// A file of the source tree, by its path from the root.
std::string read_source(const std::string& path);

/// Libraries of a profile ("everything"), in its order, with those of the profile it includes.
std::vector<std::string> libraries_of(const std::string& profile);

}  // namespace postern::imap::test
