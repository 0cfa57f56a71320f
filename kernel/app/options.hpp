#pragma once
// The daemon's command line.
#include <optional>
#include <string>

#include "postern/result.hpp"

namespace postern::app {

struct Options {
    std::string config = "/etc/postern/postern.yaml";
    bool check = false;  ///< only look for mistakes in the configuration
    bool version = false;
    bool help = false;
};

/// The error is a sentence for the user.
Result<Options> parse_options(int argc, const char* const* argv);
/// What --help prints.
std::string help_text();

}  // namespace postern::app
