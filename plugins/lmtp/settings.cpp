#include "lmtp/settings.hpp"

namespace postern::lmtp {

Settings read_settings(const ConfigNode& config, Diagnostics& problems) {
    Settings s;
    config.check_keys({"name", "size_limit", "max_recipients", "over_quota", "trusted", "command_time",
                       "data_time", "write_time", "max_errors"},
                      problems);
    const auto seconds = [&](std::string_view key, std::chrono::seconds fallback) {
        const auto value = config.get_duration(key, fallback, problems);
        return std::max(std::chrono::seconds(1), std::chrono::duration_cast<std::chrono::seconds>(value));
    };
    smtp::ServerOptions& o = s.server;
    o.lmtp = true;
    o.protocol = "lmtp";
    o.name = config.get_string("name", smtp::local_name(), problems);
    o.max_size = config.get_size("size_limit", o.max_size, problems);
    o.max_recipients = static_cast<std::size_t>(
        config.get_int("max_recipients", static_cast<std::int64_t>(o.max_recipients), 1, 100000, problems));
    o.max_errors = static_cast<unsigned>(config.get_int("max_errors", o.max_errors, 4, 1000000, problems));
    o.command_time = seconds("command_time", o.command_time);
    o.data_time = seconds("data_time", o.data_time);
    o.write_time = seconds("write_time", o.write_time);
    o.trusted = config.get_strings("trusted", problems);
    const std::string over_quota = config.get_string("over_quota", "temporary", problems);
    s.over_quota_is_final = over_quota == "permanent";
    if (over_quota != "temporary" && over_quota != "permanent")
        problems.error(config["over_quota"].place(), "over_quota is temporary or permanent");
    return s;
}

}  // namespace postern::lmtp
