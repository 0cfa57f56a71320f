#include "tests/sieve/support/loaded_plugins.hpp"

#include <dlfcn.h>

#include <algorithm>
#include <filesystem>

#include "kernel/config/yaml_reader.hpp"
#include "tests/mail/support/loop_runtime.hpp"

namespace postern::sieve::test {

namespace {

/// They ask it for nothing but the log.
class NoHost final : public Host {
public:
    std::string_view plugin_id() const override { return "sieve"; }
    Logger& log() override { return log_; }
    Runtime& runtime() override { std::abort(); }

private:
    mail::test::SilentLog log_;
};

}  // namespace

std::vector<std::string> built_extensions() {
    std::vector<std::string> out;
    const auto plugins = std::filesystem::path(POSTERN_TEST_DATA).parent_path() / "plugins";
    for (const auto& folder : std::filesystem::directory_iterator(plugins)) {
        const std::string name = folder.path().filename();
        if (name.starts_with("sieve-")) out.push_back(name);
    }
    std::ranges::sort(out);
    return out;
}

std::string LoadedPlugins::load_one(plugin::RegistryTable& registry, const std::string& name,
                                    const std::string& yaml) {
    static NoHost host;
    const std::string file = POSTERN_BUILD_DIRECTORY "/plugins/" + name + ".so";
    void* library = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) return dlerror();
    const auto* descriptor = static_cast<const postern_plugin*>(dlsym(library, "postern_plugin_v1"));
    if (descriptor == nullptr) return file + " is no plugin";
    std::unique_ptr<Plugin> made(descriptor->create(host));
    Diagnostics problems;
    made->configure(yaml.empty() ? ConfigNode() : config::read_yaml_text(yaml, name, problems), problems);
    if (problems.has_errors()) return name + " does not take its settings";
    plugin::RegistryTable::Transaction transaction(registry, name);
    if (!made->declare(transaction)) return name + " does not declare itself";
    if (auto committed = transaction.commit(); !committed) return committed.error().to_string();
    loaded_.push_back(std::move(made));
    return "";
}

std::string LoadedPlugins::load(plugin::RegistryTable& registry, const std::vector<std::string>& plugins,
                                const std::map<std::string, std::string>& settings) {
    for (const std::string& name : plugins) {
        const auto yaml = settings.find(name);
        std::string fault = load_one(registry, name, yaml == settings.end() ? "" : yaml->second);
        if (!fault.empty()) return fault;
    }
    for (const auto& plugin : loaded_) {
        if (auto resolved = plugin->resolve(registry); !resolved) return resolved.error().to_string();
    }
    return "";
}

}  // namespace postern::sieve::test
