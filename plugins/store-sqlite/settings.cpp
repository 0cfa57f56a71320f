#include "store-sqlite/settings.hpp"

namespace postern::store::sqlite {

Settings read_settings(const ConfigNode& config, Diagnostics& problems) {
    Settings settings;
    config.check_keys({"cache", "wal-limit", "busy-timeout"}, problems);
    settings.cache = config.get_size("cache", settings.cache, problems);
    settings.wal_limit = config.get_size("wal-limit", settings.wal_limit, problems);
    settings.busy_timeout = config.get_duration("busy-timeout", settings.busy_timeout, problems);
    return settings;
}

}  // namespace postern::store::sqlite
