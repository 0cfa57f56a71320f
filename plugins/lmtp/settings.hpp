#pragma once
#include "postern/config/config_node.hpp"
#include "postern/smtp/server.hpp"

namespace postern::lmtp {

struct Settings {
    smtp::ServerOptions server;
    /// 552 instead of 452: whoever relays gives up at once instead of trying for days.
    bool over_quota_is_final = false;
};

Settings read_settings(const ConfigNode& config, Diagnostics& problems);

}  // namespace postern::lmtp
