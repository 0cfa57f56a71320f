#pragma once
// The life of all plugins: found, verified, ordered, created, configured, declared; then resolved, sealed, started;
// drained and stopped in reverse. Called from the main thread, step by step (kernel/app/server.cpp).
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "kernel/config/server_config.hpp"
#include "kernel/plugin/dependency_order.hpp"
#include "kernel/plugin/plugin_file.hpp"
#include "kernel/plugin/registry_table.hpp"
#include "kernel/runtime/kernel_runtime.hpp"
#include "kernel/runtime/log.hpp"
#include "postern/plugin/catalogue.hpp"
#include "postern/plugin/plugin.hpp"

namespace postern::plugin {

class PluginHost final : public PluginCatalogue {
public:
    /// `directories` are searched for NAME.so, in order. All references must outlive the host.
    PluginHost(runtime::KernelRuntime& runtime, runtime::LogSink& sink, std::vector<std::string> directories);
    ~PluginHost() override;

    /// Takes the listed plugins up to `declared`. Every mistake goes to `problems`; a plugin marked optional that cannot
    /// be used is a warning and left out, and so is what depends on it if that is optional too. `host` is what
    /// the server will provide itself. True if there were no errors.
    bool load(const std::vector<config::PluginEntry>& list, const ConfigNode& root,
              const std::vector<InterfaceRef>& host, Diagnostics& problems);

    /// The host's own objects go in here, between load() and resolve().
    RegistryTable& registry() { return registry_; }
    const Lookup& lookup() const { return registry_; }
    /// Top-level sections of the configuration that the loaded plugins know.
    std::vector<std::string> sections() const;

    std::vector<std::string> dependents(std::string_view plugin) const override;

    /// Lets every plugin fetch what it needs, then seals the registries. The error names the plugin.
    Result<void> resolve();
    /// Starts all on core 0, in order. If one fails, those before it are stopped again.
    Result<void> start();
    /// Lets every plugin finish what is under way, in reverse order, until `deadline`.
    void drain(std::chrono::steady_clock::time_point deadline);
    /// Stops every started plugin in reverse order and waits for its leases. False if one still held some at the deadline
    /// (they are named in the log): then plugins must not be destroyed.
    bool stop(std::chrono::steady_clock::time_point deadline);

    /// Loaded plugins in order of set-up: id and version.
    std::vector<std::pair<std::string, std::string>> loaded() const;

private:
    struct Record;

    void find_files(const std::vector<config::PluginEntry>& list, Diagnostics& problems);
    std::unique_ptr<Record> find_file(const config::PluginEntry& entry, Diagnostics& problems);
    void put_in_order(Diagnostics& problems);
    std::vector<const Description*> descriptions() const;
    bool drop_unusable(const DependencyOrder& order, Diagnostics& problems);
    void set_up(Record& record, const ConfigNode& root, Diagnostics& problems);
    void declare(Record& record, Diagnostics& problems);
    static void report(const config::PluginEntry& entry, const std::string& text, Diagnostics& problems);
    std::string hint_for(const std::string& problem) const;

    runtime::KernelRuntime& runtime_;
    runtime::LogSink& sink_;
    runtime::OwnerLogger log_;
    std::vector<std::string> directories_;
    std::vector<InterfaceRef> own_;  ///< what the server itself provides
    RegistryTable registry_;
    std::vector<std::unique_ptr<Record>> records_;  ///< in order of set-up
};

}  // namespace postern::plugin
