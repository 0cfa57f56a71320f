#pragma once
#include <chrono>
#include <cstdint>

#include "postern/config/config_node.hpp"

namespace postern::store::sqlite {

/// Settings of the plugin.
struct Settings {
    std::uint64_t cache = std::uint64_t{8} << 20;       ///< octets of pages cached by each session
    std::uint64_t wal_limit = std::uint64_t{16} << 20;  ///< octets of log after which it is copied back
    std::chrono::milliseconds busy_timeout{10'000};     ///< wait for a writer in another process
};

constexpr const char* settings_schema =
    "cache: size  memory of each session for database pages (8M)\n"
    "wal-limit: size  length of the write-ahead log at which it is copied back into the database (16M)\n"
    "busy-timeout: duration  how long to wait for a writer in another process (10s)\n";

/// Reads the settings; mistakes go to `problems`.
Settings read_settings(const ConfigNode& config, Diagnostics& problems);

}  // namespace postern::store::sqlite
