#include "global_scripts.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>

namespace postern::sieve {

namespace fs = std::filesystem;

namespace {

std::optional<std::string> read_file(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    std::stringstream text;
    if (!in || !(text << in.rdbuf())) {
        // An empty file is a script that does nothing.
        std::error_code none;
        return in && fs::is_empty(path, none) ? std::optional<std::string>("") : std::nullopt;
    }
    return text.str();
}

}  // namespace

GlobalScripts read_global_scripts(const ConfigNode& node, const Limits& limits, Diagnostics& problems) {
    GlobalScripts out;
    if (!node.exists()) return out;
    const fs::path folder = fs::path(node.place().file).parent_path() / node.text();
    std::error_code failed;
    std::size_t octets = 0;
    for (fs::directory_iterator entry(folder, failed), end; !failed && entry != end;
         entry.increment(failed)) {
        const fs::path& path = entry->path();
        if (path.extension() != ".sieve" || !entry->is_regular_file()) continue;
        auto text = read_file(path);
        if (!text) {
            problems.error(node.place(), path.string() + " cannot be read");
            continue;
        }
        octets += text->size();
        if (text->size() > limits.script_octets || octets > limits.scripts_octets) {
            problems.error(node.place(), path.string() + " is too large (`script_size`)");
            break;
        }
        out.emplace(path.stem(), std::move(*text));
    }
    if (failed) {
        problems.error(node.place(),
                       "`global` names a folder of scripts; " + folder.string() + ": " + failed.message());
    }
    return out;
}

}  // namespace postern::sieve
