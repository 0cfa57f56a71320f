// sieve check SCRIPT, sieve test SCRIPT MESSAGE: what a script means, without a server.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

#include "interpreter.hpp"
#include "kernel/app/host_interfaces.hpp"
#include "kernel/app/setup.hpp"
#include "kernel/plugin/plugin_directory.hpp"
#include "tools/posternctl/commands.hpp"

namespace posternctl {

using namespace postern;

namespace {

std::optional<std::string> read_file(const std::string& name) {
    std::ifstream in(name, std::ios::binary);
    if (!in) return std::nullopt;
    std::stringstream text;
    text << in.rdbuf();
    return text.str();
}

/// The interpreter with the extensions of the configuration; without one, with all that are at hand.
struct SieveTools {
    app::Setup setup;
    sieve::Interpreter engine;
};

std::unique_ptr<SieveTools> open_tools(const std::string& config) {
    auto out = std::make_unique<SieveTools>();
    Diagnostics problems;
    if (std::filesystem::exists(config)) {
        out->setup = app::prepare(config, problems);
    } else {
        out->setup.sink = std::make_unique<runtime::LogSink>(LogLevel::warning, "");
        out->setup.runtime = std::make_unique<runtime::KernelRuntime>(1);
        auto directories = plugin::default_plugin_directories();
        std::vector<config::PluginEntry> list;
        for (const std::string& name : plugin::plugin_names(directories)) {
            if (name.starts_with("sieve")) list.push_back({name, {}, {}, false});
        }
        out->setup.plugins = std::make_unique<plugin::PluginHost>(*out->setup.runtime, *out->setup.sink,
                                                                  std::move(directories));
        out->setup.plugins->load(list, ConfigNode(), app::host_interfaces(), problems);
    }
    if (problems.has_errors()) {
        app::print(problems, std::cerr);
        return nullptr;
    }
    out->engine.collect(out->setup.plugins->lookup());
    if (out->engine.registry().commands.empty()) {
        fail("the configuration does not list the plugin `sieve`");
        return nullptr;
    }
    return out;
}

/// Scripts that are included lie beside it, with the ending ".sieve" or without.
sieve::ScriptSource beside(const std::string& script) {
    const auto folder = std::filesystem::path(script).parent_path();
    return [folder](sieve::ScriptLocation, const std::string& name) -> std::optional<std::string> {
        if (name.find('/') != std::string::npos) return std::nullopt;
        auto text = read_file(folder / (name + ".sieve"));
        return text ? text : read_file(folder / name);
    };
}

sieve::ProgramPtr compile(const SieveTools& tools, const std::string& file) {
    const auto text = read_file(file);
    if (!text) {
        fail(file + " cannot be read");
        return nullptr;
    }
    sieve::Compiled compiled = tools.engine.compile(*text, beside(file));
    for (const sieve::Fault& fault : compiled.faults) {
        std::cerr << file << ':' << fault.place.line << ':' << fault.place.column << ": " << fault.text
                  << '\n';
    }
    return compiled.program;
}

/// Value of "--name VALUE", which is taken away.
std::string option(std::vector<std::string>& arguments, const std::string& name) {
    const auto found = std::find(arguments.begin(), arguments.end(), name);
    if (found == arguments.end() || found + 1 == arguments.end()) return {};
    std::string value = found[1];
    arguments.erase(found, found + 2);
    return value;
}

}  // namespace

int sieve_check(const Invocation& call) {
    if (call.arguments.size() != 1) return fail("usage: posternctl sieve check SCRIPT", 2);
    const auto tools = open_tools(call.config);
    if (!tools || !compile(*tools, call.arguments[0])) return 1;
    std::cout << call.arguments[0] << ": no faults\n";
    return 0;
}

int sieve_test(const Invocation& call) {
    std::vector<std::string> arguments = call.arguments;
    sieve::Input input;
    input.envelope.from = option(arguments, "--from");
    input.envelope.to = option(arguments, "--to");
    input.envelope.known = !input.envelope.from.empty() || !input.envelope.to.empty();
    if (arguments.size() != 2) {
        return fail("usage: posternctl sieve test SCRIPT MESSAGE [--from ADDRESS] [--to ADDRESS]", 2);
    }
    const auto tools = open_tools(call.config);
    if (!tools) return 1;
    const auto program = compile(*tools, arguments[0]);
    if (!program) return 1;
    auto message = read_file(arguments[1]);
    if (!message) return fail(arguments[1] + " cannot be read");
    input.message = std::make_shared<const std::string>(std::move(*message));
    const sieve::Outcome outcome = tools->engine.run(*program, input);
    for (const sieve::Action& action : outcome.actions) {
        std::cout << action.to_string() << '\n';
        if (action.content == nullptr || action.content == input.message) continue;
        std::istringstream lines(*action.content);
        for (std::string line; std::getline(lines, line);) {
            if (line.ends_with('\r')) line.pop_back();
            std::cout << "    | " << line << '\n';
        }
    }
    if (!outcome.failure) return 0;
    std::cerr << arguments[0] << ':' << outcome.failure->place.line << ':' << outcome.failure->place.column
              << ": " << outcome.failure->text << '\n';
    return 1;
}

}  // namespace posternctl
