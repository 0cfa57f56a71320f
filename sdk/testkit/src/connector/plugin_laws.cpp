// What the plugin says of itself: its descriptor, its settings, what it registers, what its connector can do.
#include <cstring>
#include <set>
#include <sstream>

#include "connector/connector_case.hpp"

namespace postern::testkit {

using namespace gateway;

namespace {

void the_descriptor_is_whole(ConnectorCase& test) {
    const postern_plugin& plugin = test.descriptor();
    ASSERT_EQ(plugin.magic, postern_plugin_magic);
    ASSERT_GE(plugin.struct_size, sizeof(postern_plugin));
    EXPECT_EQ(plugin.id, plugin_name(test.kit().plugin)) << "the file's name is the id with .so";
    for (const char* text : {plugin.version, plugin.vendor, plugin.license, plugin.summary, plugin.status,
                             plugin.security_posture}) {
        ASSERT_NE(text, nullptr);
        EXPECT_STRNE(text, "");
    }
    EXPECT_STREQ(plugin.security_posture, "untrusted-peers") << "a provider is nobody to be trusted";
    ASSERT_NE(plugin.create, nullptr);
}

void the_stamp_is_ours(ConnectorCase& test) {
    ASSERT_NE(test.descriptor().stamp, nullptr);
    const postern_abi_stamp& stamp = *test.descriptor().stamp;
    ASSERT_GE(stamp.struct_size, sizeof(postern_abi_stamp));
    EXPECT_EQ(stamp.sdk_major, abi_stamp.sdk_major);
    EXPECT_STREQ(stamp.compiler, abi_stamp.compiler);
    EXPECT_EQ(stamp.compiler_major, abi_stamp.compiler_major);
    EXPECT_EQ(stamp.cxx_abi, abi_stamp.cxx_abi);
    EXPECT_EQ(stamp.stdlib_release, abi_stamp.stdlib_release);
    EXPECT_EQ(stamp.stdlib_new_abi, abi_stamp.stdlib_new_abi);
    EXPECT_EQ(stamp.cplusplus, abi_stamp.cplusplus);
    EXPECT_STREQ(stamp.boost, abi_stamp.boost);
    EXPECT_STREQ(stamp.asio, abi_stamp.asio);
    EXPECT_STREQ(stamp.sanitizers, abi_stamp.sanitizers);
    EXPECT_EQ(stamp.pointer_size, abi_stamp.pointer_size);
}

void the_interface_is_provided(ConnectorCase& test) {
    const InterfaceId& id = Connector::interface_id;
    bool provided = false;
    for (const auto* entry = test.descriptor().provides; entry != nullptr && entry->id != nullptr; ++entry) {
        if (entry->id != id.id) continue;
        provided = true;
        EXPECT_EQ(entry->major, id.major);
        EXPECT_LE(entry->minor, id.minor) << "a version that this SDK does not have";
    }
    EXPECT_TRUE(provided) << "`provides` does not name " << id.id;
    EXPECT_NE(test.plugin().connector(test.descriptor().id), nullptr)
        << "declare() registers no connector under the plugin's id, which is what `source:` names";
}

/// Keys of "key: type  description" lines.
std::vector<std::string> schema_keys(const char* schema) {
    std::vector<std::string> keys;
    std::istringstream lines(schema == nullptr ? "" : schema);
    for (std::string line; std::getline(lines, line);) {
        const std::size_t colon = line.find(": ");
        const std::size_t gap = line.find("  ", colon == std::string::npos ? 0 : colon + 2);
        EXPECT_TRUE(colon != std::string::npos && colon > 0 && gap != std::string::npos)
            << "no \"key: type  description\": " << line;
        keys.push_back(line.substr(0, colon));
    }
    return keys;
}

ConfigNode map_of(const std::string& key, ConfigNode value) {
    auto data = std::make_shared<ConfigNode::Data>();
    data->kind = ConfigNode::Kind::map;
    data->fields.emplace_back(key, std::move(value));
    data->field_places.emplace_back();
    return ConfigNode(std::move(data));
}

/// What no key of a connector means.
ConfigNode nonsense() {
    return map_of("no-such-key", map_of("no-such-key", ConfigNode()));
}

void settings_are_checked(ConnectorCase& test) {
    Diagnostics none;
    test.plugin().plugin().configure(ConfigNode(), none);
    EXPECT_FALSE(none.has_errors()) << "no settings: " << none.entries().front().text;
    Diagnostics unknown;
    test.plugin().plugin().configure(map_of("no-such-key", ConfigNode()), unknown);
    EXPECT_TRUE(unknown.has_errors()) << "configure() takes a key that is not in the schema";
    for (const std::string& key : schema_keys(test.descriptor().config_schema)) {
        Diagnostics problems;
        test.plugin().plugin().configure(map_of(key, nonsense()), problems);
        EXPECT_TRUE(problems.has_errors()) << "configure() takes any value for `" << key << '`';
    }
}

void options_are_checked(ConnectorCase& test) {
    const Connector& connector = test.connector();
    Diagnostics none;
    connector.check_settings(ConfigNode(), none);
    EXPECT_FALSE(none.has_errors()) << "no options: " << none.entries().front().text;
    Diagnostics given;
    connector.check_settings(test.world().settings(), given);
    EXPECT_FALSE(given.has_errors()) << given.entries().front().text;
    std::set<std::string_view> names;
    for (const std::string_view name : connector.setting_names()) {
        EXPECT_TRUE(names.insert(name).second) << name << " twice";
        Diagnostics problems;
        connector.check_settings(map_of(std::string(name), nonsense()), problems);
        EXPECT_TRUE(problems.has_errors()) << "check_settings() takes any value for `" << name << '`';
    }
}

void it_describes_itself(ConnectorCase& test) {
    const ConnectorInfo& info = test.connector().describe();
    EXPECT_EQ(&info, &test.connector().describe()) << "describe() is pure";
    EXPECT_NE(info.title, "");
    EXPECT_FALSE(info.credentials.empty());
    EXPECT_GE(info.concurrent_sessions, 1U);
    EXPECT_NE(info.port, 0);
    EXPECT_NE(info.tls_port, 0);
    const auto needs = [&info](Ability ability, Ability needed) {
        return (info.abilities & ability) == 0 || (info.abilities & needed) != 0;
    };
    EXPECT_TRUE(needs(flags_write, flags_read));
    EXPECT_TRUE(needs(keywords, flags_read));
    EXPECT_TRUE(needs(append_returns_id, append));
    EXPECT_TRUE(needs(append_returns_id, stable_ids));
    EXPECT_TRUE(needs(delta_token, stable_ids)) << "changes are told by ids";
}

constexpr ConnectorLaw laws[] = {
    {"TheDescriptorIsWhole", the_descriptor_is_whole},
    {"TheStampIsOurs", the_stamp_is_ours},
    {"TheInterfaceIsProvided", the_interface_is_provided},
    {"SettingsAreChecked", settings_are_checked},
    {"OptionsAreChecked", options_are_checked},
    {"ItDescribesItself", it_describes_itself},
};

}  // namespace

std::span<const ConnectorLaw> plugin_laws() {
    return laws;
}

}  // namespace postern::testkit
