#pragma once
// What a plugin is: a class with a life cycle, described by a static descriptor (abi.hpp).
//
//     class Idle final : public postern::Plugin {
//     public:
//         explicit Idle(postern::Host& host);
//         postern::Result<void> declare(postern::Registrar& registrar) override;
//     };
//     POSTERN_PLUGIN(Idle, {.id = "imap-idle", .version = "1.0.0", .summary = "IDLE (RFC 2177)",
//                           .dependencies = idle_dependencies});
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <string_view>

#include "postern/config/config_node.hpp"
#include "postern/export.hpp"
#include "postern/plugin/abi.hpp"
#include "postern/plugin/registry.hpp"
#include "postern/result.hpp"

namespace postern {

class Runtime;
class Logger;

/// What the host gives each plugin. Outlives the plugin.
class POSTERN_SDK Host {
public:
    virtual ~Host();
    /// The id under which this plugin was loaded.
    virtual std::string_view plugin_id() const = 0;
    /// Log lines of this plugin carry its id. Thread-safe.
    virtual Logger& log() = 0;
    /// Cores, lanes, timers, leases (postern/runtime/runtime.hpp).
    virtual Runtime& runtime() = 0;
};

/// A plugin's life: created, configured, declared, resolved, (registries sealed), started, draining, stopped,
/// destroyed. All calls come from the main thread, one at a time, in dependency order (stop in reverse).
/// No exception may leave them; the host catches and reports one as a defect of the plugin.
class POSTERN_SDK Plugin {
public:
    virtual ~Plugin();

    /// Reads and checks the settings. No side effect; may be called again; this is all `postern --check` runs.
    /// Every mistake goes to `problems` with its place.
    virtual void configure(const ConfigNode& config, Diagnostics& problems);

    /// Registers what this plugin provides. All or nothing: on an error everything it declared is undone.
    virtual Result<void> declare(Registrar& registrar);

    /// Fetches what other plugins provide. Registries are complete when this runs, and sealed after.
    virtual Result<void> resolve(const Lookup& lookup);

    /// Opens sockets, pools, timers. Runs on core 0.
    virtual boost::asio::awaitable<Result<void>> start();

    /// Refuses new work and finishes what is under way, until `deadline`.
    virtual boost::asio::awaitable<void> drain(std::chrono::steady_clock::time_point deadline);

    /// Releases I/O. Complete when the last lease of this plugin is gone.
    virtual boost::asio::awaitable<void> stop();
};

/// The fields of the descriptor a plugin author writes; POSTERN_PLUGIN adds the rest.
struct PluginInfo {
    const char* id;
    const char* version = "1.0.0";
    const char* vendor = "Postern";
    const char* license = "Apache-2.0";
    const char* summary = "";
    const char* status = "stable";
    const char* security_posture = "untrusted-peers";
    const postern_interface* provides = nullptr;
    const postern_interface* dependencies = nullptr;
    const char* const* conflicts = nullptr;
    const char* config_schema = "";
};

constexpr postern_plugin make_descriptor(const PluginInfo& info, Plugin* (*create)(Host&)) {
    return {sizeof(postern_plugin),
            postern_plugin_magic,
            &abi_stamp,
            info.id,
            info.version,
            info.vendor,
            info.license,
            info.summary,
            info.status,
            info.security_posture,
            info.provides,
            info.dependencies,
            info.conflicts,
            info.config_schema,
            create};
}

}  // namespace postern

/// Defines the one exported symbol. CLASS is constructed from `postern::Host&`.
#define POSTERN_PLUGIN(CLASS, ...)                                                             \
    extern "C" __attribute__((visibility("default"))) const postern_plugin postern_plugin_v1 = \
        ::postern::make_descriptor(                                                            \
            ::postern::PluginInfo __VA_ARGS__,                                                 \
            [](::postern::Host& host) -> ::postern::Plugin* { return new CLASS(host); })
