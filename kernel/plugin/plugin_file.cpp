#include "kernel/plugin/plugin_file.hpp"

#include <boost/dll/shared_library.hpp>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <sstream>

#include "kernel/plugin/abi_check.hpp"
#include "postern/plugin/plugin.hpp"

namespace postern::plugin {

namespace {

constexpr const char* symbol_name = "postern_plugin_v1";
/// The first published descriptor ended with `create`; later ones may only be longer.
constexpr std::size_t least_size = offsetof(postern_plugin, create) + sizeof(postern_plugin::create);
/// Lists end with a null id; one that does not is cut here.
constexpr std::size_t max_list = 1000;

std::string text_of(const char* text) {
    return text == nullptr ? "" : text;
}

std::vector<InterfaceRef> read_interfaces(const postern_interface* list) {
    std::vector<InterfaceRef> out;
    for (std::size_t i = 0; list != nullptr && i < max_list && list[i].id != nullptr; ++i) {
        out.push_back({list[i].id, list[i].major, list[i].minor, list[i].strength});
    }
    return out;
}

Description read_description(const postern_plugin& descriptor) {
    Description out;
    out.id = text_of(descriptor.id);
    out.version = text_of(descriptor.version);
    out.vendor = text_of(descriptor.vendor);
    out.license = text_of(descriptor.license);
    out.summary = text_of(descriptor.summary);
    out.status = text_of(descriptor.status);
    out.security_posture = text_of(descriptor.security_posture);
    out.provides = read_interfaces(descriptor.provides);
    out.dependencies = read_interfaces(descriptor.dependencies);
    for (std::size_t i = 0; descriptor.conflicts != nullptr && i < max_list; ++i) {
        if (descriptor.conflicts[i] == nullptr) break;
        out.conflicts.emplace_back(descriptor.conflicts[i]);
    }
    out.config_schema = text_of(descriptor.config_schema);
    return out;
}

/// Why this descriptor cannot be used, "" if it can. Looks at the head before anything behind it.
std::string descriptor_fault(const postern_plugin& descriptor) {
    if (descriptor.magic != postern_plugin_magic) {
        std::ostringstream hex;
        hex << std::hex << descriptor.magic;
        return "its descriptor has the wrong magic number 0x" + hex.str() +
               ": the file is damaged, or the symbol is not a plugin descriptor";
    }
    if (descriptor.struct_size < least_size) {
        return "its descriptor is too short (" + std::to_string(descriptor.struct_size) +
               " octets, at least " + std::to_string(least_size) +
               " are needed): it was built against another SDK";
    }
    if (descriptor.stamp == nullptr) return "its descriptor has no ABI stamp; use POSTERN_PLUGIN(...)";
    if (descriptor.create == nullptr) return "its descriptor has no create function; use POSTERN_PLUGIN(...)";
    if (descriptor.id == nullptr || *descriptor.id == '\0') return "its descriptor has no id";
    return "";
}

std::vector<std::string> schema_keys(const std::string& schema, bool sections) {
    std::vector<std::string> out;
    std::istringstream lines(schema);
    for (std::string line; std::getline(lines, line);) {
        const auto colon = line.find(':');
        const auto start = line.find_first_not_of(' ');
        if (colon == std::string::npos || start >= colon) continue;
        const bool is_section = line[start] == '/';
        if (is_section != sections) continue;
        out.push_back(line.substr(start + (is_section ? 1 : 0), colon - start - (is_section ? 1 : 0)));
    }
    return out;
}

/// Keeps a library until the process ends: no destructor of ours runs before that.
void keep_mapped(boost::dll::shared_library library) {
    static auto* const libraries = new std::vector<boost::dll::shared_library>;
    libraries->push_back(std::move(library));
}

}  // namespace

std::string InterfaceRef::to_string() const {
    if (major == 0 && minor == 0) return "`" + id + "`";
    return "`" + id + "` " + std::to_string(major) + "." + std::to_string(minor);
}

std::vector<std::string> Description::keys() const {
    return schema_keys(config_schema, false);
}

std::vector<std::string> Description::sections() const {
    return schema_keys(config_schema, true);
}

Result<PluginFile> PluginFile::open(const std::string& path) {
    namespace dll = boost::dll;
    std::error_code ec;
    if (!std::filesystem::is_regular_file(path, ec))
        return Error(Errc::not_found, path + ": there is no such file");
    dll::shared_library loaded;
    try {
        loaded.load(path, dll::load_mode::rtld_now | dll::load_mode::rtld_local);
    } catch (const std::exception& e) {
        return Error(Errc::invalid, path + ": cannot be loaded as a shared library: " + e.what());
    }
    if (!loaded.has(symbol_name)) {
        return Error(Errc::invalid, path +
                                        ": is a shared library but no Postern plugin: it does not export `" +
                                        symbol_name + "` (a plugin defines it with POSTERN_PLUGIN(...))");
    }
    const auto& descriptor = loaded.get<const postern_plugin>(symbol_name);
    const std::string fault = descriptor_fault(descriptor);
    if (!fault.empty()) return Error(Errc::invalid, path + ": " + fault);
    PluginFile out;
    out.path_ = path;
    out.abi_differences_ = plugin::abi_differences(abi_stamp, *descriptor.stamp);
    out.description_ = read_description(descriptor);
    out.create_ = descriptor.create;
    keep_mapped(std::move(loaded));
    return out;
}

Result<std::unique_ptr<Plugin>> PluginFile::create(Host& host) const {
    try {
        std::unique_ptr<Plugin> plugin(create_(host));
        if (!plugin) return Error(Errc::internal, "its create function answered null");
        return plugin;
    } catch (const std::exception& e) {
        return Error(Errc::internal, std::string("its create function threw an exception: ") + e.what());
    } catch (...) {
        return Error(Errc::internal, "its create function threw an exception of unknown type");
    }
}

}  // namespace postern::plugin
