#include "tools/posternctl/sieve_tools.hpp"

#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

#include "tools/posternctl/commands.hpp"
#include "tools/posternctl/output.hpp"

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
    return [folder](const std::string& name) -> std::optional<std::string> {
        if (name.find('/') != std::string::npos) return std::nullopt;
        auto text = read_file(folder / (name + ".sieve"));
        return text ? text : read_file(folder / name);
    };
}

}  // namespace

sieve::ProgramPtr compile_file(const sieve::Engine& engine, const std::string& file) {
    const auto text = read_file(file);
    if (!text) {
        fail(file + " cannot be read");
        return nullptr;
    }
    sieve::Compiled compiled = engine.compile(*text, beside(file));
    for (const sieve::Fault& fault : compiled.faults) tell_fault(file, fault);
    return compiled.program;
}

void tell_fault(const std::string& file, const sieve::Fault& fault) {
    if (speaks_json()) {
        tell_error({{"error", fault.text},
                    {"script", file},
                    {"line", fault.place.line},
                    {"column", fault.place.column}});
        return;
    }
    std::cerr << file << ':' << fault.place.line << ':' << fault.place.column << ": " << fault.text << '\n';
}

}  // namespace posternctl
