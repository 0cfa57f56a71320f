#pragma once
// One shared library and what its descriptor says. Reading the descriptor runs no plugin code.
#include <memory>
#include <string>
#include <vector>

#include "postern/plugin/abi.hpp"
#include "postern/result.hpp"

namespace postern::plugin {

/// An interface or plugin named in a descriptor.
struct InterfaceRef {
    std::string id;
    std::uint16_t major = 0;
    std::uint16_t minor = 0;
    std::uint32_t strength = 0;  ///< postern_strength

    /// "postern.imap.command 1.0", or the bare id of a plugin.
    std::string to_string() const;
};

/// The descriptor, copied.
struct Description {
    std::string id;
    std::string version;
    std::string vendor;
    std::string license;
    std::string summary;
    std::string status;
    std::string security_posture;
    std::vector<InterfaceRef> provides;
    std::vector<InterfaceRef> dependencies;
    std::vector<std::string> conflicts;
    std::string config_schema;

    /// Keys of the plugin's settings, from the schema.
    std::vector<std::string> keys() const;
    /// Top-level sections of the configuration that are the plugin's: schema lines that start with '/'.
    std::vector<std::string> sections() const;
};

/// A library that is loaded. It stays mapped until the process ends: suspended coroutines and stored handlers hold
/// addresses of its code.
class PluginFile {
public:
    /// Loads and checks `path`. The error's text explains to a stranger what is wrong with the file.
    static Result<PluginFile> open(const std::string& path);

    const std::string& path() const { return path_; }
    const Description& description() const { return description_; }
    /// Build facts that differ from the server's; a plugin with any must not be created.
    const std::vector<std::string>& abi_differences() const { return abi_differences_; }
    /// Runs the plugin's create(). Only without abi_differences().
    Result<std::unique_ptr<Plugin>> create(Host& host) const;

private:
    PluginFile() = default;

    std::string path_;
    Description description_;
    std::vector<std::string> abi_differences_;
    postern::Plugin* (*create_)(postern::Host& host) = nullptr;
};

}  // namespace postern::plugin
