#include "settings.hpp"

namespace postern::imap {

Settings read_settings(const ConfigNode& config, Diagnostics& problems) {
    Settings s;
    config.check_keys({"append_limit", "autologout", "sign_in_time", "write_time", "bad_commands", "hide"},
                      problems);
    const auto seconds = [&](std::string_view key, std::chrono::seconds fallback) {
        const auto value = config.get_duration(key, fallback, problems);
        return std::max(std::chrono::seconds(1), std::chrono::duration_cast<std::chrono::seconds>(value));
    };
    s.append_limit = config.get_size("append_limit", s.append_limit, problems);
    s.autologout = seconds("autologout", s.autologout);
    s.sign_in_time = seconds("sign_in_time", s.sign_in_time);
    s.write_time = seconds("write_time", s.write_time);
    s.bad_commands =
        static_cast<unsigned>(config.get_int("bad_commands", s.bad_commands, 4, 1000000, problems));
    s.hidden = config.get_strings("hide", problems);
    return s;
}

}  // namespace postern::imap
