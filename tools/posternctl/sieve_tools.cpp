#include "tools/posternctl/sieve_tools.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

#include "tools/posternctl/commands.hpp"

namespace posternctl {

using namespace postern;

std::optional<std::string> read_file(const std::string& name) {
    std::ifstream in(name, std::ios::binary);
    if (!in) return std::nullopt;
    std::stringstream text;
    text << in.rdbuf();
    return text.str();
}

namespace {

/// Scripts that are included lie beside it, with the ending ".sieve" or without.
sieve::ScriptSource beside(const std::string& script) {
    const auto folder = std::filesystem::path(script).parent_path();
    return [folder](sieve::ScriptLocation, const std::string& name) -> std::optional<std::string> {
        if (name.find('/') != std::string::npos) return std::nullopt;
        auto text = read_file(folder / (name + ".sieve"));
        return text ? text : read_file(folder / name);
    };
}

}  // namespace

sieve::ProgramPtr compile_file(const sieve::Interpreter& engine, const std::string& file) {
    const auto text = read_file(file);
    if (!text) {
        fail(file + " cannot be read");
        return nullptr;
    }
    sieve::Compiled compiled = engine.compile(*text, beside(file));
    for (const sieve::Fault& fault : compiled.faults) {
        std::cerr << file << ':' << fault.place.line << ':' << fault.place.column << ": " << fault.text
                  << '\n';
    }
    return compiled.program;
}

std::optional<std::string> take_option(std::vector<std::string>& arguments, const std::string& name) {
    const auto found = std::find(arguments.begin(), arguments.end(), name);
    if (found == arguments.end() || found + 1 == arguments.end()) return std::nullopt;
    std::string value = found[1];
    arguments.erase(found, found + 2);
    return value;
}

bool take_flag(std::vector<std::string>& arguments, const std::string& name) {
    return std::erase(arguments, name) > 0;
}

}  // namespace posternctl
