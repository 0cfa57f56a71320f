#include "kernel/config/plugin_list.hpp"

#include <algorithm>
#include <filesystem>

#include "kernel/config/yaml_reader.hpp"
#include "postern/config/nearest.hpp"

namespace postern::config {

namespace {

namespace fs = std::filesystem;

class ListReader {
public:
    ListReader(const std::vector<std::string>& profiles, Diagnostics& problems)
        : profiles_(profiles), problems_(problems) {}

    void read(const ConfigNode& list, bool from_profile) {
        if (list.kind() != ConfigNode::Kind::sequence) {
            if (list.exists()) problems_.error(list.place(), "a list of plugins is needed here (`- imap`)");
            return;
        }
        for (const auto& item : list.items()) read_item(item, from_profile);
    }

    std::vector<PluginEntry> take() { return std::move(entries_); }

private:
    void read_item(const ConfigNode& item, bool from_profile) {
        if (item.kind() == ConfigNode::Kind::scalar) {
            add(item.text(), item.place(), ConfigNode(), from_profile);
            return;
        }
        if (item.kind() != ConfigNode::Kind::map || item.fields().size() != 1) {
            problems_.error(
                item.place(),
                "each plugin is one item: `- NAME` or `- NAME: { settings }`; if the settings stand "
                "below the name they must be indented further than the name");
            return;
        }
        const auto& [name, value] = item.fields().front();
        switch (value.kind()) {
            case ConfigNode::Kind::scalar:
                read_profile(name, value);
                break;
            case ConfigNode::Kind::sequence:
                read(value, from_profile);
                break;
            default:
                add(name, item.key_place(0), value, from_profile);
        }
    }

    void read_profile(const std::string& name, const ConfigNode& value) {
        const std::string& profile = value.text();
        if (profile.find('/') != std::string::npos || open_profiles_.size() > 8) {
            problems_.error(value.place(), "`" + profile + "` cannot be the name of a profile");
            return;
        }
        for (const auto& folder : profiles_) {
            const auto path = fs::path(folder) / (profile + ".yaml");
            std::error_code ec;
            if (!fs::is_regular_file(path, ec)) continue;
            if (std::find(open_profiles_.begin(), open_profiles_.end(), path) != open_profiles_.end()) {
                problems_.error(value.place(), "profile `" + profile + "` contains itself");
                return;
            }
            open_profiles_.push_back(path);
            read(read_yaml_file(path.string(), problems_), true);
            open_profiles_.pop_back();
            return;
        }
        report_unknown_profile(name, value);
    }

    void report_unknown_profile(const std::string& name, const ConfigNode& value) {
        std::vector<std::string> names;
        for (const auto& folder : profiles_) {
            std::error_code ec;
            for (const auto& file : fs::directory_iterator(folder, ec)) {
                if (file.path().extension() == ".yaml") names.push_back(file.path().stem().string());
            }
        }
        std::sort(names.begin(), names.end());
        const std::vector<std::string_view> known(names.begin(), names.end());
        problems_.error(value.place(), "there is no profile `" + value.text() + "` for `" + name + "`" +
                                           suggestion(value.text(), known) +
                                           " (settings of a plugin are a map: `- " + name +
                                           ": { key: value }`)");
    }

    void add(const std::string& name, const ConfigPlace& place, const ConfigNode& settings,
             bool from_profile) {
        PluginEntry entry{name, place, without_host_keys(settings, place), false};
        if (settings.kind() == ConfigNode::Kind::map) {
            entry.optional = settings.get_bool("optional", false, problems_);
        }
        const auto same = std::find_if(entries_.begin(), entries_.end(),
                                       [&](const PluginEntry& e) { return e.name == name; });
        if (same == entries_.end()) {
            entries_.push_back(std::move(entry));
            from_profile_.push_back(from_profile);
            return;
        }
        auto earlier_from_profile = from_profile_.begin() + (same - entries_.begin());
        if (from_profile) return;
        if (!*earlier_from_profile) {
            problems_.error(place,
                            "plugin `" + name + "` is listed twice; first at " + same->place.to_string());
            return;
        }
        *same = std::move(entry);
        *earlier_from_profile = false;
    }

    /// The settings as the plugin sees them: `optional` is the host's.
    static ConfigNode without_host_keys(const ConfigNode& settings, const ConfigPlace& place) {
        auto data = std::make_shared<ConfigNode::Data>();
        data->kind = ConfigNode::Kind::map;
        data->place = settings.kind() == ConfigNode::Kind::map ? settings.place() : place;
        for (std::size_t i = 0; i < settings.fields().size(); ++i) {
            if (settings.fields()[i].first == "optional") continue;
            data->fields.push_back(settings.fields()[i]);
            data->field_places.push_back(settings.key_place(i));
        }
        return ConfigNode(std::move(data));
    }

    const std::vector<std::string>& profiles_;
    Diagnostics& problems_;
    std::vector<PluginEntry> entries_;
    std::vector<bool> from_profile_;
    std::vector<fs::path> open_profiles_;
};

}  // namespace

std::vector<PluginEntry> read_plugin_list(const ConfigNode& list, const std::vector<std::string>& profiles,
                                          Diagnostics& problems) {
    ListReader reader(profiles, problems);
    reader.read(list, false);
    return reader.take();
}

}  // namespace postern::config
