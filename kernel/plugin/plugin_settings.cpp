#include "kernel/plugin/plugin_settings.hpp"

namespace postern::plugin {

ConfigNode plugin_settings(const Description& description, const ConfigNode& settings,
                           const ConfigNode& root) {
    auto data = std::make_shared<ConfigNode::Data>();
    data->kind = ConfigNode::Kind::map;
    data->place = settings.place();
    for (std::size_t i = 0; i < settings.fields().size(); ++i) {
        data->fields.push_back(settings.fields()[i]);
        data->field_places.push_back(settings.key_place(i));
    }
    for (const auto& section : description.sections()) {
        const auto node = root[section];
        if (!node.exists() || settings[section].exists()) continue;
        data->fields.emplace_back(section, node);
        data->field_places.push_back(node.place());
    }
    return ConfigNode(std::move(data));
}

void check_settings(const Description& description, const ConfigNode& settings, Diagnostics& problems) {
    const auto keys = description.keys();
    if (keys.empty()) {
        for (std::size_t i = 0; i < settings.fields().size(); ++i) {
            problems.error(settings.key_place(i), "plugin `" + description.id + "` takes no settings");
        }
        return;
    }
    settings.check_keys({keys.begin(), keys.end()}, problems);
}

}  // namespace postern::plugin
