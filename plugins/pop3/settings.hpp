#pragma once
#include <chrono>
#include <string>

#include "postern/config/config_node.hpp"

namespace postern::pop3 {

struct Settings {
    /// One session a maildrop (RFC 1939 section 3); shared: several, each with what it found.
    bool exclusive = true;
    /// Nodes with one store: so long after a node died its sessions still have their maildrops.
    std::chrono::seconds lock_time{60};
    bool mark_seen = true;  ///< what was retrieved gets \Seen
    /// A client that has not said UTF8 is refused messages with UTF-8 in their header (RFC 6856 section 2.1).
    bool refuse_utf8 = true;
    std::chrono::seconds login_delay{0};  ///< between two sign-ins of a user (RFC 2449 section 6.5); 0: none
    std::chrono::seconds autologout{600};
    std::chrono::seconds sign_in_time{180};
    std::chrono::seconds write_time{300};
    unsigned max_errors = 20;
};

Settings read_settings(const ConfigNode& config, Diagnostics& problems);

}  // namespace postern::pop3
