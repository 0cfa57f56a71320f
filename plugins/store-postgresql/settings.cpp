#include "store-postgresql/settings.hpp"

namespace postern::store::postgresql {

Settings read_settings(const ConfigNode& config, Diagnostics& problems) {
    Settings settings;
    config.check_keys({"url", "connect-timeout", "notify-delay", "readers"}, problems);
    settings.url = config.get_string("url", settings.url, problems);
    settings.connect_timeout = config.get_duration("connect-timeout", settings.connect_timeout, problems);
    settings.notify_delay = config.get_duration("notify-delay", settings.notify_delay, problems);
    settings.reader_sessions = static_cast<std::size_t>(
        config.get_int("readers", static_cast<std::int64_t>(settings.reader_sessions), 1, 64, problems));
    return settings;
}

}  // namespace postern::store::postgresql
