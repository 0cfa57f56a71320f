#pragma once
// Settings of the plugin (`- imap: { ... }`).
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "postern/config/config_node.hpp"

namespace postern::imap {

struct Settings {
    std::uint64_t append_limit = 64 * 1024 * 1024;  ///< octets of one message
    std::chrono::seconds autologout{1860};  ///< no command for so long; RFC 3501 section 5.4 wants 30 minutes
    std::chrono::seconds sign_in_time{180};  ///< from the greeting to a successful sign-in
    std::chrono::seconds write_time{300};    ///< a client that takes nothing for so long is closed
    unsigned bad_commands = 20;              ///< in a row, then BYE; before sign-in a quarter of it
    std::vector<std::string> hidden;         ///< capabilities not announced
};

Settings read_settings(const ConfigNode& config, Diagnostics& problems);

}  // namespace postern::imap
