#include "delivery/settings.hpp"

namespace postern::delivery {

Settings read_settings(const ConfigNode& config, Diagnostics& problems) {
    Settings s;
    config.check_keys({"domains", "separator", "max_hops", "duplicates", "remember"}, problems);
    s.domains = config.get_strings("domains", problems);
    for (std::string& domain : s.domains) {
        for (char& c : domain) {
            if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
        }
    }
    s.separator = config.get_string("separator", s.separator, problems);
    s.max_hops = static_cast<std::size_t>(
        config.get_int("max_hops", static_cast<std::int64_t>(s.max_hops), 1, 10000, problems));
    const std::string duplicates = config.get_string("duplicates", "keep", problems);
    s.drop_duplicates = duplicates == "drop";
    if (duplicates != "keep" && duplicates != "drop")
        problems.error(config["duplicates"].place(), "duplicates is keep or drop");
    s.remember = std::chrono::duration_cast<std::chrono::seconds>(
        config.get_duration("remember", s.remember, problems));
    return s;
}

}  // namespace postern::delivery
