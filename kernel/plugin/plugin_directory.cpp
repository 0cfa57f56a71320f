#include "kernel/plugin/plugin_directory.hpp"

#include <algorithm>
#include <boost/dll/runtime_symbol_info.hpp>
#include <filesystem>

namespace postern::plugin {

namespace fs = std::filesystem;

namespace {

std::vector<std::string> beside_program(const char* in_build, const char* installed) {
    const fs::path folder = boost::dll::program_location().parent_path();
    std::error_code ec;
    std::vector<std::string> out;
    for (const fs::path& path : {folder / in_build, folder / installed}) {
        const auto plain = path.lexically_normal();
        if (fs::is_directory(plain, ec)) out.push_back(plain.string());
    }
    if (out.empty()) out.push_back((folder / in_build).lexically_normal().string());
    return out;
}

}  // namespace

std::string find_plugin(const std::vector<std::string>& directories, const std::string& name) {
    if (name.find('/') != std::string::npos) return "";
    for (const auto& directory : directories) {
        const auto path = fs::path(directory) / (name + ".so");
        std::error_code ec;
        if (fs::is_regular_file(path, ec)) return path.string();
    }
    return "";
}

std::vector<std::string> plugin_names(const std::vector<std::string>& directories) {
    std::vector<std::string> out;
    for (const auto& directory : directories) {
        std::error_code ec;
        for (const auto& file : fs::directory_iterator(directory, ec)) {
            if (file.path().extension() == ".so") out.push_back(file.path().stem().string());
        }
    }
    std::sort(out.begin(), out.end());
    out.erase(std::unique(out.begin(), out.end()), out.end());
    return out;
}

std::vector<std::string> default_plugin_directories() {
    return beside_program("plugins", "../lib/postern/plugins");
}

std::vector<std::string> default_profile_directories() {
    return beside_program("profiles", "../share/postern/profiles");
}

std::string join(const std::vector<std::string>& parts) {
    std::string out;
    for (const auto& part : parts) {
        if (!out.empty()) out += ", ";
        out += part;
    }
    return out;
}

}  // namespace postern::plugin
