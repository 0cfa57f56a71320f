#include "pop3/settings.hpp"

#include <algorithm>

namespace postern::pop3 {

Settings read_settings(const ConfigNode& config, Diagnostics& problems) {
    Settings s;
    config.check_keys({"lock", "lock_time", "mark_seen", "without_utf8", "login_delay", "autologout",
                       "sign_in_time", "write_time", "max_errors"},
                      problems);
    const auto seconds = [&](std::string_view key, std::chrono::seconds fallback,
                             std::chrono::seconds least) {
        const auto value = config.get_duration(key, fallback, problems);
        return std::max(least, std::chrono::duration_cast<std::chrono::seconds>(value));
    };
    // The value that switches off what is on.
    const auto is = [&](const char* key, const char* usual, const char* other) {
        const std::string value = config.get_string(key, usual, problems);
        if (value != usual && value != other)
            problems.error(config[key].place(), std::string(key) + " is " + usual + " or " + other);
        return value != other;
    };
    s.exclusive = is("lock", "exclusive", "shared");
    s.lock_time = seconds("lock_time", s.lock_time, std::chrono::seconds(3));
    s.refuse_utf8 = is("without_utf8", "refuse", "send");
    s.mark_seen = config.get_bool("mark_seen", s.mark_seen, problems);
    s.login_delay = seconds("login_delay", s.login_delay, std::chrono::seconds(0));
    s.autologout = seconds("autologout", s.autologout, std::chrono::seconds(1));
    s.sign_in_time = seconds("sign_in_time", s.sign_in_time, std::chrono::seconds(1));
    s.write_time = seconds("write_time", s.write_time, std::chrono::seconds(1));
    s.max_errors = static_cast<unsigned>(config.get_int("max_errors", s.max_errors, 4, 1000000, problems));
    return s;
}

}  // namespace postern::pop3
