#pragma once
// Everything up to the point where something is served: configuration, plugins, certificates. This is all that
// `postern --check` does.
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "kernel/config/server_config.hpp"
#include "kernel/net/tls_context.hpp"
#include "kernel/plugin/plugin_host.hpp"
#include "kernel/runtime/kernel_runtime.hpp"
#include "kernel/runtime/log.hpp"

namespace postern::app {

/// The parts, in the order in which they are made; destroyed in reverse.
struct Setup {
    config::ServerConfig config;
    std::unique_ptr<runtime::LogSink> sink;
    std::unique_ptr<runtime::KernelRuntime> runtime;
    std::unique_ptr<plugin::PluginHost> plugins;
    std::unique_ptr<net::TlsServerContext> tls;  ///< null if there is no certificate
};

/// Reads `file` and takes the plugins up to `declared`. No thread runs yet, nothing is written. If `problems` has errors
/// afterwards, the result is good for nothing but being destroyed.
Setup prepare(const std::string& file, Diagnostics& problems);

/// "FILE:LINE:COLUMN: error: TEXT", a line each, in the order of the file.
void print(const Diagnostics& problems, std::ostream& out);

}  // namespace postern::app
