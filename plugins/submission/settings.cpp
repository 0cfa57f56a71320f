#include "submission/settings.hpp"

#include <algorithm>

namespace postern::submission {

Settings read_settings(const ConfigNode& config, Diagnostics& problems) {
    Settings s;
    config.check_keys(
        {"name", "size_limit", "max_recipients", "keep_sent", "sent_memory", "senders", "trusted",
         "command_time", "data_time", "write_time", "max_errors", "hold", "max_held"},
        problems);
    const auto seconds = [&](std::string_view key, std::chrono::seconds fallback) {
        const auto value = config.get_duration(key, fallback, problems);
        return std::max(std::chrono::seconds(1), std::chrono::duration_cast<std::chrono::seconds>(value));
    };
    smtp::ServerOptions& o = s.server;
    o.protocol = "submission";
    o.sign_in = true;
    o.burl = true;
    o.name = config.get_string("name", smtp::local_name(), problems);
    o.max_size = config.get_size("size_limit", o.max_size, problems);
    o.max_recipients = static_cast<std::size_t>(
        config.get_int("max_recipients", static_cast<std::int64_t>(o.max_recipients), 1, 100000, problems));
    o.max_errors = static_cast<unsigned>(config.get_int("max_errors", o.max_errors, 4, 1000000, problems));
    o.command_time = seconds("command_time", o.command_time);
    o.data_time = seconds("data_time", o.data_time);
    o.write_time = seconds("write_time", o.write_time);
    o.trusted = config.get_strings("trusted", problems);
    s.keep_sent = config.get_bool("keep_sent", s.keep_sent, problems);
    s.sent_memory = seconds("sent_memory", s.sent_memory);
    const auto hold = config.get_duration("hold", std::chrono::seconds(0), problems);
    s.longest_hold = std::chrono::duration_cast<std::chrono::seconds>(hold);
    if (s.longest_hold > std::chrono::hours(24 * 365))
        problems.error(config["hold"].place(), "hold is a year at most");
    s.most_held = static_cast<std::size_t>(
        config.get_int("max_held", static_cast<std::int64_t>(s.most_held), 1, 100000, problems));
    const ConfigNode senders = config["senders"];
    for (const auto& [login, node] : senders.fields())
        s.senders[login] = senders.get_strings(login, problems);
    return s;
}

}  // namespace postern::submission
