// plugins list, plugins inspect FILE
#include <iomanip>
#include <iostream>
#include <sstream>

#include "kernel/plugin/plugin_directory.hpp"
#include "kernel/plugin/plugin_file.hpp"
#include "tools/posternctl/commands.hpp"

namespace posternctl {

using postern::plugin::PluginFile;

namespace {

void print_interfaces(const char* title, const std::vector<postern::plugin::InterfaceRef>& list) {
    static constexpr const char* strengths[] = {"", " (if there)", " (order only)"};
    for (const auto& ref : list) {
        std::cout << std::left << std::setw(12) << title << ref.to_string()
                  << strengths[ref.strength <= 2 ? ref.strength : 0] << '\n';
    }
}

void print_field(const char* title, const std::string& text) {
    if (!text.empty()) std::cout << std::left << std::setw(12) << title << text << '\n';
}

}  // namespace

int plugins_list(const Invocation& call) {
    if (!call.arguments.empty()) return fail("`plugins list` takes no argument", 2);
    const auto directories = postern::plugin::default_plugin_directories();
    for (const auto& name : postern::plugin::plugin_names(directories)) {
        const auto file = PluginFile::open(postern::plugin::find_plugin(directories, name));
        std::cout << std::left << std::setw(22) << name << ' ';
        if (!file) {
            std::cout << "cannot be used: " << file.error().text << '\n';
            continue;
        }
        const auto& d = file->description();
        std::cout << std::setw(8) << d.version << ' ' << d.summary;
        if (!file->abi_differences().empty()) std::cout << " (built differently from this server)";
        std::cout << '\n';
    }
    return 0;
}

int plugins_inspect(const Invocation& call) {
    if (call.arguments.size() != 1) return fail("usage: posternctl plugins inspect FILE", 2);
    const auto file = PluginFile::open(call.arguments[0]);
    if (!file) return fail(file.error().text);
    const auto& d = file->description();
    print_field("id", d.id);
    print_field("version", d.version);
    print_field("summary", d.summary);
    print_field("vendor", d.vendor);
    print_field("license", d.license);
    print_field("status", d.status);
    print_field("peers", d.security_posture);
    print_interfaces("provides", d.provides);
    print_interfaces("needs", d.dependencies);
    for (const auto& id : d.conflicts) print_field("conflicts", id);
    std::istringstream schema(d.config_schema);
    for (std::string line; std::getline(schema, line);) print_field("setting", line);
    for (const auto& line : file->abi_differences()) print_field("ABI", line);
    if (file->abi_differences().empty()) print_field("ABI", "as this server's");
    return file->abi_differences().empty() ? 0 : 1;
}

}  // namespace posternctl
