#pragma once
#include <chrono>
#include <string>

#include "postern/config/config_node.hpp"

namespace postern::store::postgresql {

/// Settings of the plugin.
struct Settings {
    std::string url = "postgresql:///postern";
    std::chrono::milliseconds connect_timeout{5'000};
    /// Told to the other nodes: how long the first commit of a burst waits for company.
    std::chrono::milliseconds notify_delay{50};
    std::size_t reader_sessions = 4;
};

constexpr const char* settings_schema =
    "url: string  PostgreSQL connection, as a URL or as libpq's key=value string (postgresql:///postern)\n"
    "connect-timeout: duration  how long to wait for the database to answer (5s)\n"
    "notify-delay: duration  how long notifications of other nodes are collected (50ms)\n"
    "readers: number  sessions that read beside the writers (4)\n";

/// Reads the settings; mistakes go to `problems`.
Settings read_settings(const ConfigNode& config, Diagnostics& problems);

}  // namespace postern::store::postgresql
